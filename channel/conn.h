// SPDX-License-Identifier: Apache-2.0
#pragma once

// One end of a channel: bytes and time in, bytes and events out. No I/O, no clock, no callbacks.
// PROTOCOL.md is normative for what it says on the wire.

#include "channel/span.h"

#include <stdbool.h>

#define CHAN_FRAME_MAX (64 * 1024)            // payload of one frame, bytes
#define CHAN_MESSAGE_MAX (512 * 1024)         // one message, bytes; may span frames
#define CHAN_SEND_QUEUE_MAX (4 * 1024 * 1024) // messages waiting to be sent, bytes
#define CHAN_STREAMS_MAX 256                  // open at a time
#define CHAN_SERVICE_MAX 64                   // length of a service's name
#define CHAN_NONCE_SIZE 16

typedef enum { CHAN_ROLE_HOST, CHAN_ROLE_GUEST } ChanRole;

typedef enum {
    CHAN_PRIORITY_CONTROL, // messages, input
    CHAN_PRIORITY_MEDIA,   // sound
    CHAN_PRIORITY_BULK,    // pixels, files
} ChanPriority;

// Optional abilities; a feature is used when both ends have it.
#define CHAN_FEATURE_FDS 1u // streams as sockets, handed over the Unix socket that is the pipe

typedef struct {
    uint16_t version;
    uint32_t features;
    uint8_t nonce[CHAN_NONCE_SIZE];
    char software[64]; // cleaned
} ChanHello;

typedef struct {
    ChanRole role;
    uint32_t features;
    uint8_t nonce[CHAN_NONCE_SIZE]; // fresh and random for each ChanConn
    const char *software;           // name and version, for logs
} ChanConnConfig;
