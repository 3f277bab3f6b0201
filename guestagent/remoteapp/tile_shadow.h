// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the host's picture of a surface has, so that of damage only what is really another picture
// is sent: programs paint again what was there. Costs as much memory as the surface. Pure.

#include "guestagent/remoteapp/desktop.h"

#define RA_TILE_SIDE 64      // of what is compared at once
#define RA_TILE_RUN_MAX 1024 // pixels in a row of what is told of at once; several tiles

typedef struct RaTileShadow RaTileShadow;

// Of a picture that is all zeros.
RaTileShadow *ra_tile_shadow_new(int width, int height);
void ra_tile_shadow_free(RaTileShadow *shadow); // NULL-safe

bool ra_tile_shadow_holds(const RaTileShadow *shadow, const RaRect *rect);

// The pixel at that place and those right of it, to the end of a block of RA_TILE_RUN_MAX.
const guint8 *ra_tile_shadow_at(const RaTileShadow *shadow, int x, int y);

// Within the surface: pixels that were from from_y on.
typedef struct {
    RaRect to;
    int from_y;
} RaTileMove;
void ra_tile_shadow_move(RaTileShadow *shadow, const RaTileMove *move);

// A part that changed, RA_TILE_SIDE rows high and RA_TILE_RUN_MAX pixels wide at most, and its
// pixels, borrowed.
typedef void (*RaTileChanged)(const RaRect *part, const guint8 *pixels, gsize stride,
                              gpointer user);

// A byte of the caller's for each block of that size, 0 at first: that of a part that changed.
guint8 *ra_tile_shadow_note(RaTileShadow *shadow, int x, int y);

// The rectangle, within the surface, has these pixels now; changed is called for each part that had
// others.
void ra_tile_shadow_update(RaTileShadow *shadow, const RaRect *rect, const guint8 *pixels,
                           gsize stride, RaTileChanged changed, gpointer user);

// What a rectangle within it has, in such parts.
void ra_tile_shadow_read(const RaTileShadow *shadow, const RaRect *rect, RaTileChanged told,
                         gpointer user);
