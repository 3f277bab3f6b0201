// SPDX-License-Identifier: Apache-2.0
#pragma once

// Whether a window's pixels are compressed: where they arrive sooner so, by what compressing gave
// and cost of late, and by what the way takes. Pure: no clock.

#include <glib.h>
#include <stdbool.h>

// What all windows share.
typedef struct {
    double bytes_per_us; // that it takes; 0: not known yet, and it may be a slow one
    guint unsure;        // frames since then that were held up by compressing, not by it
    double unpack_ns;    // a byte, at the other end
} RaWay;

// A window's.
typedef struct {
    double ratio, ns; // bytes that one becomes, and what that costs; of late
    bool known;
    guint plain; // frames in a row that were not compressed
} RaCoding;

// For the next frame. Now and then not, to find out what the way takes.
bool ra_coding_compresses(RaCoding *coding, const RaWay *way);
// Whether a part of a frame that is not compressed is to be tried: its content may be another by
// now.
bool ra_coding_tries(const RaCoding *coding);
// Compressing gave and took this.
void ra_coding_took(RaCoding *coding, gsize in, gsize out, gint64 ns);

// A frame had arrived total_us after its first byte could be on its way, or after the frame before
// had. Making it took make_us of that, all the while what was ready went.
void ra_way_took(RaWay *way, gsize bytes, bool compressed, gint64 make_us, gint64 total_us);
