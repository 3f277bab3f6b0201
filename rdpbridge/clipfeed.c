// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/clipfeed.h"

#include "channel/glib/timer.h"

#include <string.h>

// One piece may wait for the view, which the session reads its guest beside.
#define PIECE_MAX (LIMIT_VIEW_QUEUED - sizeof(ViewClipData))
#define AGAIN_US 2000

G_STATIC_ASSERT(PIECE_MAX <= VIEW_CLIP_CHUNK_MAX);

struct ClipFeed {
    ChanClipSelection selection;
    const ClipFeedOut *out;
    gpointer user;
    GSource *source;
    guint32 serial;
    GBytes *data;
    gsize at;
};

static gboolean
send_piece(ClipFeed *f)
{
    union {
        ViewClipData m;
        guint8 bytes[sizeof(ViewClipData) + PIECE_MAX];
    } packet = {.m = {.serial = f->serial, .selection = f->selection}};
    gsize size = 0;
    const guint8 *data = f->data ? g_bytes_get_data(f->data, &size) : NULL;
    gsize n = MIN(size - f->at, PIECE_MAX);

    if (n > 0)
        memcpy(packet.bytes + sizeof packet.m, data + f->at, n);
    f->at += n;
    packet.m.last = f->at == size;
    packet.m.header = (ViewHeader){VIEW_MSG_CLIP_DATA, (guint32)(sizeof packet.m + n)};
    gboolean more = !packet.m.last;
    if (!more)
        clip_feed_stop(f);
    f->out->send(&packet, packet.m.header.size, f->user);
    return more;
}

static void
go_on(ClipFeed *f)
{
    gboolean more = TRUE;

    while (more && f->out->queued(f->user) == 0)
        more = send_piece(f);
    g_source_set_ready_time(f->source, more ? g_get_monotonic_time() + AGAIN_US : -1);
}

static gboolean
on_again(gpointer user)
{
    go_on(user);
    return G_SOURCE_CONTINUE;
}

ClipFeed *
clip_feed_new(GMainContext *context, ChanClipSelection selection, const ClipFeedOut *out,
              gpointer user)
{
    ClipFeed *f = g_new0(ClipFeed, 1);

    f->selection = selection;
    f->out = out;
    f->user = user;
    f->source = chan_timer_due_new(context, on_again, f);
    return f;
}

void
clip_feed_free(ClipFeed *f)
{
    if (!f)
        return;
    clip_feed_stop(f);
    chan_timer_clear(&f->source);
    g_free(f);
}

void
clip_feed_start(ClipFeed *f, guint32 serial, GBytes *data)
{
    clip_feed_stop(f);
    f->serial = serial;
    f->data = data ? g_bytes_ref(data) : NULL;
    go_on(f);
}

void
clip_feed_stop(ClipFeed *f)
{
    g_clear_pointer(&f->data, g_bytes_unref);
    f->at = 0;
    g_source_set_ready_time(f->source, -1);
}
