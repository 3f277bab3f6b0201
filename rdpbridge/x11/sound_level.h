// SPDX-License-Identifier: Apache-2.0
#pragma once

// How much sound waits before the sound server. The guest's clock and the host's differ, and blocks
// come late on a busy machine: this keeps the least amount that ever waits near a margin by making
// blocks a few frames longer or shorter, less than can be heard, so that nothing has to be left
// out and nothing runs empty. Neither PulseAudio nor X11.

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SOUND_LEVEL_WINDOWS 8

typedef struct {
    uint32_t rate;
    unsigned margin_ms;
    unsigned seen_ms[SOUND_LEVEL_WINDOWS]; // least level of each window of sound, last first
    unsigned least_ms;                     // of the window under way
    uint64_t frames;                       // of it
    int ppm;                               // to stretch by; negative: to shorten by
    int64_t due;                           // millionths of frames not yet added
} HostSoundLevel;

// Forgets what was seen, keeps the margin it has learned.
void host_sound_level_start(HostSoundLevel *level, uint32_t rate);

// The buffer ran empty while sound was flowing, for so long: asks for more from now on. After a
// first start.
void host_sound_level_ran_empty(HostSoundLevel *level, unsigned gap_ms);

// What has to wait before playing begins, ms.
unsigned host_sound_level_prebuffer_ms(const HostSoundLevel *level);

// A block of frames arrives and finds so much waiting. Returns how many frames it is to be longer
// (or, negative, shorter): at most one and a hundredth of it.
int host_sound_level_block(HostSoundLevel *level, unsigned waiting_ms, size_t frames);

// Makes frames of in to out_frames of out (both at least 2). First and last frame stay as they are,
// so that blocks still meet.
void host_sound_stretch(const int16_t *in, size_t frames, unsigned channels, int16_t *out,
                        size_t out_frames);
