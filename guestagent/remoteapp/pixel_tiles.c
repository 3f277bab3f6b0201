// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/pixel_tiles.h"

#include "guestagent/remoteapp/rows.h"
#include "guestagent/remoteapp/tile_coder.h"
#include "guestagent/remoteapp/tile_scroll.h"
#include "guestagent/remoteapp/trial.h"

#include <string.h>

// Where nothing scrolled so often, it is looked for less often: in a window of video.
#define STILL_LOOKS 4
#define STILL_EVERY 4

G_STATIC_ASSERT(RA_TILE_SIDE *RA_TILE_RUN_MAX <= CHAN_TILES_PIXELS_MAX);

typedef struct {
    ChanTilesSocket *socket;
    RaTilePicture *picture;
    bool compress;
    bool tries; // to compress one part, to see what that gives
    bool moved; // something in it
    RaTrial trial;
} Frame;

// 0: it does not become shorter.
static gsize
compress(Frame *f, const RaRect *part, const RaPixels *pixels, guint8 *to, ChanTilesCoding *coding)
{
    gsize size = ra_rows_size(part);
    ra_trial_begin(&f->trial);
    gsize packed = ra_tile_code(
        part, pixels, ra_tile_shadow_note(f->picture->shadow, part->x, part->y), to, coding);
    ra_trial_end(&f->trial, size, packed > 0 ? packed : size);
    return packed;
}

static void
send_tile(const RaRect *part, const guint8 *bytes_of, gsize stride, gpointer user)
{
    Frame *f = user;
    const RaPixels pixels = {bytes_of, stride};
    ChanTilesCoding coding = CHAN_TILES_RAW;
    gsize packed = 0;
    guint8 *room = chan_tiles_socket_room(f->socket, f->picture->turn, CHAN_TILES_MESSAGE_MAX);
    guint8 *bytes = room + CHAN_TILES_TILE_HEADER;
    if (f->compress || f->tries)
        packed = compress(f, part, &pixels, bytes, &coding);
    f->tries = false;
    // What was tried goes as the frame does, which tells what the way takes.
    if (packed == 0 || !f->compress) {
        ra_rows_pack(bytes, part, &pixels);
        coding = CHAN_TILES_RAW;
        packed = ra_rows_size(part);
    }
    const ChanTilesMessage tile = {
        .type = CHAN_TILES_TILE,
        .buffer = f->picture->buffer,
        .x = (guint32)part->x,
        .y = (guint32)part->y,
        .width = (guint32)part->width,
        .height = (guint32)part->height,
        .coding = coding,
        .untrusted_bytes = CHAN_SPAN(bytes, packed),
    };
    guint8 header[CHAN_TILES_SMALL_MAX];
    (void)chan_tiles_encode(&tile, header);
    memcpy(room, header, CHAN_TILES_TILE_HEADER);
    gsize all = CHAN_TILES_TILE_HEADER + packed;
    f->picture->bytes += all;
    chan_tiles_socket_written(f->socket, f->picture->turn, all);
}

// What only moved; the rest, and what was taken for that wrongly, is news after it.
static void
send_move(Frame *f, const RaRect *rect, const RaPixels *pixels)
{
    RaTilePicture *p = f->picture;
    RaTileMove move;
    if (f->moved)
        return;
    if (p->still >= STILL_LOOKS && ++p->still % STILL_EVERY != 0)
        return;
    if (!ra_tile_scroll_find(p->shadow, rect, pixels, &move)) {
        p->still += p->still < STILL_LOOKS;
        return;
    }
    p->still = 0;
    f->moved = true;
    ra_tile_shadow_move(p->shadow, &move);
    const ChanTilesMessage message = {.type = CHAN_TILES_MOVE,
                                      .buffer = p->buffer,
                                      .x = (guint32)move.to.x,
                                      .y = (guint32)move.to.y,
                                      .width = (guint32)move.to.width,
                                      .height = (guint32)move.to.height,
                                      .from_y = (guint32)move.from_y};
    guint8 *room = chan_tiles_socket_room(f->socket, p->turn, CHAN_TILES_SMALL_MAX);
    gsize bytes = chan_tiles_encode(&message, room).size;
    p->bytes += bytes;
    chan_tiles_socket_written(f->socket, p->turn, bytes);
}

static void
update(RaTilePicture *p, const RaRect *rect, const RaPixels *pixels, Frame *f)
{
    if (p->video == NULL || ra_tile_video_is_exact(p->video))
        send_move(f, rect, pixels);
    if (p->video != NULL)
        ra_tile_video_update(p->video, p->shadow, rect, pixels, send_tile, f);
    else
        ra_tile_shadow_update(p->shadow, rect, pixels->data, pixels->stride, send_tile, f);
}

static void
end_video(Frame *f, const RaWay *way)
{
    RaTilePicture *p = f->picture;
    const RaVideoFrame frame = {p->shadow, way,     p->coding.known ? p->coding.ratio : 1,
                                f->socket, p->turn, p->buffer};
    p->bytes += ra_tile_video_end(p->video, &frame, send_tile, f);
    ra_tile_video_sent(p->video, way, p->bytes);
}

bool
ra_pixel_tiles_frame(ChanTilesSocket *socket, const RaWay *way, RaTilePicture *p,
                     const RaRect *rects, const RaPixels *pixels, guint count)
{
    Frame f = {.socket = socket, .picture = p};
    f.compress = ra_coding_compresses(&p->coding, way);
    f.tries = ra_coding_tries(&p->coding);
    p->compressed = f.compress;
    p->bytes = 0;
    p->start_us = g_get_monotonic_time();
    if (p->video != NULL)
        ra_tile_video_begin(p->video, way, rects, count);
    for (guint i = 0; i < count; i++)
        update(p, &rects[i], &pixels[i], &f);
    if (p->video != NULL)
        end_video(&f, way);
    ra_trial_tell(&f.trial, &p->coding);
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
