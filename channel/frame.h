// SPDX-License-Identifier: Apache-2.0
#pragma once

// The form of a frame on the wire (PROTOCOL.md, "Frames"): a header, a payload, a trailer. Header
// and trailer carry tags that are keyed for one session and one direction and count the frames, so
// that neither payload nor an old session's bytes can pass for a frame.

#include "channel/conn.h"
#include "channel/siphash.h"

#define CHAN_FRAME_HEADER 24
#define CHAN_FRAME_TRAILER 8
#define CHAN_FRAME_OVERHEAD (CHAN_FRAME_HEADER + CHAN_FRAME_TRAILER)
#define CHAN_FRAME_MAGIC_SIZE 4
extern const uint8_t chan_frame_magic[CHAN_FRAME_MAGIC_SIZE];

typedef enum {
    CHAN_FRAME_MESSAGE = 1,
    CHAN_FRAME_OPEN = 2,
    CHAN_FRAME_DATA = 3,
    CHAN_FRAME_CREDIT = 4,
    CHAN_FRAME_FIN = 5,
    CHAN_FRAME_RESET = 6,
    CHAN_FRAME_PING = 7,
    CHAN_FRAME_PONG = 8,
    CHAN_FRAME_PROBE = 9,
    CHAN_FRAME_PROBE_ANSWER = 10,
} ChanFrameType;

#define CHAN_FRAME_FLAG_FIRST 1u // MESSAGE: a message starts
#define CHAN_FRAME_FLAG_FD 1u    // OPEN: the stream is the descriptor that comes along

typedef struct {
    uint8_t type;
    uint8_t flags;
    uint32_t stream;
    uint32_t size; // of the payload
} ChanFrameHead;

// The keyed counter of one direction.
typedef struct {
    uint8_t key[CHAN_SIP_KEY_SIZE];
    uint64_t sequence;
} ChanFrameSeal;

// Writes header and trailer of the next frame and counts it.
void chan_frame_write(ChanFrameSeal *seal, const ChanFrameHead *head,
                      uint8_t header[CHAN_FRAME_HEADER], uint8_t trailer[CHAN_FRAME_TRAILER]);

// Reads a header; false when it is not the next frame of this session. Does not count.
bool chan_frame_read(const ChanFrameSeal *seal, const uint8_t untrusted_header[CHAN_FRAME_HEADER],
                     ChanFrameHead *head);

// True when the trailer is the one that belongs to the header that was read; then counts the frame.
bool chan_frame_end(ChanFrameSeal *seal, const uint8_t header[CHAN_FRAME_HEADER],
                    const uint8_t untrusted_trailer[CHAN_FRAME_TRAILER]);

// True when type, flags, stream and size go together and may come from that role.
bool chan_frame_valid(const ChanFrameHead *head, ChanRole sender);

// True for the header of a ping of any session: what a peer sends that is stuck in an old one.
bool chan_frame_is_foreign_ping(const uint8_t header[CHAN_FRAME_HEADER]);
