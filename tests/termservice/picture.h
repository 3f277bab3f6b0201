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

// What one pixel covers of the picture.
#define PICTURE_COVERED_MAX 16

typedef struct {
    double share; // of the pixel
    uint32_t pixel;
} PicturePart;

static inline unsigned
picture_parts(const PictureSize *s, uint32_t id, uint32_t seed, int x, int y,
              PicturePart parts[PICTURE_COVERED_MAX])
{
    unsigned n = 0;

    for (int v = y * s->from_height / s->to_height; v * s->to_height < (y + 1) * s->from_height;
         v++)
        for (int u = x * s->from_width / s->to_width;
             u * s->to_width < (x + 1) * s->from_width && n < PICTURE_COVERED_MAX; u++) {
            int right = (u + 1) * s->to_width, end = (x + 1) * s->from_width;
            int below = (v + 1) * s->to_height, bottom = (y + 1) * s->from_height;
            int across =
                (right < end ? right : end) -
                (u * s->to_width > x * s->from_width ? u * s->to_width : x * s->from_width);
            int down =
                (below < bottom ? below : bottom) -
                (v * s->to_height > y * s->from_height ? v * s->to_height : y * s->from_height);
            parts[n++] =
                (PicturePart){(double)across * down / ((double)s->from_width * s->from_height),
                              picture_pixel(id, seed, u, v)};
        }
    return n;
}

// Whether it is the mean of the parts whose bits are not in `black`, and of black for the others:
// within `most` in each channel.
static inline int
picture_is_mean_of(const PicturePart *parts, unsigned n, uint32_t black, uint32_t pixel,
                   double most)
{
    for (int k = 0; k < 3; k++) {
        double off = -(double)((pixel >> (8 * k)) & 0xFF);
        for (unsigned i = 0; i < n; i++)
            if ((black & 1u << i) == 0)
                off += parts[i].share * ((parts[i].pixel >> (8 * k)) & 0xFF);
        if (off > most || off < -most)
            return 0;
    }
    return 1;
}

// Whether a pixel is the mean of what it covers of the picture: within two in each channel, and
// exactly where pixels are only repeated.
static inline int
picture_has_mean(const PictureSize *s, uint32_t id, uint32_t seed, int x, int y, uint32_t pixel)
{
    int repeats = s->to_width % s->from_width == 0 && s->to_height % s->from_height == 0;
    PicturePart parts[PICTURE_COVERED_MAX];
    unsigned n = picture_parts(s, id, seed, x, y, parts);

    return picture_is_mean_of(parts, n, 0, pixel, repeats ? 0 : 2);
}

// The same, where the guest has not painted all of it yet: the rest is black.
static inline int
picture_has_mean_so_far(const PictureSize *s, uint32_t id, uint32_t seed, int x, int y,
                        uint32_t pixel)
{
    PicturePart parts[PICTURE_COVERED_MAX];
    unsigned n = picture_parts(s, id, seed, x, y, parts);

    for (uint32_t black = 0; black < 1u << n; black++)
        if (picture_is_mean_of(parts, n, black, pixel, 2))
            return 1;
    return 0;
}
