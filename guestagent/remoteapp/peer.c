// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/peer.h"

#include "guestagent/remoteapp/clip_channel.h"
#include "guestagent/remoteapp/display.h"
#include "guestagent/remoteapp/input_path.h"
#include "guestagent/remoteapp/microphone.h"
#include "guestagent/remoteapp/pointer.h"
#include "guestagent/remoteapp/rail.h"
#include "guestagent/remoteapp/remote_input.h"
#include "guestagent/remoteapp/sound.h"
#include "guestagent/remoteapp/tray_client.h"
#include "guestagent/remoteapp/window_channel.h"
#include "guestagent/remoteapp/windows.h"

struct RaPeer {
    const RaPeerHost *host;
    RaLink *link;
    // All NULL before the connection is complete and after another client took over; clipboard
    // and sound also when the client has none.
    RaRemoteInput *input;
    RaInputPath *input_path;
    RaDisplay *screen;
    RaRail *rail;
    RaGraphics *graphics;
    RaWindowChannel *window_channel;
    RaWindows *windows;
    RaTrayClient *tray;
    RaPointer *pointer;
    RaClipChannel *clipboard;
    RaSound *sound;
    RaMicrophone *microphone;
};

static void
on_failed(const char *reason, gpointer user)
{
    RaPeer *peer = user;
    ra_link_close(peer->link, reason, false);
}

static void
on_rail_ready(gpointer user)
{
    RaPeer *peer = user;
    ra_windows_announce(peer->windows);
    ra_tray_client_announce(peer->tray);
}

static void
on_rail_moved(guint32 id, const RaRect *rect, gpointer user)
{
    RaPeer *peer = user;
    ra_windows_client_moved(peer->windows, id, rect);
}

static void
on_rail_work_area(const RaRect *area, gpointer user)
{
    RaPeer *peer = user;
    ra_windows_work_area(peer->windows, area);
    ra_display_work_area(peer->screen, area);
}

static void
on_rail_notified(guint32 window, guint32 icon, guint32 message, gpointer user)
{
    RaPeer *peer = user;
    ra_tray_client_notified(peer->tray, window, icon, message);
}

static void
on_rail_app_asked(guint32 window, gpointer user)
{
    RaPeer *peer = user;
    ra_tray_client_app_asked(peer->tray, window);
}

static void
on_graphics_ready(gpointer user)
{
    RaPeer *peer = user;
    ra_windows_graphics_ready(peer->windows);
}

static void
on_graphics_acknowledged(gpointer user)
{
    RaPeer *peer = user;
    ra_windows_continue(peer->windows);
}

static void
on_input_path(int take_fd, gpointer user)
{
    RaPeer *peer = user;
    ra_input_path_free(peer->input_path);
    peer->input_path = ra_input_path_new(peer->host->context, take_fd, peer->host->desktop);
    ra_window_channel_settle(peer->window_channel);
}

static const RaRailEvents rail_events = {
    .ready = on_rail_ready,
    .moved = on_rail_moved,
    .work_area = on_rail_work_area,
    .notified = on_rail_notified,
    .app_asked = on_rail_app_asked,
    .failed = on_failed,
};

static const RaGraphicsEvents graphics_events = {
    .ready = on_graphics_ready,
    .acknowledged = on_graphics_acknowledged,
    .input = on_input_path,
    .failed = on_failed,
};

// What the microphone hears is not to be heard from the guest.
static void
on_microphone_plays(guint32 sink_input, gpointer user)
{
    RaPeer *peer = user;
    if (peer->sound != NULL)
        ra_sound_leave_out(peer->sound, sink_input);
}

