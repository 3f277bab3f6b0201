// SPDX-License-Identifier: Apache-2.0
#pragma once

// A picture in another size: each pixel is the mean of what it covers of the picture, so that
// integer factors repeat pixels and others mix only at their edges. Pure.

#include "rdpbridge/viewproto.h"

#include <stdbool.h>
#include <stddef.h>

// Both sides of both 1…VIEW_SIDE_MAX.
typedef struct {
    uint32_t from_width, from_height, to_width, to_height;
} BridgeScale;

bool bridge_scale_is_valid(const BridgeScale *scale);

// All that changes where rect of the picture does; what lies outside of the picture is left out.
ViewRect bridge_scale_rect(const BridgeScale *scale, ViewRect rect);

// Makes rect of the target, which it must lie in. Strides in bytes, pixels BGRX8 or BGRA8.
void bridge_scale_pixels(const BridgeScale *scale, ViewRect rect, const uint8_t *from,
                         size_t from_stride, uint8_t *to, size_t to_stride);
