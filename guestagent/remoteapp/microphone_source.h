// SPDX-License-Identifier: Apache-2.0
#pragma once

// The guest's microphone as its sound server has it: whether a program records from the source, and
// sound for it, played to the sink that the source is the monitor of. How much of it waits, and how
// the host's clock is followed, is channel/sound_level.h's. A guest without the two has no
// microphone.

#include "channel/span.h"

#include <glib.h>
#include <stdbool.h>

#define RA_MICROPHONE_RATE 48000
#define RA_MICROPHONE_CHANNELS 2

typedef struct RaMicrophoneSource RaMicrophoneSource;

typedef struct {
    // A program records now, or none does any more.
    void (*recording)(bool recording, gpointer user);
    // The sink input that sound is played by: no program's.
    void (*plays)(guint32 sink_input, gpointer user);
} RaMicrophoneEvents;

// Connects to $PULSE_SERVER, and again when the connection is lost. base_ms: of sound that is to
// wait while nothing comes late.
RaMicrophoneSource *ra_microphone_source_new(GMainContext *context, guint base_ms,
                                             const RaMicrophoneEvents *events, gpointer user);
void ra_microphone_source_free(RaMicrophoneSource *source);

// Sound will come; 16 bits. What comes before the sound server is ready is left out.
void ra_microphone_source_begin(RaMicrophoneSource *source);
void ra_microphone_source_play(RaMicrophoneSource *source, ChanSpan samples);
void ra_microphone_source_end(RaMicrophoneSource *source);
