// SPDX-License-Identifier: Apache-2.0
#pragma once

// The PDUs of audio output ([MS-RDPEA] 2.2) that a server reads and writes, for one format: PCM,
// 48 kHz, 16 bits, stereo. It is offered under two tags, as plain PCM, which every client takes,
// and as WAVE_FORMAT_EXTENSIBLE, which casement-session takes: blocks may then be of any length.

#include "channel/span.h"

#include <stdbool.h>
#include <stdint.h>

#define RA_SOUND_RATE 48000
#define RA_SOUND_FRAME 4 // bytes
#define RA_SOUND_HEADER_MAX 16
#define RA_SOUND_FORMATS_SIZE 82

typedef enum {
    RA_SOUND_WAVE = 0x02,
    RA_SOUND_WAVE_CONFIRM = 0x05,
    RA_SOUND_TRAINING = 0x06,
    RA_SOUND_FORMATS = 0x07,
    RA_SOUND_QUALITY = 0x0C,
    RA_SOUND_WAVE2 = 0x0D,
} RaSoundType;

typedef struct {
    uint8_t type;
    uint16_t version; // FORMATS
    int format;       // FORMATS: index of ours in the client's list, -1: it is not there
    bool any_length;  // FORMATS: it is there as WAVE_FORMAT_EXTENSIBLE
    uint8_t block;    // WAVE_CONFIRM
} RaSoundMessage;

// False for a PDU that is cut short. A type not known here is read as its type alone.
bool ra_sound_read(ChanSpan untrusted_pdu, RaSoundMessage *message);

// The server's formats, into RA_SOUND_FORMATS_SIZE bytes; returns the size.
size_t ra_sound_write_formats(uint8_t *buffer);

typedef struct {
    uint16_t format;
    uint8_t block;
    uint32_t time_ms;
} RaSoundWave;

// Header of a Wave2 PDU (clients of version 8), to be followed by size bytes of samples in the same
// message. Into RA_SOUND_HEADER_MAX bytes; returns the header's size.
size_t ra_sound_write_wave2(uint8_t *buffer, const RaSoundWave *wave, size_t size);

// WaveInfo PDU of older clients, with the first four bytes of the samples; the rest follows in a
// message of its own behind four zero bytes.
size_t ra_sound_write_wave_info(uint8_t *buffer, const RaSoundWave *wave, const uint8_t *samples,
                                size_t size);
