// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/pixel_path.h"

#include "channel/glib/packet.h"
#include "channel/glib/timer.h"
#include "guestagent/remoteapp/pixel_tiles.h"
#include "guestagent/remoteapp/video_encoder.h"

#include <string.h>
#include <unistd.h>

#define STREAM_AHEAD (64 * 1024) // that the stream has not taken: no frame goes behind more

typedef struct {
    guint16 surface;
    guint32 window;
    bool alpha;
    RaPixelWay way;
    RaShared *memory;      // of a shared one
    RaTilePicture picture; // or one that goes over a stream
    guint32 buffer, serial;
    bool busy;
} Shared;

struct RaPixelPath {
    ChanPacketSocket *socket; // NULL: it is a stream
    ChanTilesSocket *stream;  // NULL: it is memory
    RaWay stream_way;
    RaVideos videos;
    GSource *video_due; // when a surface's video rests, or is sent again as it is
    bool video_waits;   // for the stream, with that
    gint64 received_us; // when the last frame had arrived that tells of the stream
    RaDesktop *desktop;
    GHashTable *surfaces; // surface → Shared
    const RaPixelPathEvents *events;
    gpointer user;
};

static void
shared_free(gpointer data)
{
    Shared *s = data;
    ra_shared_free(s->memory);
    ra_tile_shadow_free(s->picture.shadow);
    ra_tile_video_free(s->picture.video);
    g_free(s);
}

static Shared *
find(const RaPixelPath *path, guint32 surface)
{
    return g_hash_table_lookup(path->surfaces, GUINT_TO_POINTER(surface));
}

static ChanTilesTurn
turn_of(const RaPixelPath *path, const Shared *s)
{
    return ra_desktop_is_active(path->desktop, s->window) ? CHAN_TILES_FIRST : CHAN_TILES_LATER;
}

static void
send_tiles(RaPixelPath *path, Shared *s, const RaRect *rects, const RaPixels *pixels, guint count)
{
    s->picture.turn = turn_of(path, s);
    s->busy =
        ra_pixel_tiles_frame(path->stream, &path->stream_way, &s->picture, rects, pixels, count);
    s->serial = s->picture.serial;
    chan_tiles_socket_send(path->stream);
}

// ---- what the host says ----

// The host answers surfaces in the order in which it hears of them, and names what it answers: one
// that was deleted meanwhile is not looked for.
static void
on_buffer(RaPixelPath *path, const ChanPixelsBuffer *m, int take_fd)
{
    Shared *s = find(path, m->surface);
    if (s == NULL || s->way != RA_PIXELS_WAIT) {
        close(take_fd);
        return;
    }
    s->memory = ra_desktop_share(path->desktop, take_fd, (int)m->width, (int)m->height, s->alpha);
    s->buffer = m->buffer;
    s->way = s->memory != NULL ? RA_PIXELS_SHARED : RA_PIXELS_RDP;
}

static void
on_refused(RaPixelPath *path, guint32 surface)
{
    Shared *s = find(path, surface);
    if (s != NULL && s->way == RA_PIXELS_WAIT)
        s->way = RA_PIXELS_RDP;
}

// The surface whose frame is under way and is this one. NULL: it is gone.
static Shared *
find_frame(const RaPixelPath *path, guint32 buffer, guint32 serial)
{
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, path->surfaces);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        Shared *s = value;
        if (s->busy && s->buffer == buffer && s->serial == serial)
            return s;
    }
    return NULL;
}

static void
look_at_videos(RaPixelPath *path)
{
    g_source_set_ready_time(path->video_due, 0);
}

// when: as for ra_desktop_shown.
static void
on_shown(RaPixelPath *path, guint32 buffer, guint32 serial, gint64 when)
{
    Shared *s = find_frame(path, buffer, serial);
    if (s == NULL)
        return;
    s->busy = false;
    if (s->picture.video != NULL)
        ra_tile_video_shown(s->picture.video);
    // It may be a video that waited, or the stream that another's waited for.
    if (s->picture.video != NULL || path->video_waits)
        look_at_videos(path);
    ra_desktop_shown(path->desktop, s->window, when);
}

