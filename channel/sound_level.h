// SPDX-License-Identifier: Apache-2.0
#pragma once

// How much sound is to wait before the sound server, and how fast it has to play so that as much
// waits. The guest's clock and the host's differ, and blocks come late on a busy machine. No clock
// is asked: time is the length of the blocks that came. Neither PulseAudio nor X11.
// rdpbridge/x11/ADR-2-sound.md says why so.

#include <stdbool.h>
#include <stdint.h>

#define CHAN_SOUND_LEVEL_WINDOWS 30
#define CHAN_SOUND_LEVEL_MAX_MS 120 // of what is to wait
#define CHAN_SOUND_LEVEL_PPM 1000   // at most, faster or slower: 440 Hz become 440.44

typedef struct {
    double base_ms;   // of what is to wait, while nothing comes late
    double target_ms; // of it, now
    double fill_ms;   // what has waited lately; negative: nothing known
    double held_ppm;  // what the clocks differ by, as learned
    double ppm;
    double
        needs_ms[CHAN_SOUND_LEVEL_WINDOWS]; // what should have waited, the window under way first
    double window_ms;                       // so long it lasts by now
} ChanSoundLevel;

// Clears all that was learned.
void chan_sound_level_init(ChanSoundLevel *level, unsigned base_ms);

// Another way to the guest. What is to wait follows by and by when it is less.
void chan_sound_level_set_base(ChanSoundLevel *level, unsigned base_ms);

// The server begins to play, with what is to wait waiting. Keeps what was learned.
void chan_sound_level_start(ChanSoundLevel *level);

// So much would be good to have, by what else is known, and is to wait from now on, for as long as
// if blocks had needed it.
void chan_sound_level_need(ChanSoundLevel *level, double need_ms);

// A block of that length arrives and finds so much waiting.
void chan_sound_level_block(ChanSoundLevel *level, double waiting_ms, double block_ms);

// Whether that block, of nothing but zeros, is to be left out: much more waits than is to, and this
// is how to be quick again without a sound being harmed. What waits is then so much less.
bool chan_sound_level_leave_out(ChanSoundLevel *level, double waiting_ms, double block_ms);

// The server had nothing to play for so long, while sound was flowing.
void chan_sound_level_ran_empty(ChanSoundLevel *level, double gap_ms);

// The rate at which the server is to take samples that were made at that rate; never just that.
// There its resampler (speex) keeps no part of a sample, and up to one would be played again.
uint32_t chan_sound_level_rate(const ChanSoundLevel *level, uint32_t rate);
