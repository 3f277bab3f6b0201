// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/scale.h"

#include "rdpbridge/limits.h"

#include <string.h>

#define APART_US 100000 // what lies so far apart does not add up
#define COLUMNS 256     // of the target at a time

// What a pixel of the target covers on one axis, a pixel of the picture being `to` wide: together
// that is `from`.
typedef struct {
    uint32_t first, last;
    uint32_t head, tail; // covered of those two; of what lies between them all
    uint32_t blend;      // of 256, the tail's part where there are two at most
} Cover;

static bool
is_side(uint32_t v)
{
    return v >= 1 && v <= VIEW_SIDE_MAX;
}

bool
bridge_scale_is_valid(const BridgeScale *s)
{
    return is_side(s->from_width) && is_side(s->from_height) && is_side(s->to_width) &&
           is_side(s->to_height);
}

uint64_t
bridge_scale_work(const BridgeScale *s)
{
    return (uint64_t)s->from_width * s->from_height + (uint64_t)s->to_width * s->to_height;
}

void
bridge_scale_took(BridgeScalePace *p, int64_t start, int64_t end)
{
    if (start - p->last > APART_US)
        p->spent = 0;
    p->spent += end - start;
    p->last = end;
    if (p->spent <= LIMIT_SCALE_SPENT_US)
        return;
    p->rests_until = end + p->spent;
    p->spent = 0;
}

static int64_t
within(int64_t v, int64_t most)
{
    return v < 0 ? 0 : v > most ? most : v;
}

// A stretch of one axis, outward.
static void
stretch(int32_t at, uint32_t length, uint32_t from, uint32_t to, int32_t *start, uint32_t *size)
{
    int64_t a = within(at, from), b = within((int64_t)at + length, from);
    int64_t first = a * to / from, end = (b * to + from - 1) / from;

    *start = (int32_t)first;
    *size = b > a ? (uint32_t)(end - first) : 0;
}

ViewRect
bridge_scale_rect(const BridgeScale *s, ViewRect rect)
{
    ViewRect r;

    stretch(rect.x, rect.width, s->from_width, s->to_width, &r.x, &r.width);
    stretch(rect.y, rect.height, s->from_height, s->to_height, &r.y, &r.height);
    return r;
}

// All products are below VIEW_SIDE_MAX².
static Cover
cover(uint32_t at, uint32_t from, uint32_t to)
{
    uint32_t start = at * from, end = start + from;
    Cover c = {.first = start / to, .last = (end - 1) / to};

    if (c.first == c.last) {
        c.head = from;
        return c;
    }
    c.head = (c.first + 1) * to - start;
    c.tail = end - c.last * to;
    c.blend = (c.tail * 256 + from / 2) / from;
    return c;
}

static uint32_t
pixel(const uint8_t *row, uint32_t x)
{
    uint32_t v;

    memcpy(&v, row + (size_t)x * 4, sizeof v);
    return v;
}

// Two channels at a time.
static uint32_t
mix(uint32_t a, uint32_t b, uint32_t blend)
{
    const uint32_t even = 0x00ff00ff, half = 0x00800080;
    uint32_t low = (a & even) * (256 - blend) + (b & even) * blend + half;
    uint32_t high = ((a >> 8) & even) * (256 - blend) + ((b >> 8) & even) * blend + half;

    return ((low >> 8) & even) | (high & ~even);
}

// Some pixels of a row of the target.
typedef struct {
    Cover columns[COLUMNS];
    uint32_t n;
} Strip;

// Neither axis is made smaller: two pixels each at most.
static void
enlarge_row(const Strip *strip, const Cover *row, const uint8_t *from, size_t stride, uint8_t *to)
{
    const uint8_t *upper = from + row->first * stride, *lower = from + row->last * stride;

    for (uint32_t x = 0; x < strip->n; x++) {
        const Cover *c = &strip->columns[x];
        uint32_t v = pixel(upper, c->first);
        if (c->blend)
            v = mix(v, pixel(upper, c->last), c->blend);
        if (row->blend) {
            uint32_t below = pixel(lower, c->first);
            if (c->blend)
                below = mix(below, pixel(lower, c->last), c->blend);
            v = mix(v, below, row->blend);
        }
        memcpy(to + (size_t)x * 4, &v, sizeof v);
    }
}

static uint32_t
weight(const Cover *c, uint32_t at, uint32_t whole)
{
    return at == c->first ? c->head : at == c->last ? c->tail : whole;
}

static void
reduce_row(const BridgeScale *s, const Strip *strip, const Cover *row, const uint8_t *from,
           size_t stride, uint8_t *to)
{
    const double part = 1.0 / ((double)s->from_width * s->from_height);

    for (uint32_t i = 0; i < strip->n; i++) {
        const Cover *c = &strip->columns[i];
        uint64_t sum[4] = {0};
        for (uint32_t y = row->first; y <= row->last; y++) {
            uint64_t down = weight(row, y, s->to_height);
            const uint8_t *at = from + y * stride + (size_t)c->first * 4;
            for (uint32_t x = c->first; x <= c->last; x++, at += 4) {
                uint64_t w = down * weight(c, x, s->to_width);
                for (unsigned k = 0; k < 4; k++)
                    sum[k] += w * at[k];
            }
        }
        for (unsigned k = 0; k < 4; k++)
            to[(size_t)i * 4 + k] = (uint8_t)((double)sum[k] * part + 0.5);
    }
}

void
bridge_scale_pixels(const BridgeScale *s, ViewRect rect, const uint8_t *from, size_t from_stride,
                    uint8_t *to, size_t to_stride)
{
    Strip strip;
    bool enlarges = s->to_width >= s->from_width && s->to_height >= s->from_height;
    uint32_t left = (uint32_t)rect.x, top = (uint32_t)rect.y;

    for (uint32_t done = 0; done < rect.width; done += strip.n) {
        strip.n = rect.width - done < COLUMNS ? rect.width - done : COLUMNS;
        for (uint32_t i = 0; i < strip.n; i++)
            strip.columns[i] = cover(left + done + i, s->from_width, s->to_width);
        for (uint32_t y = top; y < top + rect.height; y++) {
            Cover row = cover(y, s->from_height, s->to_height);
            uint8_t *at = to + (size_t)(y - top) * to_stride + (size_t)done * 4;
            if (enlarges)
                enlarge_row(&strip, &row, from, from_stride, at);
            else
                reduce_row(s, &strip, &row, from, from_stride, at);
        }
    }
}
