// SPDX-License-Identifier: Apache-2.0

// Pixels past RDP: between the guest's end of the path and the surfaces that it writes.

#include "channel/glib/timer.h"
#include "rdpbridge/limits.h"
#include "rdpbridge/session_private.h"

static void
on_ready(gpointer user)
{
    BridgeSession *s = user;

    bridge_graphics_share(s->graphics);
}

static gboolean
view_is_full(const BridgeSession *s)
{
    return bridge_viewlink_queued(s->view) > LIMIT_VIEW_QUEUED;
}

static gboolean
on_rested(gpointer user)
{
    BridgeSession *s = user;

    if (view_is_full(s))
        return G_SOURCE_CONTINUE;
    chan_timer_clear(&s->pixels_rest);
    bridge_pixel_path_pause(s->pixels, FALSE);
    return G_SOURCE_REMOVE;
}

static gboolean
on_frame(const ChanPixelsFrame *untrusted_frame, gpointer user)
{
    BridgeSession *s = user;
    gboolean good = bridge_graphics_shared_frame(s->graphics, untrusted_frame);

    // As with RDP: the view does not take what there is.
    if (good && !s->pixels_rest && view_is_full(s)) {
        bridge_pixel_path_pause(s->pixels, TRUE);
        s->pixels_rest = chan_timer_new(s->context, LIMIT_REST_MS, on_rested, s);
    }
    return good;
}

static void
on_lost(gpointer user)
{
    BridgeSession *s = user;

    bridge_graphics_unshare(s->graphics);
}

static const BridgePixelPathHandlers handlers = {
    .ready = on_ready, .frame = on_frame, .lost = on_lost};

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
}

void
bridge_session_pixels_hand_over(BridgeSession *s)
{
    if (s->pixels && !s->as_desktop && !(s->setup.flags & CTL_RDP_PIXELS))
        bridge_rdp_hand_over(s->rdp, bridge_pixel_path_take_guests_end(s->pixels));
}

void
bridge_session_pixels_memory(guint16 surface_id, const BridgeSurface *memory, gpointer user)
{
    BridgeSession *s = user;

    if (memory)
        bridge_pixel_path_offer(s->pixels, surface_id, memory);
    else
        bridge_pixel_path_refuse(s->pixels, surface_id);
}

void
bridge_session_pixels_shown(guint32 buffer, guint32 serial, gpointer user)
{
    BridgeSession *s = user;

    bridge_pixel_path_shown(s->pixels, buffer, serial);
}
