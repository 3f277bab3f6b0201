// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/pixel_stream.h"

#include "channel/glib/spent.h"
#include "channel/glib/tiles.h"
#include "channel/glib/timer.h"
#include "rdpbridge/limits.h"
#include "rdpbridge/pace.h"
#include "rdpbridge/stream_video.h"
#include "rdpbridge/tile.h"

// A frame of which tiles have come.
typedef struct {
    gsize bytes;
    guint64 moved; // pixels
    BridgeDamage damage;
} Coming;

struct BridgePixelStream {
    ChanTilesSocket *socket;
    gboolean ready;
    GHashTable *coming;       // buffer → Coming
    BridgePace moving;        // µs of the processor
    BridgeStreamVideo *video; // NULL: none is taken
    GSource *again;           // after which it is, since it took too much
    GMainContext *context;
    const BridgePixelStreamHandlers *handlers;
    gpointer user;
};

static void
say(BridgePixelStream *s, const ChanTilesMessage *m)
{
    chan_tiles_socket_say(s->socket, m);
    // What the guest does not read piles up here.
    if (chan_tiles_socket_pending(s->socket, CHAN_TILES_FIRST) > LIMIT_PIXEL_ANSWERS)
        chan_tiles_socket_end(s->socket);
}

// NULL: of more pictures than there can be.
static Coming *
coming(BridgePixelStream *s, guint32 untrusted_buffer)
{
    Coming *c = g_hash_table_lookup(s->coming, GUINT_TO_POINTER(untrusted_buffer));

    if (c || g_hash_table_size(s->coming) == LIMIT_SURFACES)
        return c;
    c = g_new0(Coming, 1);
    g_hash_table_insert(s->coming, GUINT_TO_POINTER(untrusted_buffer), c);
    return c;
}

static gboolean
take_tile(BridgePixelStream *s, const ChanTilesMessage *untrusted_tile)
{
    const ChanTilesMessage *t = untrusted_tile;
    gboolean free = FALSE;
    BridgeSurface *picture = s->handlers->picture(t->buffer, &free, s->user);

    if (!picture) // the guest has deleted its surface meanwhile
        return TRUE;
    Coming *c = coming(s, t->buffer);
    if (!c || !free || !bridge_tile_paint(picture, t))
        return FALSE;
    c->bytes += CHAN_TILES_TILE_HEADER + t->untrusted_bytes.size;
    bridge_damage_add(&c->damage, (ViewRect){(int32_t)t->x, (int32_t)t->y, t->width, t->height});
    return TRUE;
}

static gboolean
on_video_again(gpointer user)
{
    BridgePixelStream *s = user;

    g_clear_pointer(&s->again, g_source_unref);
    if (bridge_stream_video_resume(s->video))
        s->handlers->video_again(s->user);
    return G_SOURCE_REMOVE;
}

static void
end_video(BridgePixelStream *s, const char *why)
{
    s->handlers->no_video(why, s->user);
    if (!s->again)
        s->again = chan_timer_new(s->context, LIMIT_VIDEO_AGAIN_MS, on_video_again, s);
}

// What fails to decode leaves the window as it is, until the guest has sent it losslessly.
static gboolean
take_video(BridgePixelStream *s, const ChanTilesMessage *untrusted_video)
{
    const ChanTilesMessage *v = untrusted_video;
    gboolean free = FALSE, was = bridge_stream_video_takes(s->video);
    BridgeSurface *picture = s->handlers->picture(v->buffer, &free, s->user);

    if (!picture) // the guest has deleted its surface meanwhile
        return TRUE;
    Coming *c = coming(s, v->buffer);
    if (!c || !free)
        return FALSE;
    c->bytes += CHAN_TILES_VIDEO_HEADER + v->untrusted_bytes.size;
    s->handlers->slow(TRUE, s->user);
    const char *wrong = bridge_stream_video_paint(s->video, picture, v, g_get_monotonic_time());
    s->handlers->slow(FALSE, s->user);
    if (wrong && was)
        end_video(s, wrong);
    if (!wrong)
        bridge_damage_add(&c->damage,
                          (ViewRect){(int32_t)v->x, (int32_t)v->y, v->width, v->height});
    return TRUE;
}

static gboolean
is_there(guint32 buffer, gpointer user)
{
    BridgePixelStream *s = user;
    gboolean free;

    return s->handlers->picture(buffer, &free, s->user) != NULL;
}

