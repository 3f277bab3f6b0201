// SPDX-License-Identifier: Apache-2.0

// Pixels past RDP: between the guest's end of the ways and the surfaces that it writes.

#include "channel/glib/timer.h"
#include "rdpbridge/limits.h"
#include "rdpbridge/session_private.h"
#include "rdpbridge/sound.h"
#include "rdpbridge/video.h"
#include "rdpbridge/window_channel.h"

#include <sys/random.h>
#include <unistd.h>

static void
on_ready(gpointer user)
{
    BridgeSession *s = user;

    bridge_graphics_share(s->graphics, FALSE);
    bridge_sound_set_near(s->sound, TRUE);
    bridge_session_input_consider(s);
}

static gboolean
view_is_full(const BridgeSession *s)
{
    return bridge_viewlink_queued(s->view) > LIMIT_VIEW_QUEUED;
}

static void
set_paused(BridgeSession *s, gboolean paused)
{
    if (s->pixels)
        bridge_pixel_path_pause(s->pixels, paused);
    if (s->stream)
        bridge_pixel_stream_pause(s->stream, paused);
}

static gboolean
on_rested(gpointer user)
{
    BridgeSession *s = user;

    if (view_is_full(s))
        return G_SOURCE_CONTINUE;
    chan_timer_clear(&s->pixels_rest);
    set_paused(s, FALSE);
    return G_SOURCE_REMOVE;
}

// As with RDP: the view does not take what there is.
static void
rest_if_full(BridgeSession *s)
{
    if (s->pixels_rest || !view_is_full(s))
        return;
    set_paused(s, TRUE);
    s->pixels_rest = chan_timer_new(s->context, LIMIT_REST_MS, on_rested, s);
}

static gboolean
on_frame(const ChanPixelsFrame *untrusted_frame, gpointer user)
{
    BridgeSession *s = user;
    const ChanPixelsFrame *f = untrusted_frame;
    BridgeDamage damage = {0};

    for (guint32 i = 0; i < f->count; i++)
        bridge_damage_add(&damage, (ViewRect){f->rects[i].x, f->rects[i].y, f->rects[i].width,
                                              f->rects[i].height});
    gboolean good = bridge_graphics_shared_frame(s->graphics, f->buffer, f->serial, &damage);
    if (good)
        rest_if_full(s);
    return good;
}

static void
on_lost(gpointer user)
{
    BridgeSession *s = user;

    bridge_graphics_unshare(s->graphics);
    bridge_sound_set_near(s->sound, FALSE);
}

static const BridgePixelPathHandlers handlers = {
    .ready = on_ready, .frame = on_frame, .lost = on_lost};

// The stream: where there is no memory that both have, or no more.

static void
on_stream_ready(gpointer user)
{
    BridgeSession *s = user;

    // Its guest has left the other way, whether that has been noticed here or not.
    g_clear_pointer(&s->pixels, bridge_pixel_path_free);
    if (!s->streams)
        bridge_graphics_unshare(s->graphics);
    s->streams = TRUE;
    bridge_graphics_share(s->graphics, TRUE);
    if ((s->setup.flags & CTL_LOSSLESS_PIXELS) || !bridge_video_available())
        return;
    bridge_pixel_stream_take_video(s->stream);
    bridge_window_channel_video(TRUE);
}

static BridgeSurface *
on_stream_picture(guint32 untrusted_buffer, gboolean *free, gpointer user)
{
    BridgeSession *s = user;

    return bridge_graphics_shared(s->graphics, untrusted_buffer, free);
}

static gboolean
on_stream_frame(guint32 untrusted_buffer, guint32 serial, const BridgeDamage *damage, gpointer user)
{
    BridgeSession *s = user;
    gboolean good = bridge_graphics_shared_frame(s->graphics, untrusted_buffer, serial, damage);

    if (good)
        rest_if_full(s);
    return good;
}

static void
on_slow(gboolean begins, gpointer user)
{
    bridge_session_decoding(begins != 0, user);
}

static void
on_no_video(const char *why, gpointer user)
{
    (void)user;
    g_message("%s: its pixels come losslessly", why);
    bridge_window_channel_video(FALSE);
}

static void
on_video_again(gpointer user)
{
    (void)user;
    bridge_window_channel_video(TRUE);
}

static void
on_stream_lost(gpointer user)
{
    BridgeSession *s = user;

    g_clear_pointer(&s->stream, bridge_pixel_stream_free);
    if (!s->streams)
        return;
    s->streams = FALSE;
    bridge_graphics_unshare(s->graphics);
}

static const BridgePixelStreamHandlers stream_handlers = {.ready = on_stream_ready,
                                                          .picture = on_stream_picture,
                                                          .frame = on_stream_frame,
                                                          .slow = on_slow,
                                                          .no_video = on_no_video,
                                                          .video_again = on_video_again,
                                                          .lost = on_stream_lost};

void
bridge_session_pixels_take_stream(BridgeSession *s, int take_fd)
{
    guint64 token = 0;

    if (s->stream || s->as_desktop || getrandom(&token, sizeof token, 0) != sizeof token ||
        token == 0) {
        close(take_fd);
        return;
    }
    s->stream = bridge_pixel_stream_new(s->context, take_fd, token, &stream_handlers, s);
    bridge_window_channel_pixels(token);
}

void
bridge_session_pixels_init(BridgeSession *s)
{
    g_autoptr(GError) error = NULL;

    s->pixels = bridge_pixel_path_new(s->context, &handlers, s, &error);
    if (!s->pixels)
        g_message("pixels go by RDP alone: %s", error->message);
}

void
bridge_session_pixels_clear(BridgeSession *s)
{
    chan_timer_clear(&s->pixels_rest);
    g_clear_pointer(&s->pixels, bridge_pixel_path_free);
    g_clear_pointer(&s->stream, bridge_pixel_stream_free);
}

void
bridge_session_pixels_hand_over(BridgeSession *s)
{
    if (s->pixels && !s->as_desktop && !(s->setup.flags & (CTL_RDP_PIXELS | CTL_STREAM_PIXELS)))
        bridge_rdp_hand_over(s->rdp, bridge_pixel_path_take_guests_end(s->pixels));
}

void
bridge_session_pixels_memory(guint16 surface_id, const BridgeSurface *memory, gpointer user)
{
    BridgeSession *s = user;

    if (s->streams && memory)
        bridge_pixel_stream_offer(s->stream, surface_id, memory);
    else if (s->streams)
        bridge_pixel_stream_refuse(s->stream, surface_id);
    else if (memory)
        bridge_pixel_path_offer(s->pixels, surface_id, memory);
    else
        bridge_pixel_path_refuse(s->pixels, surface_id);
}

void
bridge_session_pixels_shown(guint32 buffer, guint32 serial, gpointer user)
{
    BridgeSession *s = user;
    gint64 when = 0;

    if (s->shown)
        when = (gint64)((guint64)s->shown->shown_us_high << 32 | s->shown->shown_us_low);
    if (s->streams)
        bridge_pixel_stream_shown(s->stream, buffer, serial);
    else if (s->pixels)
        bridge_pixel_path_shown(s->pixels, buffer, serial, when);
}