static bool
handle(RaPixelPath *path, ChanSpan packet, const int *fds, guint n_fds)
{
    ChanPixelsBuffer buffer;
    ChanPixelsShown shown;
    ChanPixelsType type = chan_pixels_check(packet, false);
    if ((n_fds == 1) != (type == CHAN_PIXELS_BUFFER || type == CHAN_PIXELS_INPUT))
        return false;
    switch (type) {
    case CHAN_PIXELS_BUFFER:
        memcpy(&buffer, packet.data, sizeof buffer);
        on_buffer(path, &buffer, fds[0]);
        return true;
    case CHAN_PIXELS_REFUSED:
        memcpy(&buffer, packet.data, sizeof buffer);
        on_refused(path, buffer.surface);
        return true;
    case CHAN_PIXELS_SHOWN:
        memcpy(&shown, packet.data, sizeof shown);
        on_shown(path, shown.buffer, shown.serial,
                 (gint64)((guint64)shown.shown_us_high << 32 | shown.shown_us_low));
        return true;
    case CHAN_PIXELS_INPUT:
        path->events->input(fds[0], path->user);
        return true;
    default:
        return false;
    }
}

static void
on_packet(ChanPacketSocket *socket, ChanSpan packet, const int *take_fds, guint n_fds,
          gpointer user)
{
    RaPixelPath *path = user;
    (void)socket;
    if (handle(path, packet, take_fds, n_fds)) {
        path->events->free(path->user);
        return;
    }
    for (guint i = 0; i < n_fds; i++)
        close(take_fds[i]);
    path->events->lost(path->user);
}

// ---- and by a stream ----

static bool
stream_is_full(const RaPixelPath *path, const Shared *s)
{
    return chan_tiles_socket_pending(path->stream, turn_of(path, s)) > STREAM_AHEAD;
}

// Nobody paints: what is to be done for a surface's video is done in a frame without damage.
static gboolean
on_video_due(gpointer user)
{
    RaPixelPath *path = user;
    GHashTableIter iter;
    gpointer value;
    gint64 next = RA_VIDEO_NEVER, now = g_get_monotonic_time();
    path->video_waits = false;
    g_hash_table_iter_init(&iter, path->surfaces);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        Shared *s = value;
        if (s->picture.video == NULL || s->busy)
            continue;
        if (stream_is_full(path, s)) {
            path->video_waits = true;
            continue;
        }
        if (ra_tile_video_due(s->picture.video) <= now)
            send_tiles(path, s, NULL, NULL, 0);
        if (!s->busy)
            next = MIN(next, ra_tile_video_due(s->picture.video));
    }
    g_source_set_ready_time(path->video_due, next == RA_VIDEO_NEVER ? -1 : next);
    return G_SOURCE_CONTINUE;
}

static void
consider_video(RaPixelPath *path, Shared *s)
{
    if (path->videos.taken && s->picture.shadow != NULL && !s->alpha && s->picture.video == NULL)
        s->picture.video = ra_tile_video_new(&path->videos);
}

void
ra_pixel_path_set_video(RaPixelPath *path, bool taken)
{
    GHashTableIter iter;
    gpointer value;
    if (path->stream == NULL || !ra_video_encoder_available())
        return;
    path->videos.taken = taken;
    g_hash_table_iter_init(&iter, path->surfaces);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        consider_video(path, value);
    look_at_videos(path);
}

void
ra_pixel_path_damaged(RaPixelPath *path, guint16 surface)
{
    Shared *s = find(path, surface);
    if (s != NULL && s->picture.video != NULL)
        ra_tile_video_damaged(s->picture.video);
}

static void
on_stream_buffer(RaPixelPath *path, const ChanTilesMessage *m)
{
    Shared *s = find(path, m->surface);
    if (s == NULL || s->way != RA_PIXELS_WAIT)
        return;
    s->buffer = s->picture.buffer = m->buffer;
    s->picture.shadow = ra_tile_shadow_new((int)m->width, (int)m->height);
    s->way = RA_PIXELS_SHARED;
    consider_video(path, s);
}

static void
on_received(RaPixelPath *path, const ChanTilesMessage *m)
{
    const Shared *s = find_frame(path, m->buffer, m->serial);
    if (s != NULL)
        ra_pixel_tiles_received(&path->stream_way, &s->picture, &path->received_us);
}