static void
on_activated(gpointer user)
{
    RaPeer *peer = user;
    const RaPeerHost *host = peer->host;
    RaLink *link = peer->link;
    peer->rail = ra_rail_new(link, host->desktop, host->exec, &rail_events, peer);
    if (peer->rail == NULL) {
        ra_link_close(link, "the client does not ask for RemoteApp (xfreerdp: /app)", false);
        return;
    }
    peer->input = ra_remote_input_new(link, host->desktop);
    peer->screen = ra_display_new(link, host->desktop);
    peer->graphics =
        ra_graphics_new(host->context, link, host->desktop, host->codec, &graphics_events, peer);
    peer->window_channel = ra_window_channel_new(link, host->desktop, peer->rail, peer->graphics);
    peer->windows =
        ra_windows_new(link, host->desktop, peer->rail, peer->graphics, peer->window_channel);
    peer->tray =
        ra_tray_client_new(link, host->desktop, peer->rail, peer->window_channel, host->tray);
    peer->pointer = ra_pointer_new(link);
    peer->clipboard = ra_clip_channel_new(host->context, link, host->desktop);
    peer->sound = ra_sound_new(host->context, link);
    peer->microphone = ra_microphone_new(host->context, link, on_microphone_plays, peer);
    host->events->activated(peer, host->user);
    ra_link_send(link);
}

void
ra_peer_look_for_stream(RaPeer *peer)
{
    if (peer->window_channel == NULL)
        return;
    ChanTilesSocket *stream = ra_pixel_streams_take(peer->host->pixel_streams,
                                                    ra_window_channel_pixels(peer->window_channel));
    if (stream != NULL)
        ra_graphics_take_stream(peer->graphics, stream);
}

static void
on_received(gpointer user)
{
    RaPeer *peer = user;
    if (peer->rail == NULL)
        return;
    ra_input_path_catch_up(peer->input_path);
    ra_rail_receive(peer->rail);
    if (ra_window_channel_receive(peer->window_channel, ra_rail_casement(peer->rail))) {
        ra_windows_channel_ready(peer->windows);
        ra_tray_client_announce(peer->tray);
        ra_desktop_tell_caret(peer->host->desktop);
        ra_desktop_tell_lock(peer->host->desktop);
    }
    ra_peer_look_for_stream(peer);
    ra_graphics_receive(peer->graphics);
    if (!ra_display_receive(peer->screen))
        on_failed("the client broke the protocol of the display control channel", peer);
    ra_microphone_receive(peer->microphone, ra_rail_casement(peer->rail));
    if (peer->sound != NULL && !ra_sound_receive(peer->sound))
        on_failed("the client broke the protocol of the sound channel", peer);
}

static void
on_drained(gpointer user)
{
    RaPeer *peer = user;
    if (peer->graphics != NULL)
        ra_graphics_pump(peer->graphics);
}

static void
on_lost(const char *reason, gpointer user)
{
    RaPeer *peer = user;
    peer->host->events->lost(peer, reason, peer->host->user);
}

static const RaLinkEvents link_events = {
    .activated = on_activated,
    .received = on_received,
    .drained = on_drained,
    .lost = on_lost,
};

RaPeer *
ra_peer_new(const RaPeerHost *host, int take_fd, bool local, GError **error)
{
    RaPeer *peer = g_new0(RaPeer, 1);
    peer->host = host;
    RaLinkOptions options = {.local = local,
                             .certificate = local ? host->local_certificate : host->certificate};
    peer->link = ra_link_new(host->context, take_fd, &options, &link_events, peer, error);
    if (peer->link == NULL)
        g_clear_pointer(&peer, g_free);
    return peer;
}

static void
drop_parts(RaPeer *peer)
{
    g_clear_pointer(&peer->microphone, ra_microphone_free);
    g_clear_pointer(&peer->sound, ra_sound_free);
    g_clear_pointer(&peer->clipboard, ra_clip_channel_free);
    g_clear_pointer(&peer->pointer, ra_pointer_free);
    g_clear_pointer(&peer->tray, ra_tray_client_free);
    g_clear_pointer(&peer->windows, ra_windows_free);
    g_clear_pointer(&peer->window_channel, ra_window_channel_free);
    g_clear_pointer(&peer->graphics, ra_graphics_free);
    g_clear_pointer(&peer->screen, ra_display_free);
    g_clear_pointer(&peer->input_path, ra_input_path_free);
    g_clear_pointer(&peer->input, ra_remote_input_free);
    g_clear_pointer(&peer->rail, ra_rail_free);
}

void
ra_peer_free(RaPeer *peer)
{
    if (peer == NULL)
        return;
    drop_parts(peer);
    ra_link_free(peer->link);
    g_free(peer);
}

