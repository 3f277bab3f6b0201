// SPDX-License-Identifier: Apache-2.0
#pragma once

// Cuts the damage of a window into pieces of at most RA_BAND_BYTES that are captured, encoded and
// sent one by one, and keeps them within the surface.

#include "guestagent/remoteapp/desktop.h"

// Fits the second-level cache, and with it the copy from the X server to the stream.
#define RA_BAND_BYTES (256 * 1024)

typedef struct {
    const RaRect *rects;
    guint count, at;
    int width, height; // of the surface
    int row;           // of rects[at] that comes next
} RaBands;

// rects is borrowed while the bands are read.
RaBands ra_bands(const RaRect *rects, guint count, int width, int height);

// The next piece; false when there is none.
bool ra_bands_next(RaBands *bands, RaRect *piece);

// All that is there is one piece. Asked before the first ra_bands_next.
bool ra_bands_single(const RaBands *bands);
