// SPDX-License-Identifier: Apache-2.0
#pragma once

// The client's end of audio input ([MS-RDPEAI] 3.2) as what it hears and says: which formats the
// two have, and recorded sound in packets of the length that the server wants. Pure.

#include "channel/audio_input.h"

typedef enum {
    BRIDGE_MICROPHONE_NOTHING, // to be done
    BRIDGE_MICROPHONE_RECORDS, // in `format`, from now on
    BRIDGE_MICROPHONE_BROKEN,  // what cannot be read, or came at the wrong time
} BridgeMicrophoneHeard;

typedef struct {
    void (*write)(ChanSpan message, void *user);
    void *user;
    // The rest is the module's own.
    uint32_t count; // of formats that both have; 0: not agreed yet
    ChanAudioFormat formats[CHAN_AUDIO_FORMATS_MAX];
    bool records;
    ChanAudioFormat format; // while it records
    uint32_t packet_bytes;
    uint32_t filled;
    uint8_t packet[1 + CHAN_AUDIO_FRAMES_MAX * CHAN_AUDIO_CHANNELS_MAX * CHAN_AUDIO_SAMPLE];
} BridgeMicrophone;

// A new channel: forgets the former.
void bridge_microphone_open(BridgeMicrophone *microphone);

// A message of the server's.
BridgeMicrophoneHeard
bridge_microphone_hear(BridgeMicrophone *microphone, ChanSpan untrusted_message);

// Recorded sound in the format; any number of bytes. Whole packets are written.
void bridge_microphone_sound(BridgeMicrophone *microphone, ChanSpan samples);

// How many ms of sound at a time are of use to the server.
uint32_t bridge_microphone_fragment_ms(const BridgeMicrophone *microphone);
