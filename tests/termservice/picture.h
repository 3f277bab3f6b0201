// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdint.h>

// What a window of the double shows: a function of the window, its seed and the place in it, so
// that a test can say what every pixel has to be. 0xFFRRGGBB.

#define PICTURE_LOGON_SCREEN 0x10601E57u // as the window's id
#define PICTURE_CELL 8                   // pixels of one colour, both ways
#define PICTURE_FINE 0x40000000u         // in a seed: cells of one pixel's width, as text has

static inline uint32_t
picture_pixel(uint32_t id, uint32_t seed, int x, int y)
{
    uint32_t column = (uint32_t)((seed & PICTURE_FINE) != 0 ? x : x / PICTURE_CELL);
    uint32_t row = (uint32_t)(y / PICTURE_CELL);
    uint32_t base = (id * 2654435761u) ^ (seed * 40503u * 65537u);
    uint32_t cell = base ^ (column * 0x00010D2Bu) ^ (row * 0x00250703u);
    return 0xFF000000u | (cell & 0x00FFFFFFu);
}