void
ra_peer_replace(RaPeer *peer)
{
    drop_parts(peer);
    ra_link_close(peer->link, "another client took its place", true);
}

void
ra_peer_window_new(RaPeer *peer, const RaWindow *window)
{
    if (peer->windows != NULL)
        ra_windows_new_window(peer->windows, window);
}

void
ra_peer_window_changed(RaPeer *peer, const RaWindow *window, RaChange what)
{
    if (peer->windows != NULL)
        ra_windows_changed(peer->windows, window, what);
}

void
ra_peer_window_gone(RaPeer *peer, guint32 id)
{
    if (peer->windows != NULL)
        ra_windows_gone(peer->windows, id);
}

void
ra_peer_damaged(RaPeer *peer, guint32 id)
{
    if (peer->graphics == NULL)
        return;
    ra_graphics_damaged(peer->graphics, id);
    ra_graphics_pump(peer->graphics);
}

void
ra_peer_stack(RaPeer *peer, const guint32 *ids, guint count, guint32 active)
{
    if (peer->windows != NULL)
        ra_windows_stack(peer->windows, ids, count, active);
}

void
ra_peer_asks_active(RaPeer *peer, guint32 id)
{
    if (peer->windows != NULL)
        ra_windows_asks_active(peer->windows, id);
}

void
ra_peer_move_loop(RaPeer *peer, guint32 id, int direction, int root_x, int root_y)
{
    const RaWindow *window = ra_desktop_window(peer->host->desktop, id);
    if (peer->rail == NULL || window == NULL)
        return;
    ra_rail_move_loop(peer->rail, window, direction, root_x, root_y);
    ra_link_send(peer->link);
}

void
ra_peer_caret(RaPeer *peer, guint32 id, const ChanWindowCaret *caret)
{
    if (peer->window_channel != NULL)
        ra_window_channel_caret(peer->window_channel, id, caret);
}

void
ra_peer_lock(RaPeer *peer, guint32 id, bool wanted)
{
    if (peer->window_channel != NULL)
        ra_window_channel_lock(peer->window_channel, id, wanted);
}

void
ra_peer_pong(RaPeer *peer, guint32 id, guint32 serial)
{
    if (peer->window_channel != NULL)
        ra_window_channel_pong(peer->window_channel, id, serial);
}

void
ra_peer_save(RaPeer *peer, guint32 serial)
{
    if (peer->window_channel != NULL)
        ra_window_channel_save(peer->window_channel, serial);
}

void
ra_peer_cursor(RaPeer *peer, const RaCursor *cursor)
{
    if (peer->pointer != NULL)
        ra_pointer_set(peer->pointer, cursor);
}

void
ra_peer_tray_changed(RaPeer *peer, const RaTrayLook *look)
{
    if (peer->tray != NULL)
        ra_tray_client_changed(peer->tray, look);
}

void
ra_peer_icon_changed(RaPeer *peer, const RaTrayIcon *icon)
{
    if (peer->tray != NULL)
        ra_tray_client_icon_changed(peer->tray, icon);
}

void
ra_peer_tray_menu_changed(RaPeer *peer, const RaTrayLook *look)
{
    if (peer->tray != NULL)
        ra_tray_client_menu_changed(peer->tray, look);
}

void
ra_peer_tray_gone(RaPeer *peer, guint32 id)
{
    if (peer->tray != NULL)
        ra_tray_client_gone(peer->tray, id);
}

void
ra_peer_clipboard_offered(RaPeer *peer, ChanClipSelection which, guint32 kinds)
{
    if (peer->clipboard != NULL)
        ra_clip_channel_offered(peer->clipboard, which, kinds);
}

void
ra_peer_clipboard_data(RaPeer *peer, ChanClipSelection which, GBytes *data)
{
    if (peer->clipboard != NULL)
        ra_clip_channel_data(peer->clipboard, which, data);
}

bool
ra_peer_clipboard_wanted(RaPeer *peer, ChanClipSelection which, guint32 kind)
{
    if (peer->clipboard == NULL)
        return false;
    ra_clip_channel_wanted(peer->clipboard, which, kind);
    return true;
}
