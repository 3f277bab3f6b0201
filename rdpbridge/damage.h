// SPDX-License-Identifier: Apache-2.0
#pragma once

// What changed of a surface and was not copied yet: at most VIEW_DAMAGE_MAX rectangles, exact as
// long as they suffice. Pure.

#include "rdpbridge/viewproto.h"

typedef struct {
    unsigned count;
    ViewRect rects[VIEW_DAMAGE_MAX];
} BridgeDamage;

// Adds a rectangle (empty ones are ignored). Neighbours that make up a rectangle together become
// one; when there is no place left, the two that waste the least do.
void bridge_damage_add(BridgeDamage *damage, ViewRect rect);

// Pixels of all rectangles: one that lies in two counts twice.
uint64_t bridge_damage_area(const BridgeDamage *damage);

// Leaves what lies within 0, 0, width, height.
void bridge_damage_clip(BridgeDamage *damage, uint32_t width, uint32_t height);