static gboolean
on_stream_message(const ChanTilesMessage *m, gpointer user)
{
    RaPixelPath *path = user;
    switch (m->type) {
    case CHAN_TILES_BUFFER:
        on_stream_buffer(path, m);
        break;
    case CHAN_TILES_REFUSED:
        on_refused(path, m->surface);
        break;
    case CHAN_TILES_RECEIVED:
        on_received(path, m);
        return TRUE;
    case CHAN_TILES_SHOWN:
        on_shown(path, m->buffer, m->serial, g_get_monotonic_time());
        break;
    default:
        return FALSE;
    }
    path->events->free(path->user);
    return TRUE;
}

static void
on_stream_drained(gpointer user)
{
    RaPixelPath *path = user;
    look_at_videos(path);
    path->events->free(path->user);
}

static void
on_stream_lost(gpointer user)
{
    RaPixelPath *path = user;
    path->events->lost(path->user);
}

static const ChanTilesHandlers stream_handlers = {
    .message = on_stream_message, .drained = on_stream_drained, .lost = on_stream_lost};

// ---- what it is told ----

static RaPixelPath *
new_path(RaDesktop *desktop, const RaPixelPathEvents *events, gpointer user)
{
    RaPixelPath *path = g_new0(RaPixelPath, 1);
    path->desktop = desktop;
    path->events = events;
    path->user = user;
    path->surfaces = g_hash_table_new_full(NULL, NULL, NULL, shared_free);
    return path;
}

RaPixelPath *
ra_pixel_path_new_stream(GMainContext *context, ChanTilesSocket *take_stream, RaDesktop *desktop,
                         const RaPixelPathEvents *events, gpointer user)
{
    const ChanTilesMessage hello = {.type = CHAN_TILES_HELLO, .version = CHAN_TILES_VERSION};
    RaPixelPath *path = new_path(desktop, events, user);
    path->stream = take_stream;
    path->stream_way.unpack_ns = RA_TILES_UNPACK_NS;
    path->video_due = chan_timer_due_new(context, on_video_due, path);
    chan_tiles_socket_set_handlers(take_stream, &stream_handlers, path);
    chan_tiles_socket_say(take_stream, &hello);
    return path;
}

RaPixelPath *
ra_pixel_path_new(GMainContext *context, int take_fd, RaDesktop *desktop,
                  const RaPixelPathEvents *events, gpointer user)
{
    const ChanPixelsHello hello = {.header.type = CHAN_PIXELS_HELLO,
                                   .version = CHAN_PIXELS_VERSION};
    RaPixelPath *path = new_path(desktop, events, user);
    path->socket =
        chan_packet_socket_new(context, take_fd, sizeof(ChanPixelsBuffer), on_packet, path);
    // A host that has gone is told of by the socket.
    (void)chan_packet_send(path->socket, &hello, sizeof hello, NULL, 0);
    return path;
}

void
ra_pixel_path_free(RaPixelPath *path)
{
    if (path == NULL)
        return;
    chan_packet_socket_free(path->socket);
    chan_tiles_socket_free(path->stream);
    chan_timer_clear(&path->video_due);
    g_hash_table_unref(path->surfaces);
    g_free(path);
}

void
ra_pixel_path_surface(RaPixelPath *path, guint16 surface, guint32 window, bool alpha)
{
    Shared *s = g_new0(Shared, 1);
    s->window = window;
    s->surface = surface;
    s->alpha = alpha;
    g_hash_table_replace(path->surfaces, GUINT_TO_POINTER((guint)surface), s);
}

void
ra_pixel_path_gone(RaPixelPath *path, guint16 surface)
{
    g_hash_table_remove(path->surfaces, GUINT_TO_POINTER((guint)surface));
}

RaPixelWay
ra_pixel_path_way(const RaPixelPath *path, guint16 surface)
{
    const Shared *s = find(path, surface);
    return s != NULL ? s->way : RA_PIXELS_RDP;
}

bool
ra_pixel_path_busy(const RaPixelPath *path, guint16 surface)
{
    const Shared *s = find(path, surface);
    if (s == NULL)
        return false;
    if (path->stream != NULL && stream_is_full(path, s))
        return true;
    return s->busy;
}

static void
tell_frame(RaPixelPath *path, Shared *s, const RaPixelFrame *f)
{
    ChanPixelsFrame frame = {.header.type = CHAN_PIXELS_FRAME,
                             .buffer = s->buffer,
                             .serial = ++s->serial,
                             .count = f->count};
    for (guint i = 0; i < f->count; i++)
        frame.rects[i] = (ChanPixelsRect){(guint16)f->rects[i].x, (guint16)f->rects[i].y,
                                          (guint16)f->rects[i].width, (guint16)f->rects[i].height};
    s->busy = true;
    (void)chan_packet_send(path->socket, &frame, chan_pixels_frame_size(f->count), NULL, 0);
}

