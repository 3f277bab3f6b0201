// SPDX-License-Identifier: Apache-2.0
#pragma once

// Which part of a window goes as video (channel/ADR-7-video.md), and for how long: one that its
// program repaints at a steady rate, faster than the way to the host takes it losslessly. Pure: no
// clock of its own; all times are µs of one.

#include "guestagent/remoteapp/coding.h"
#include "guestagent/remoteapp/desktop.h"

// Nothing was painted for so long: the picture rests.
#define RA_VIDEO_REST_US 250000

typedef struct {
    // What was damaged most in each frame of late, how many of them in a row, and since when.
    RaRect area;
    guint steady;
    gint64 since_us;
    bool counts, heavy;                  // the last frame was of the area; took the way long
    gint64 taken_us, shown_us, dirty_us; // of that frame; dirty: painted again, 0: not yet
    gint64 not_before_us;                // when it may be tried again
    bool on;                             // area goes as video
    gint64 last_us;                      // its last frame
    guint all;                           // of these
    gint64 count_us;                     // since when is counted:
    guint frames, soon; // these, and those that the program painted soon after the one before
    // What painting those took, what the way would take for them losslessly, and what encoding and
    // the way took.
    gint64 painted_us, lossless_us, encode_us, sent_us;
} RaVideoPlan;

// The window's program paints, for the first time since its last frame was taken or again.
void ra_video_plan_damaged(RaVideoPlan *plan, gint64 now_us);
// The host shows the last frame.
void ra_video_plan_shown(RaVideoPlan *plan, gint64 now_us);
// A frame of these rectangles is taken. True: plan->area goes as video, from this one on or as
// before.
bool ra_video_plan_frame(RaVideoPlan *plan, const RaRect *rects, guint count, gint64 now_us);
// It went without video, in so many bytes.
void ra_video_plan_lossless(RaVideoPlan *plan, const RaWay *way, gsize bytes);
// It went with it: what changed in the area would be lossless_bytes, and is so many by an encoder
// that took encode_us. False: it is not worth it, or no video, and ends.
bool ra_video_plan_video(RaVideoPlan *plan, const RaWay *way, gsize lossless_bytes, gsize bytes,
                         gint64 encode_us, gint64 now_us);
// Ends it where it rests. False: it does not.
bool ra_video_plan_rest(RaVideoPlan *plan, gint64 now_us);
// Ends it, for some time: there is no encoder for it, or the host takes none.
void ra_video_plan_stop(RaVideoPlan *plan, gint64 now_us);

// Bits a second for a picture of so many pixels, one of so many videos: together no more than half
// of what the way takes, so that others have the rest, nor each than makes a picture better.
gint64 ra_video_plan_bit_rate(const RaWay *way, gint64 pixels, guint videos);
