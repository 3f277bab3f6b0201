// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/tile_coder.h"

#include "channel/grain.h"
#include "guestagent/remoteapp/rows.h"

#include <lz4.h>
#include <string.h>

#define ACCELERATION 8 // text compresses nearly as well, in two thirds of the time
// Tiles of a place that are coded by what was best there before all are tried again.
#define TRUSTED 15

// A hint is a coding, and how many more tiles it is trusted for.
#define HINT_CODING 0x03
#define HINT_ONE_MORE 0x04

static guint8 gapless[CHAN_TILES_PIXELS_MAX * 4], other[CHAN_TILES_PIXELS_MAX * 4];

static gsize
code_lz4(const RaRect *tile, const RaPixels *pixels, guint8 *to)
{
    gsize size = ra_rows_size(tile);
    const guint8 *from = pixels->data;
    if (pixels->stride != (gsize)tile->width * 4) {
        ra_rows_pack(gapless, tile, pixels);
        from = gapless;
    }
    int n =
        LZ4_compress_fast((const char *)from, (char *)to, (int)size, (int)size - 1, ACCELERATION);
    return n > 0 ? (gsize)n : 0;
}

static gsize
code_grain(const RaRect *tile, const RaPixels *pixels, guint8 *to, gsize room)
{
    return chan_grain_pack(pixels->data, pixels->stride, (guint32)tile->width,
                           (guint32)tile->height, to, room);
}

static gsize
code_by(ChanTilesCoding coding, const RaRect *tile, const RaPixels *pixels, guint8 *to)
{
    return coding == CHAN_TILES_LZ4 ? code_lz4(tile, pixels, to)
                                    : code_grain(tile, pixels, to, ra_rows_size(tile) - 1);
}

static gsize
code_by_all(const RaRect *tile, const RaPixels *pixels, guint8 *to, ChanTilesCoding *coding)
{
    gsize size = code_lz4(tile, pixels, to);
    gsize less = code_grain(tile, pixels, other, (size > 0 ? size : ra_rows_size(tile)) - 1);
    *coding = size > 0 ? CHAN_TILES_LZ4 : CHAN_TILES_RAW;
    if (less == 0)
        return size;
    memcpy(to, other, less);
    *coding = CHAN_TILES_GRAIN;
    return less;
}

gsize
ra_tile_code(const RaRect *tile, const RaPixels *pixels, RaTileHint *hint, guint8 *to,
             ChanTilesCoding *coding)
{
    ChanTilesCoding known = *hint & HINT_CODING;
    if (*hint >= HINT_ONE_MORE) {
        gsize size = code_by(known, tile, pixels, to);
        *hint -= HINT_ONE_MORE;
        *coding = known;
        if (size > 0)
            return size;
    }
    gsize size = code_by_all(tile, pixels, to, coding);
    *hint = size > 0 ? (RaTileHint)(*coding + TRUSTED * HINT_ONE_MORE) : 0;
    return size;
}
