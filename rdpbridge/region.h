// SPDX-License-Identifier: Apache-2.0
#pragma once

// A set of pixels as rectangles that do not overlap. Pure. Where memory for them ends, pixels are
// lost and never made up: what is asked of a region may then be answered too cautiously.

#include "rdpbridge/viewproto.h"

#define BRIDGE_REGION_MAX 1024 // rectangles

typedef struct {
    unsigned count, capacity;
    ViewRect *rects;
} BridgeRegion;

void bridge_region_clear(BridgeRegion *region);

// The first column and row beyond it.
int32_t bridge_rect_right(const ViewRect *r);
int32_t bridge_rect_bottom(const ViewRect *r);
// What both have; no width where they have nothing in common.
ViewRect bridge_rect_both(ViewRect a, ViewRect b);

void bridge_region_add(BridgeRegion *region, ViewRect rect);
void bridge_region_take(BridgeRegion *region, ViewRect rect);
// Leaves what lies in the rectangle.
void bridge_region_clip(BridgeRegion *region, ViewRect rect);
// Leaves what the other has too, or has not.
void bridge_region_keep(BridgeRegion *region, const BridgeRegion *other);
void bridge_region_take_all(BridgeRegion *region, const BridgeRegion *other);
void bridge_region_move(BridgeRegion *region, int32_t dx, int32_t dy);
// to becomes the same as from.
void bridge_region_copy(BridgeRegion *to, const BridgeRegion *from);
// The smallest rectangle around all of it.
ViewRect bridge_region_bounds(const BridgeRegion *region);
