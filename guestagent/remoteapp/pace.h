// SPDX-License-Identifier: Apache-2.0
#pragma once

// When the next frame of a window may go: as often as the client's screen is painted and not more,
// not at all while nobody sees the window, and once a second while it may be in a preview. One that
// follows soon goes at once, as long as there were no more than the screen paints: what a program
// paints in two steps, at a key, is not kept waiting. Pure: no clock of its own.

#include "channel/window_channel.h"

#define RA_PACE_NEVER INT64_MAX

typedef struct {
    int64_t interval_us;
    int64_t full_us;  // by when the screen has painted what went
    int64_t input_us; // of the last that was told
    bool unseen, small;
} RaPace;

void ra_pace_init(RaPace *pace);

// The client says so. Whether the window is seen again, and all of it is to be sent; what is due
// may be so earlier than it was in any case.
bool ra_pace_set(RaPace *pace, const ChanWindowPace *said);

// The user did something in the window then: what comes of it goes at once, whatever went before.
void ra_pace_input(RaPace *pace, int64_t input_us);

// When a frame may go, of the clock of ra_pace_went; RA_PACE_NEVER: when it is seen again.
int64_t ra_pace_due(const RaPace *pace);

void ra_pace_went(RaPace *pace, int64_t now_us);
