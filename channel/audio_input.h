// SPDX-License-Identifier: Apache-2.0
#pragma once

// The messages of audio input ([MS-RDPEAI] 2.2), for the client's end (casement-session) and the
// server's (casement-remoteapp): one PDU is one message of the dynamic channel AUDIO_INPUT. Of
// formats, PCM of 16 bits with one or two channels is known; others are named by their place alone.
//
//   server                                client
//     │ VERSION ───────────────────────────▶│
//     │◀─────────────────────────── VERSION │
//     │ FORMATS ───────────────────────────▶│
//     │◀─────────────────── INCOMING, FORMATS │   those of the server's that it has
//     │ OPEN ──────────────────────────────▶│   one of these, by its place there
//     │◀────────── FORMAT_CHANGE, OPEN_REPLY │
//     │◀────────────────── INCOMING, DATA … │   until the channel is closed

#include "channel/span.h"

#include <stdbool.h>
#include <stdint.h>

#define CHAN_AUDIO_INPUT "AUDIO_INPUT"
#define CHAN_AUDIO_FORMATS_MAX 128
#define CHAN_AUDIO_FRAMES_MAX 32768 // of a DATA message
#define CHAN_AUDIO_RATE_MIN 8000
#define CHAN_AUDIO_RATE_MAX 192000
#define CHAN_AUDIO_CHANNELS_MAX 2
#define CHAN_AUDIO_SAMPLE 2 // bytes
// Of a message of ours, samples left out.
#define CHAN_AUDIO_BYTES_MAX (9 + 18 * CHAN_AUDIO_FORMATS_MAX)

typedef enum {
    CHAN_AUDIO_VERSION = 0x01,
    CHAN_AUDIO_FORMATS = 0x02,
    CHAN_AUDIO_OPEN = 0x03,
    CHAN_AUDIO_OPEN_REPLY = 0x04,
    CHAN_AUDIO_INCOMING = 0x05,
    CHAN_AUDIO_DATA = 0x06,
    CHAN_AUDIO_FORMAT_CHANGE = 0x07,
} ChanAudioType;

// rate 0: another one than the PCM that is known here.
typedef struct {
    uint32_t rate;
    uint32_t channels;
} ChanAudioFormat;

typedef struct {
    ChanAudioType type;
    uint32_t version; // VERSION; 1 or more
    uint32_t count;   // FORMATS
    ChanAudioFormat formats[CHAN_AUDIO_FORMATS_MAX];
    uint32_t frames;           // OPEN: of each DATA message, 1…CHAN_AUDIO_FRAMES_MAX
    uint32_t format;           // OPEN, FORMAT_CHANGE: place in the client's list
    uint32_t result;           // OPEN_REPLY: an HRESULT
    ChanSpan untrusted_sounds; // DATA
} ChanAudioMessage;

// False for what cannot be read: cut short, too long, out of the ranges above, of no known type.
bool chan_audio_decode(ChanSpan untrusted_message, ChanAudioMessage *message);

// Into buffer; empty when it does not fit. VERSION is 1, of formats only PCM can be told, and of
// DATA the first byte, to be followed by the samples.
ChanSpan chan_audio_encode(const ChanAudioMessage *message, void *buffer, size_t size);

// Bytes of a frame.
uint32_t chan_audio_frame(const ChanAudioFormat *format);
