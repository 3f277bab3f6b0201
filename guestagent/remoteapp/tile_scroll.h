// SPDX-License-Identifier: Apache-2.0
#pragma once

// Whether what a rectangle shows is, for the most part, what the host's picture has some rows
// further up or down: text that scrolls need not be sent again. Looks at samples; whoever moves the
// picture compares all of it with what it is to be. Pure.

#include "guestagent/remoteapp/tile_shadow.h"

// Less high ones are not looked at, nor found.
#define RA_TILE_SCROLL_LEAST 64

// FALSE: it is not. Else a part of the rectangle, and where it came from, within it.
bool ra_tile_scroll_find(const RaTileShadow *shadow, const RaRect *rect, const RaPixels *pixels,
                         RaTileMove *move);