static gboolean
take_move(BridgePixelStream *s, const ChanTilesMessage *untrusted_move)
{
    const ChanTilesMessage *m = untrusted_move;
    gboolean free = FALSE;
    BridgeSurface *picture = s->handlers->picture(m->buffer, &free, s->user);

    if (!picture)
        return TRUE;
    Coming *c = coming(s, m->buffer);
    if (!c)
        return FALSE;
    // A few bytes that cost a copy of the picture: of a frame once, and of all frames so many.
    gint64 now = g_get_monotonic_time(), since = chan_spent_us();
    c->moved += (guint64)m->width * m->height;
    if (c->moved > (guint64)picture->width * picture->height ||
        bridge_pace_wait_us(&s->moving, now) > 0)
        return FALSE;
    if (!free || !bridge_tile_move(picture, m))
        return FALSE;
    bridge_pace_take(&s->moving, (guint32)(chan_spent_us() - since), now);
    bridge_damage_add(&c->damage, (ViewRect){(int32_t)m->x, (int32_t)m->y, m->width, m->height});
    return TRUE;
}

static gboolean
take_frame(BridgePixelStream *s, const ChanTilesMessage *m)
{
    const ChanTilesMessage received = {
        .type = CHAN_TILES_RECEIVED, .buffer = m->buffer, .serial = m->serial};
    const Coming *c = g_hash_table_lookup(s->coming, GUINT_TO_POINTER(m->buffer));
    const BridgeDamage none = {0};

    if (s->video)
        bridge_stream_video_sweep(s->video, is_there, s);
    if (c && c->bytes >= CHAN_TILES_MEASURED)
        say(s, &received);
    gboolean good = s->handlers->frame(m->buffer, m->serial, c ? &c->damage : &none, s->user);
    g_hash_table_remove(s->coming, GUINT_TO_POINTER(m->buffer));
    return good;
}

static gboolean
on_message(const ChanTilesMessage *untrusted_message, gpointer user)
{
    BridgePixelStream *s = user;
    const ChanTilesMessage *m = untrusted_message;

    switch (m->type) {
    case CHAN_TILES_HELLO:
        if (s->ready || m->version != CHAN_TILES_VERSION)
            return FALSE;
        s->ready = TRUE;
        s->handlers->ready(s->user);
        return TRUE;
    case CHAN_TILES_TILE:
        return s->ready && take_tile(s, m);
    case CHAN_TILES_MOVE:
        return s->ready && take_move(s, m);
    case CHAN_TILES_FRAME:
        return s->ready && take_frame(s, m);
    case CHAN_TILES_VIDEO:
        return s->ready && s->video && take_video(s, m);
    case CHAN_TILES_STILL:
        if (!s->ready || !s->video)
            return FALSE;
        bridge_stream_video_still(s->video, m->buffer);
        return TRUE;
    default:
        return FALSE;
    }
}

static void
on_lost(gpointer user)
{
    BridgePixelStream *s = user;

    s->handlers->lost(s->user);
}

static const ChanTilesHandlers handlers = {.message = on_message, .lost = on_lost};

BridgePixelStream *
bridge_pixel_stream_new(GMainContext *context, int take_fd, guint64 token,
                        const BridgePixelStreamHandlers *stream_handlers, gpointer user)
{
    BridgePixelStream *s = g_new0(BridgePixelStream, 1);
    const ChanTilesMessage greeting = {
        .type = CHAN_TILES_GREETING, .version = CHAN_TILES_VERSION, .token = token};

    s->coming = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    bridge_pace_init(&s->moving, LIMIT_MOVE_US_PER_S, LIMIT_MOVE_US_BURST, g_get_monotonic_time());
    s->handlers = stream_handlers;
    s->user = user;
    s->context = context;
    s->socket = chan_tiles_socket_new(context, take_fd, true, &handlers, s);
    say(s, &greeting);
    return s;
}

void
bridge_pixel_stream_free(BridgePixelStream *s)
{
    if (!s)
        return;
    chan_tiles_socket_free(s->socket);
    g_hash_table_unref(s->coming);
    bridge_stream_video_free(s->video);
    chan_timer_clear(&s->again);
    g_free(s);
}

void
bridge_pixel_stream_take_video(BridgePixelStream *s)
{
    if (!s->video)
        s->video = bridge_stream_video_new(g_get_monotonic_time());
}

void
bridge_pixel_stream_pause(BridgePixelStream *s, gboolean paused)
{
    chan_tiles_socket_pause(s->socket, paused);
}

void
bridge_pixel_stream_offer(BridgePixelStream *s, guint16 surface_id, const BridgeSurface *picture)
{
    const ChanTilesMessage m = {.type = CHAN_TILES_BUFFER,
                                .surface = surface_id,
                                .buffer = picture->id,
                                .width = picture->width,
                                .height = picture->height};

    say(s, &m);
}

void
bridge_pixel_stream_refuse(BridgePixelStream *s, guint16 surface_id)
{
    const ChanTilesMessage m = {.type = CHAN_TILES_REFUSED, .surface = surface_id};

    say(s, &m);
}

void
bridge_pixel_stream_shown(BridgePixelStream *s, guint32 buffer, guint32 serial)
{
    const ChanTilesMessage m = {.type = CHAN_TILES_SHOWN, .buffer = buffer, .serial = serial};

    say(s, &m);
}
