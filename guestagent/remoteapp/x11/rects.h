// SPDX-License-Identifier: Apache-2.0
#pragma once

// A bounded list of rectangles that covers whatever was added to it: what of a window changed.
// Rectangles are merged when that costs few pixels, and when the list is full. Pure: no X11.

#include "guestagent/remoteapp/desktop.h"

#define RA_RECTS_MAX 32

typedef struct {
    RaRect rect[RA_RECTS_MAX];
    guint count;
} RaRects;

void ra_rects_clear(RaRects *rects);

// Adds a rectangle; empty ones are left out. Coordinates are within ±2²⁸.
void ra_rects_add(RaRects *rects, RaRect rect);

// Merges until at most max (≥ 1) rectangles are left.
void ra_rects_limit(RaRects *rects, guint max);

// Cuts all to the size of a window; what is outside goes.
void ra_rects_clip(RaRects *rects, int width, int height);

bool ra_rect_intersect(const RaRect *a, const RaRect *b, RaRect *both);
bool ra_rect_equal(const RaRect *a, const RaRect *b);
