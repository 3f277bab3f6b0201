// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/pixel_tiles.h"

#include <lz4.h>
#include <string.h>
#include <time.h>

#define ACCELERATION 8 // text compresses nearly as well, in two thirds of the time
G_STATIC_ASSERT(RA_TILE_SIDE *RA_TILE_RUN_MAX <= CHAN_TILES_PIXELS_MAX);

typedef struct {
    ChanTilesSocket *socket;
    RaTilePicture *picture;
    bool compress;
    bool tries; // to compress one part, to see what that gives
    gsize in, out;
    gint64 ns; // of compressing
    guint8 *packed;
} Frame;

static gint64
now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (gint64)t.tv_sec * 1000000000 + t.tv_nsec;
}

// Row after row without a gap.
static void
pack(guint8 *to, const RaRect *part, const guint8 *pixels, gsize stride)
{
    gsize row = (gsize)part->width * 4;
    for (int y = 0; y < part->height; y++)
        memcpy(to + (gsize)y * row, pixels + (gsize)y * stride, row);
}

// To room for one byte less than it was. 0: it does not become shorter.
static gsize
compress(Frame *f, const guint8 *from, guint8 *to, gsize size)
{
    gint64 start = now_ns();
    int n =
        LZ4_compress_fast((const char *)from, (char *)to, (int)size, (int)size - 1, ACCELERATION);
    f->ns += now_ns() - start;
    f->in += size;
    f->out += n > 0 ? (gsize)n : size;
    return n > 0 ? (gsize)n : 0;
}

static void
send_tile(const RaRect *part, const guint8 *pixels, gsize stride, gpointer user)
{
    Frame *f = user;
    gsize size = (gsize)part->width * 4 * (gsize)part->height, packed = 0;
    guint8 *room = chan_tiles_socket_room(f->socket, f->picture->turn, CHAN_TILES_MESSAGE_MAX);
    guint8 *bytes = room + CHAN_TILES_TILE_HEADER;
    if (f->compress || f->tries) {
        bool gaps = stride != (gsize)part->width * 4;
        if (gaps)
            pack(f->packed, part, pixels, stride);
        packed = compress(f, gaps ? f->packed : pixels, bytes, size);
        f->tries = false;
    }
    if (packed == 0)
        pack(bytes, part, pixels, stride);
    const ChanTilesMessage tile = {
        .type = CHAN_TILES_TILE,
        .buffer = f->picture->buffer,
        .x = (guint32)part->x,
        .y = (guint32)part->y,
        .width = (guint32)part->width,
        .height = (guint32)part->height,
        .coding = packed > 0 ? CHAN_TILES_LZ4 : CHAN_TILES_RAW,
        .untrusted_bytes = CHAN_SPAN(bytes, packed > 0 ? packed : size),
    };
    guint8 header[CHAN_TILES_SMALL_MAX];
    (void)chan_tiles_encode(&tile, header);
    memcpy(room, header, CHAN_TILES_TILE_HEADER);
    gsize all = CHAN_TILES_TILE_HEADER + tile.untrusted_bytes.size;
    f->picture->bytes += all;
    chan_tiles_socket_written(f->socket, f->picture->turn, all);
}

bool
ra_pixel_tiles_frame(ChanTilesSocket *socket, const RaWay *way, RaTilePicture *p,
                     const RaRect *rects, const RaPixels *pixels, guint count)
{
    g_autofree guint8 *packed = g_malloc(CHAN_TILES_PIXELS_MAX * 4);
    Frame f = {.socket = socket, .picture = p, .packed = packed};
    f.compress = ra_coding_compresses(&p->coding, way);
    f.tries = ra_coding_tries(&p->coding);
    p->compressed = f.compress;
    p->bytes = 0;
    p->start_us = g_get_monotonic_time();
    for (guint i = 0; i < count; i++)
        ra_tile_shadow_update(p->shadow, &rects[i], pixels[i].data, pixels[i].stride, send_tile,
                              &f);
    ra_coding_took(&p->coding, f.in, f.out, f.ns);
    p->made_us = g_get_monotonic_time();
    if (p->bytes == 0 && p->begun)
        return false;
    const ChanTilesMessage frame = {
        .type = CHAN_TILES_FRAME, .buffer = p->buffer, .serial = ++p->serial};
    guint8 *room = chan_tiles_socket_room(socket, p->turn, CHAN_TILES_SMALL_MAX);
    chan_tiles_socket_written(socket, p->turn, chan_tiles_encode(&frame, room).size);
    p->begun = true;
    return true;
}

void
ra_pixel_tiles_received(RaWay *way, const RaTilePicture *p, gint64 *former_us)
{
    gint64 now = g_get_monotonic_time(), start = MAX(p->start_us, *former_us);
    ra_way_took(way, p->bytes, p->compressed, MAX(p->made_us - start, 0), now - start);
    *former_us = now;
}
