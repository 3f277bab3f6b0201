// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/tile_video.h"

#include "channel/glib/spent.h"
#include "guestagent/remoteapp/video_encoder.h"
#include "guestagent/remoteapp/video_plan.h"

#include <string.h>

// Of what is sent again in one frame, in bytes: what the way takes in so long. What is painted
// meanwhile waits for no more.
#define AGAIN_US 50000
#define AGAIN_LEAST (256 * 1024)

struct RaTileVideo {
    RaVideos *videos;
    RaVideoPlan plan;
    RaVideoEncoder *encoder; // NULL: nothing goes as video
    RaRect lossy;            // what the host has only nearly; no rows: nothing
    bool ends;               // and is to have again as it is
    bool told;               // the host has a decoder
    gint64 changed;          // pixels of the area, in this frame
};

RaTileVideo *
ra_tile_video_new(RaVideos *videos)
{
    RaTileVideo *v = g_new0(RaTileVideo, 1);
    v->videos = videos;
    return v;
}

static void
drop_encoder(RaTileVideo *v)
{
    if (v->encoder == NULL)
        return;
    g_clear_pointer(&v->encoder, ra_video_encoder_free);
    v->videos->count--;
    v->videos->pixels -= (gint64)v->plan.area.width * v->plan.area.height;
}

void
ra_tile_video_free(RaTileVideo *v)
{
    if (v == NULL)
        return;
    drop_encoder(v);
    g_free(v);
}

void
ra_tile_video_damaged(RaTileVideo *v)
{
    ra_video_plan_damaged(&v->plan, g_get_monotonic_time());
}

void
ra_tile_video_shown(RaTileVideo *v)
{
    ra_video_plan_shown(&v->plan, g_get_monotonic_time());
}

gint64
ra_tile_video_due(const RaTileVideo *v)
{
    if (v->ends || (v->encoder != NULL && !v->videos->taken))
        return 0;
    return v->encoder != NULL ? v->plan.last_us + RA_VIDEO_REST_US : RA_VIDEO_NEVER;
}

bool
ra_tile_video_is_exact(const RaTileVideo *v)
{
    return v->encoder == NULL && v->lossy.height == 0;
}

// The host has what was sent so far: all of it is sent again, before there is video again.
static void
end(RaTileVideo *v)
{
    drop_encoder(v);
    v->ends = true;
}

static void
start(RaTileVideo *v, const RaWay *way)
{
    const RaRect *area = &v->plan.area;
    gint64 pixels = (gint64)area->width * area->height;
    if (v->videos->count < CHAN_TILES_VIDEOS_MAX &&
        v->videos->pixels + pixels <= CHAN_TILES_VIDEO_PIXELS_MAX)
        v->encoder = ra_video_encoder_new(
            area->width, area->height, ra_video_plan_bit_rate(way, pixels, v->videos->count + 1));
    if (v->encoder == NULL) {
        ra_video_plan_stop(&v->plan, g_get_monotonic_time());
        return;
    }
    v->videos->count++;
    v->videos->pixels += pixels;
}

void
ra_tile_video_begin(RaTileVideo *v, const RaWay *way, const RaRect *rects, guint count)
{
    gint64 now = g_get_monotonic_time();
    v->changed = 0;
    if (v->encoder != NULL && !v->videos->taken)
        ra_video_plan_stop(&v->plan, now);
    if (v->encoder != NULL && (!v->plan.on || ra_video_plan_rest(&v->plan, now)))
        end(v);
    if (v->ends || !v->videos->taken)
        return;
    if (ra_video_plan_frame(&v->plan, rects, count, now) && v->encoder == NULL)
        start(v, way);
}

// ---- what is painted ----

static void
note_changed(const RaRect *part, const guint8 *pixels, gsize stride, gpointer user)
{
    RaTileVideo *v = user;
    v->changed += (gint64)part->width * part->height;
}

typedef struct {
    RaTileShadow *shadow;
    const RaRect *rect;
    const RaPixels *pixels;
} Source;

static void
update(const Source *s, const RaRect *part, RaTileChanged changed, gpointer user)
{
    if (part->width <= 0 || part->height <= 0)
        return;
    ra_tile_shadow_update(s->shadow, part,
                          s->pixels->data + (gsize)(part->y - s->rect->y) * s->pixels->stride +
                              (gsize)(part->x - s->rect->x) * 4,
                          s->pixels->stride, changed, user);
}

void
ra_tile_video_update(RaTileVideo *v, RaTileShadow *shadow, const RaRect *rect,
                     const RaPixels *pixels, RaTileChanged changed, gpointer user)
{
    const Source s = {shadow, rect, pixels};
    const RaRect none = {0}, *a = v->encoder != NULL ? &v->plan.area : &none;
    int right = rect->x + rect->width, bottom = rect->y + rect->height;
    int x0 = CLAMP(a->x, rect->x, right), x1 = CLAMP(a->x + a->width, rect->x, right);
    int y0 = CLAMP(a->y, rect->y, bottom), y1 = CLAMP(a->y + a->height, rect->y, bottom);
    if (x0 == x1 || y0 == y1) {
        update(&s, rect, changed, user);
        return;
    }
    const RaRect beside[] = {{rect->x, rect->y, rect->width, y0 - rect->y},
                             {rect->x, y0, x0 - rect->x, y1 - y0},
                             {x1, y0, right - x1, y1 - y0},
                             {rect->x, y1, rect->width, bottom - y1}};
    const RaRect within = {x0, y0, x1 - x0, y1 - y0};
    for (guint i = 0; i < G_N_ELEMENTS(beside); i++)
        update(&s, &beside[i], changed, user);
    update(&s, &within, note_changed, v);
}

