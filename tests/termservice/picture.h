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

// A picture's size, and the size that it is shown in.
typedef struct {
    int from_width, from_height, to_width, to_height;
} PictureSize;

// Whether a pixel is the mean of what it covers of the picture: within two in each channel, and
// exactly where pixels are only repeated.
static inline int
picture_has_mean(const PictureSize *s, uint32_t id, uint32_t seed, int x, int y, uint32_t pixel)
{
    int repeats = s->to_width % s->from_width == 0 && s->to_height % s->from_height == 0;
    double sum[3] = {0}, most = repeats ? 0 : 2;

    for (int v = y * s->from_height / s->to_height; v * s->to_height < (y + 1) * s->from_height;
         v++)
        for (int u = x * s->from_width / s->to_width; u * s->to_width < (x + 1) * s->from_width;
             u++) {
            int right = (u + 1) * s->to_width, end = (x + 1) * s->from_width;
            int below = (v + 1) * s->to_height, bottom = (y + 1) * s->from_height;
            int across =
                (right < end ? right : end) -
                (u * s->to_width > x * s->from_width ? u * s->to_width : x * s->from_width);
            int down =
                (below < bottom ? below : bottom) -
                (v * s->to_height > y * s->from_height ? v * s->to_height : y * s->from_height);
            uint32_t whole = picture_pixel(id, seed, u, v);
            for (int k = 0; k < 3; k++)
                sum[k] += (double)across * down * ((whole >> (8 * k)) & 0xFF);
        }
    for (int k = 0; k < 3; k++) {
        double off =
            sum[k] / ((double)s->from_width * s->from_height) - ((pixel >> (8 * k)) & 0xFF);
        if (off > most || off < -most)
            return 0;
    }
    return 1;
}
