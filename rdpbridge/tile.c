// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/tile.h"

#include "channel/grain.h"

#include <lz4.h>
#include <string.h>

static uint8_t *
at(const BridgeSurface *s, const ChanTilesMessage *t)
{
    return s->pixels + (size_t)t->y * s->stride + (size_t)t->x * 4;
}

static void
copy_rows(BridgeSurface *s, const ChanTilesMessage *t, const uint8_t *from)
{
    size_t row = (size_t)t->width * 4;
    uint8_t *to = at(s, t);

    if (row == s->stride) {
        memcpy(to, from, row * t->height);
        return;
    }
    for (uint32_t y = 0; y < t->height; y++)
        memcpy(to + (size_t)y * s->stride, from + y * row, row);
}

bool
bridge_tile_paint(BridgeSurface *s, const ChanTilesMessage *untrusted_tile)
{
    static uint8_t unpacked[CHAN_TILES_PIXELS_MAX * 4];
    const ChanTilesMessage *t = untrusted_tile;
    size_t size = (size_t)t->width * t->height * 4;

    if (t->x + t->width > s->width || t->y + t->height > s->height || size > sizeof unpacked)
        return false;
    if (t->coding == CHAN_TILES_RAW) {
        if (t->untrusted_bytes.size != size)
            return false;
        copy_rows(s, t, t->untrusted_bytes.data);
        return true;
    }
    if (t->coding == CHAN_TILES_GRAIN)
        return chan_grain_unpack(t->untrusted_bytes, t->width, t->height, at(s, t), s->stride);
    int got = LZ4_decompress_safe((const char *)t->untrusted_bytes.data, (char *)unpacked,
                                  (int)t->untrusted_bytes.size, (int)size);
    if (got < 0 || (size_t)got != size)
        return false;
    copy_rows(s, t, unpacked);
    return true;
}

bool
bridge_tile_move(BridgeSurface *s, const ChanTilesMessage *untrusted_move)
{
    const ChanTilesMessage *m = untrusted_move;

    if (m->x + m->width > s->width || m->y + m->height > s->height ||
        m->from_y + m->height > s->height)
        return false;
    for (uint32_t i = 0; i < m->height; i++) {
        // No row is written before it was read.
        uint32_t row = m->from_y > m->y ? i : m->height - 1 - i;
        uint8_t *column = s->pixels + (size_t)m->x * 4;
        memmove(column + (size_t)(m->y + row) * s->stride,
                column + (size_t)(m->from_y + row) * s->stride, (size_t)m->width * 4);
    }
    return true;
}
