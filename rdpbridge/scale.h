// SPDX-License-Identifier: Apache-2.0
#pragma once

// A picture in another size: each pixel is the mean of what it covers of the picture, so that
// integer factors repeat pixels and others mix only at their edges. Pure.

#include "rdpbridge/viewproto.h"

#include <stdbool.h>
#include <stddef.h>

// What it costs grows with both sizes: a guest may have as much at once as two screens of 8K, and
// half of the time for long.
#define BRIDGE_SCALE_PIXELS_MAX (2u * 8192 * 4608)

// Both sides of both 1…VIEW_SIDE_MAX.
typedef struct {
    uint32_t from_width, from_height, to_width, to_height;
} BridgeScale;

bool bridge_scale_is_valid(const BridgeScale *scale);

// Pixels of both.
uint64_t bridge_scale_work(const BridgeScale *scale);

// Zeroed: nothing was done yet. µs of any steady clock.
typedef struct {
    int64_t spent, last;
    int64_t rests_until; // nothing is to be scaled before
} BridgeScalePace;

// Scaling took from start to end.
void bridge_scale_took(BridgeScalePace *pace, int64_t start, int64_t end);

// All that changes where rect of the picture does; what lies outside of the picture is left out.
ViewRect bridge_scale_rect(const BridgeScale *scale, ViewRect rect);

// Makes rect of the target, which it must lie in; its corner goes to `to`. Strides in bytes, pixels
// BGRX8 or BGRA8.
void bridge_scale_pixels(const BridgeScale *scale, ViewRect rect, const uint8_t *from,
                         size_t from_stride, uint8_t *to, size_t to_stride);