static bool
is_small(const RaPixelFrame *f)
{
    gint64 pixels = 0;
    for (guint i = 0; i < f->count; i++)
        pixels += (gint64)f->rects[i].width * f->rects[i].height;
    return pixels <= RA_COPIED_PIXELS;
}

// Whether there was more of a small frame by the time that it was copied: the program was in the
// middle of it.
static bool
take_more(RaPixelPath *path, RaPixelFrame *frames, RaSharedCopy *copies, guint count)
{
    bool more = false;
    for (guint i = 0; i < count; i++) {
        RaPixelFrame *f = &frames[i];
        if (!copies[i].done || !is_small(f))
            continue;
        more |= ra_desktop_take_more(path->desktop, f->window, f->rects, &f->count,
                                     CHAN_PIXELS_RECTS_MAX);
        copies[i].count = f->count;
    }
    return more;
}

// Once more at least: on a busy machine the first copy alone may have taken the time.
static void
copy_whole(RaPixelPath *path, RaPixelFrame *frames, RaSharedCopy *copies, guint count)
{
    gint64 until = g_get_monotonic_time() + RA_MERGE_MOST_US;
    bool first = true;
    ra_desktop_capture_shared(path->desktop, copies, count);
    while ((first || g_get_monotonic_time() < until) && take_more(path, frames, copies, count)) {
        ra_desktop_capture_shared(path->desktop, copies, count);
        first = false;
    }
}

static bool
capture_once(RaPixelPath *path, const Shared *s, const RaPixelFrame *f, RaPixels *pixels)
{
    for (guint i = 0; i < f->count; i++)
        if (!ra_tile_shadow_holds(s->picture.shadow, &f->rects[i]))
            return false;
    return ra_desktop_capture_many(path->desktop, f->window, f->rects, f->count, pixels);
}

// As copy_whole.
static bool
capture_whole(RaPixelPath *path, const Shared *s, RaPixelFrame *f, RaPixels *pixels)
{
    gint64 until = g_get_monotonic_time() + RA_MERGE_MOST_US;
    bool first = true, good = capture_once(path, s, f, pixels);
    while (good && is_small(f) && (first || g_get_monotonic_time() < until) &&
           ra_desktop_take_more(path->desktop, f->window, f->rects, &f->count,
                                CHAN_PIXELS_RECTS_MAX)) {
        good = capture_once(path, s, f, pixels);
        first = false;
    }
    return good;
}

// Pixels that were captured stay until the next capture: one frame after the other.
static void
send_stream(RaPixelPath *path, RaPixelFrame *f)
{
    Shared *s = find(path, f->surface);
    RaPixels pixels[CHAN_PIXELS_RECTS_MAX];
    f->sent = capture_whole(path, s, f, pixels);
    if (!f->sent)
        return;
    send_tiles(path, s, f->rects, pixels, f->count);
    if (s->picture.video != NULL)
        look_at_videos(path);
}

guint
ra_pixel_path_together(const RaPixelPath *path)
{
    return path->stream != NULL ? 1 : RA_PIXEL_FRAMES_MAX;
}

void
ra_pixel_path_send(RaPixelPath *path, RaPixelFrame *frames, guint count)
{
    for (guint i = 0; path->stream != NULL && i < count; i++)
        send_stream(path, &frames[i]);
    if (path->stream != NULL)
        return;
    Shared *surfaces[RA_PIXEL_FRAMES_MAX];
    RaSharedCopy copies[RA_PIXEL_FRAMES_MAX];
    g_assert(count <= RA_PIXEL_FRAMES_MAX);
    for (guint i = 0; i < count; i++) {
        surfaces[i] = find(path, frames[i].surface);
        copies[i] = (RaSharedCopy){.id = frames[i].window,
                                   .to = surfaces[i]->memory,
                                   .rects = frames[i].rects,
                                   .count = frames[i].count};
    }
    copy_whole(path, frames, copies, count);
    for (guint i = 0; i < count; i++) {
        frames[i].sent = copies[i].done;
        if (frames[i].sent)
            tell_frame(path, surfaces[i], &frames[i]);
    }
}