// ---- as video ----

typedef struct {
    const RaRect *area;
    guint8 *pixels;
    gsize stride;
} Picture;

static void
copy_part(const RaRect *part, const guint8 *pixels, gsize stride, gpointer user)
{
    const Picture *p = user;
    guint8 *to =
        p->pixels + (gsize)(part->y - p->area->y) * p->stride + (gsize)(part->x - p->area->x) * 4;
    for (int y = 0; y < part->height; y++)
        memcpy(to + (gsize)y * p->stride, pixels + (gsize)y * stride, (gsize)part->width * 4);
}

static gsize
write_message(const RaVideoFrame *f, const ChanTilesMessage *m)
{
    guint8 header[CHAN_TILES_SMALL_MAX];
    ChanSpan head = chan_tiles_encode(m, header);
    gsize bytes = m->untrusted_bytes.size;
    guint8 *room = chan_tiles_socket_room(f->socket, f->turn, head.size + bytes);
    memcpy(room, head.data, head.size);
    if (bytes > 0)
        memcpy(room + head.size, m->untrusted_bytes.data, bytes);
    chan_tiles_socket_written(f->socket, f->turn, head.size + bytes);
    return head.size + bytes;
}

static ChanSpan
encode(RaTileVideo *v, const RaTileShadow *shadow, const RaWay *way)
{
    const RaRect *area = &v->plan.area;
    Picture picture = {.area = area};
    picture.pixels = ra_video_encoder_pixels(v->encoder, &picture.stride);
    ra_tile_shadow_read(shadow, area, copy_part, &picture);
    ra_video_encoder_set_bit_rate(
        v->encoder,
        ra_video_plan_bit_rate(way, (gint64)area->width * area->height, v->videos->count));
    return ra_video_encoder_encode(v->encoder);
}

// One that cannot be encoded, or not within a message, is sent losslessly, and so are those after
// it.
static gsize
send_picture(RaTileVideo *v, const RaVideoFrame *f)
{
    gint64 start = chan_spent_us();
    ChanSpan bytes = encode(v, f->shadow, f->way);
    gint64 took = chan_spent_us() - start, now = g_get_monotonic_time();
    const ChanTilesMessage m = {.type = CHAN_TILES_VIDEO,
                                .buffer = f->buffer,
                                .x = (guint32)v->plan.area.x,
                                .y = (guint32)v->plan.area.y,
                                .width = (guint32)v->plan.area.width,
                                .height = (guint32)v->plan.area.height,
                                .untrusted_bytes = bytes};
    v->lossy = v->plan.area;
    if (bytes.data == NULL || bytes.size > CHAN_TILES_VIDEO_BYTES_MAX) {
        ra_video_plan_stop(&v->plan, now);
        end(v);
        return 0;
    }
    v->told = true;
    (void)ra_video_plan_video(&v->plan, f->way, (gsize)((double)v->changed * 4 * f->ratio),
                              bytes.size, took, now);
    return write_message(f, &m);
}

// ---- and as it is again ----

static void
restore(RaTileVideo *v, const RaVideoFrame *f, RaTileChanged changed, gpointer user)
{
    gint64 left = MAX((gint64)(f->way->bytes_per_us * AGAIN_US), AGAIN_LEAST);
    while (v->lossy.height > 0 && left > 0) {
        RaRect band = v->lossy;
        band.height = MIN(band.height, RA_TILE_SIDE - band.y % RA_TILE_SIDE);
        ra_tile_shadow_read(f->shadow, &band, changed, user);
        v->lossy.y += band.height;
        v->lossy.height -= band.height;
        left -= (gint64)band.width * band.height * 4;
    }
    v->ends = v->lossy.height > 0;
}

gsize
ra_tile_video_end(RaTileVideo *v, const RaVideoFrame *f, RaTileChanged changed, gpointer user)
{
    gsize bytes = 0;
    if (v->encoder != NULL && v->changed > 0)
        bytes = send_picture(v, f);
    if (v->encoder == NULL && v->told) {
        const ChanTilesMessage still = {.type = CHAN_TILES_STILL, .buffer = f->buffer};
        bytes += write_message(f, &still);
        v->told = false;
    }
    if (v->ends)
        restore(v, f, changed, user);
    return bytes;
}

void
ra_tile_video_sent(RaTileVideo *v, const RaWay *way, gsize bytes)
{
    if (v->encoder == NULL)
        ra_video_plan_lossless(&v->plan, way, bytes);
}
