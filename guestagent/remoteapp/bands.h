// SPDX-License-Identifier: Apache-2.0
#pragma once

// Cuts the damage of a window into bands of at most RA_BAND_BYTES that are encoded and sent one by
// one, and keeps it within the surface.

#include "guestagent/remoteapp/desktop.h"

// Fits the second-level cache: a band is read once from memory on its way to the stream.
#define RA_BAND_BYTES (256 * 1024)

// Clips the rectangles to a surface, in place; those outside go. Returns how many are left.
guint ra_bands_clip(RaRect *rects, guint count, int width, int height);

// How many rows of the rectangle make a band; at least one.
int ra_bands_rows(const RaRect *rect);
