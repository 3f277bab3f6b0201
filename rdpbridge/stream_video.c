// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/stream_video.h"

#include "channel/glib/spent.h"
#include "rdpbridge/limits.h"
#include "rdpbridge/pace.h"
#include "rdpbridge/video.h"

#include <freerdp/codec/color.h>
#include <freerdp/codec/h264.h>

typedef struct {
    guint32 buffer; // 0: none
    guint32 x, y, width, height;
    BridgeSps sps;
    H264_CONTEXT *decoder;
} Video;

struct BridgeStreamVideo {
    Video videos[LIMIT_VIDEOS];
    guint64 pixels; // of all of them
    gboolean over, paused;
    BridgePace time; // of the processor's, in µs
};

BridgeStreamVideo *
bridge_stream_video_new(gint64 now_us)
{
    BridgeStreamVideo *v = g_new0(BridgeStreamVideo, 1);

    bridge_pace_init(&v->time, LIMIT_VIDEO_US_PER_S, LIMIT_VIDEO_US_BURST, now_us);
    return v;
}

static void
drop(BridgeStreamVideo *v, Video *one)
{
    if (one->decoder)
        h264_context_free(one->decoder);
    v->pixels -= (guint64)one->width * one->height;
    *one = (Video){0};
}

static void
drop_all(BridgeStreamVideo *v)
{
    for (guint i = 0; i < LIMIT_VIDEOS; i++)
        drop(v, &v->videos[i]);
}

void
bridge_stream_video_free(BridgeStreamVideo *v)
{
    if (!v)
        return;
    drop_all(v);
    g_free(v);
}

gboolean
bridge_stream_video_takes(const BridgeStreamVideo *v)
{
    return !v->over && !v->paused;
}

gboolean
bridge_stream_video_resume(BridgeStreamVideo *v)
{
    v->paused = FALSE;
    return !v->over;
}

// The one of that buffer; 0: one that is free. NULL: there is none.
static Video *
find(BridgeStreamVideo *v, guint32 buffer)
{
    for (guint i = 0; i < LIMIT_VIDEOS; i++)
        if (v->videos[i].buffer == buffer)
            return &v->videos[i];
    return NULL;
}

static gboolean
begin(BridgeStreamVideo *v, Video *one, const ChanTilesMessage *m)
{
    v->pixels += (guint64)m->width * m->height;
    *one =
        (Video){.buffer = m->buffer, .x = m->x, .y = m->y, .width = m->width, .height = m->height};
    one->decoder = v->pixels <= LIMIT_VIDEO_PIXELS ? h264_context_new(FALSE) : NULL;
    return one->decoder && h264_context_reset(one->decoder, m->width, m->height);
}

// A decoder for it, which is a new one where its place or size is.
static Video *
ensure(BridgeStreamVideo *v, const ChanTilesMessage *m)
{
    Video *one = find(v, m->buffer);

    if (one && one->x == m->x && one->y == m->y && one->width == m->width &&
        one->height == m->height)
        return one;
    if (one)
        drop(v, one);
    one = find(v, 0);
    return one && begin(v, one, m) ? one : NULL;
}

static const char *
decode(Video *one, BridgeSurface *s, const ChanTilesMessage *m)
{
    const RECTANGLE_16 all = {0, 0, (UINT16)m->width, (UINT16)m->height};
    const char *wrong =
        bridge_video_check_picture(&one->sps, m->untrusted_bytes, m->width, m->height);

    if (wrong)
        return wrong;
    INT32 rc =
        avc420_decompress(one->decoder, m->untrusted_bytes.data, (UINT32)m->untrusted_bytes.size,
                          s->pixels + (gsize)m->y * s->stride + (gsize)m->x * 4,
                          PIXEL_FORMAT_BGRX32, s->stride, m->width, m->height, &all, 1);
    return rc < 0 ? "the guest sent video that cannot be decoded" : NULL;
}

static const char *
paint(BridgeStreamVideo *v, BridgeSurface *s, const ChanTilesMessage *m, gint64 now_us)
{
    gint64 start = chan_spent_us();

    if (m->x + m->width > s->width || m->y + m->height > s->height)
        return "the guest sent video for what is no part of its window surface";
    Video *one = ensure(v, m);
    if (!one)
        return "the guest sent more video than is taken";
    const char *wrong = decode(one, s, m);
    gint64 took = chan_spent_us() - start;
    bridge_pace_take(&v->time, (guint32)CLAMP(took, 0, G_MAXINT32), now_us);
    v->paused = !wrong && bridge_pace_wait_us(&v->time, now_us) > 0;
    return v->paused ? "the guest's video takes more of the processor than it may" : wrong;
}

const char *
bridge_stream_video_paint(BridgeStreamVideo *v, BridgeSurface *s,
                          const ChanTilesMessage *untrusted_video, gint64 now_us)
{
    if (!bridge_stream_video_takes(v))
        return "it is over";
    const char *wrong = paint(v, s, untrusted_video, now_us);
    if (!wrong)
        return NULL;
    v->over = !v->paused;
    drop_all(v);
    return wrong;
}

void
bridge_stream_video_still(BridgeStreamVideo *v, guint32 untrusted_buffer)
{
    Video *one = untrusted_buffer != 0 ? find(v, untrusted_buffer) : NULL;

    if (one)
        drop(v, one);
}

void
bridge_stream_video_sweep(BridgeStreamVideo *v, gboolean (*is_there)(guint32 buffer, gpointer user),
                          gpointer user)
{
    for (guint i = 0; i < LIMIT_VIDEOS; i++)
        if (v->videos[i].buffer != 0 && !is_there(v->videos[i].buffer, user))
            drop(v, &v->videos[i]);
}
