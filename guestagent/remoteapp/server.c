// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/server.h"

#include "channel/glib/packet.h"
#include "guestagent/remoteapp/certificate_maker.h"
#include "guestagent/remoteapp/listener.h"
#include "guestagent/remoteapp/peer.h"
#include "guestagent/remoteapp/tray/balloons.h"

#include <gio/gio.h>
#include <string.h>
#include <unistd.h>

#define RDP_PACKET "RDP"
#define PIXELS_PACKET "PIXELS"

struct RaServer {
    RaPeerHost host;
    char *guest_dir;
    void (*lost)(gpointer user);
    gpointer user;
    RaCertificate *certificate, *local_certificate;
    RaCertificateMaker *maker; // NULL without an open socket
    RaListener *streams, *open;
    GPtrArray *senders; // ChanPacketSocket of who hands over streams
    GArray *waiting;    // descriptors of open clients that came before the certificate
    GPtrArray *peers;   // all, oldest first
    RaPeer *current;
    RaBalloons *balloons;
    // What a new client is told.
    GArray *stack;
    guint32 active;
    RaCursor cursor;
    guint32 *cursor_pixels;
    bool has_cursor;
    guint32 clipboard_kinds[CHAN_CLIP_SELECTIONS];
};

// ---- clients ----

static void
on_activated(RaPeer *peer, gpointer user)
{
    RaServer *server = user;
    RaPeer *former = server->current;
    server->current = peer;
    if (former != NULL)
        ra_peer_replace(former);
    ra_peer_stack(peer, (const guint32 *)(const void *)server->stack->data, server->stack->len,
                  server->active);
    if (server->has_cursor)
        ra_peer_cursor(peer, &server->cursor);
    for (guint i = 0; i < CHAN_CLIP_SELECTIONS; i++)
        ra_peer_clipboard_offered(peer, (ChanClipSelection)i, server->clipboard_kinds[i]);
    g_info("a client is connected");
}

static void
on_peer_lost(RaPeer *peer, const char *reason, gpointer user)
{
    RaServer *server = user;
    g_info("the connection with a client ended: %s", reason);
    if (server->current == peer)
        server->current = NULL;
    g_ptr_array_remove(server->peers, peer);
}

static const RaPeerEvents peer_events = {.activated = on_activated, .lost = on_peer_lost};

static void
limit_pending(RaServer *server)
{
    if (server->peers->len <= RA_SERVER_PENDING_MAX)
        return;
    for (guint i = 0; i < server->peers->len; i++)
        if (g_ptr_array_index(server->peers, i) != server->current) {
            g_ptr_array_remove_index(server->peers, i);
            return;
        }
}

static void
serve(RaServer *server, int take_fd, bool local)
{
    if (!local && server->certificate == NULL) {
        g_array_append_val(server->waiting, take_fd);
        return;
    }
    g_autoptr(GError) error = NULL;
    RaPeer *peer = ra_peer_new(&server->host, take_fd, local, &error);
    if (peer == NULL) {
        g_warning("a client cannot be served: %s", error->message);
        return;
    }
    g_ptr_array_add(server->peers, peer);
    limit_pending(server);
}

void
ra_server_add_stream(RaServer *server, int take_fd)
{
    serve(server, take_fd, true);
}

static bool
is_packet(ChanSpan untrusted_packet, const char *text)
{
    return untrusted_packet.size == strlen(text) &&
           memcmp(untrusted_packet.data, text, strlen(text)) == 0;
}

static void
on_pixel_stream(gpointer user)
{
    RaServer *server = user;
    for (guint i = 0; i < server->peers->len; i++)
        ra_peer_look_for_stream(g_ptr_array_index(server->peers, i));
}

static void
on_stream_packet(ChanPacketSocket *socket, ChanSpan untrusted_packet, const int *take_fds,
                 guint n_fds, gpointer user)
{
    RaServer *server = user;
    if (n_fds == 1 && is_packet(untrusted_packet, RDP_PACKET)) {
        serve(server, take_fds[0], true);
        return;
    }
    if (n_fds == 1 && is_packet(untrusted_packet, PIXELS_PACKET)) {
        ra_pixel_streams_add(server->host.pixel_streams, take_fds[0]);
        return;
    }
    for (guint i = 0; i < n_fds; i++)
        close(take_fds[i]);
    if (untrusted_packet.size > 0)
        g_warning("a packet on the stream socket is no stream; its sender is dropped");
    g_ptr_array_remove(server->senders, socket);
}

static void
on_sender(int take_fd, gpointer user)
{
    RaServer *server = user;
    g_ptr_array_add(server->senders, chan_packet_socket_new(server->host.context, take_fd, 64,
                                                            on_stream_packet, server));
}

static void
on_open_client(int take_fd, gpointer user)
{
    serve(user, take_fd, false);
}

// ---- the desktop's events ----

static void
on_window_new(const RaWindow *window, gpointer user)
{
    RaServer *server = user;
    if (server->current != NULL)
        ra_peer_window_new(server->current, window);
}

static void
on_window_changed(const RaWindow *window, RaChange what, gpointer user)
{
    RaServer *server = user;
    if (server->current != NULL)
        ra_peer_window_changed(server->current, window, what);
}

static void
on_window_gone(guint32 id, gpointer user)
{
    RaServer *server = user;
    if (server->current != NULL)
        ra_peer_window_gone(server->current, id);
}

static void
on_damaged(guint32 id, gpointer user)
{
    RaServer *server = user;
    if (server->current != NULL)
        ra_peer_damaged(server->current, id);
}

static void
on_stack_changed(const guint32 *ids, guint count, guint32 active, gpointer user)
{
    RaServer *server = user;
    g_array_set_size(server->stack, 0);
    g_array_append_vals(server->stack, ids, count);
    server->active = active;
    if (server->current != NULL)
        ra_peer_stack(server->current, ids, count, active);
}

static void
on_asks_active(guint32 id, gpointer user)
{
    RaServer *server = user;
    if (server->current != NULL)
        ra_peer_asks_active(server->current, id);
}

static void
on_move_loop(guint32 id, int direction, int root_x, int root_y, gpointer user)
{
    RaServer *server = user;
    if (server->current != NULL)
        ra_peer_move_loop(server->current, id, direction, root_x, root_y);
}

static void
on_cursor_changed(const RaCursor *cursor, gpointer user)
{
    RaServer *server = user;
    gsize bytes = (gsize)cursor->width * (gsize)cursor->height * sizeof *cursor->argb;
    g_free(server->cursor_pixels);
    server->cursor_pixels = g_memdup2(cursor->argb, bytes);
    server->cursor = *cursor;
    server->cursor.argb = server->cursor_pixels;
    server->has_cursor = true;
    if (server->current != NULL)
        ra_peer_cursor(server->current, &server->cursor);
}

static void
on_clipboard_offered(ChanClipSelection which, guint32 kinds, gpointer user)
{
    RaServer *server = user;
    server->clipboard_kinds[which] = kinds;
    if (server->current != NULL)
        ra_peer_clipboard_offered(server->current, which, kinds);
}

static void
on_clipboard_data(ChanClipSelection which, GBytes *data, gpointer user)
{
    RaServer *server = user;
    if (server->current != NULL)
        ra_peer_clipboard_data(server->current, which, data);
}

static void
on_clipboard_wanted(ChanClipSelection which, guint32 kind, gpointer user)
{
    RaServer *server = user;
    if (server->current == NULL || !ra_peer_clipboard_wanted(server->current, which, kind))
        ra_desktop_clipboard_give(server->host.desktop, which, kind, NULL);
}

static void
on_caret_moved(guint32 id, const ChanWindowCaret *caret, gpointer user)
{
    RaServer *server = user;
    if (server->current != NULL)
        ra_peer_caret(server->current, id, caret);
}

static void
on_lock_wanted(guint32 id, bool wanted, gpointer user)
{
    RaServer *server = user;
    if (server->current != NULL)
        ra_peer_lock(server->current, id, wanted);
}

static void
on_ponged(guint32 id, guint32 serial, gpointer user)
{
    RaServer *server = user;
    if (server->current != NULL)
        ra_peer_pong(server->current, id, serial);
}

static void
on_save_wanted(guint32 serial, gpointer user)
{
    RaServer *server = user;
    if (server->current != NULL)
        ra_peer_save(server->current, serial);
}

static void
on_tray_changed(const RaTrayLook *look, gpointer user)
{
    RaServer *server = user;
    if (server->current != NULL)
        ra_peer_tray_changed(server->current, look);
}

static void
on_tray_menu_changed(const RaTrayLook *look, gpointer user)
{
    RaServer *server = user;
    if (server->current != NULL)
        ra_peer_tray_menu_changed(server->current, look);
}

static void
on_tray_gone(guint32 id, gpointer user)
{
    RaServer *server = user;
    if (server->current != NULL)
        ra_peer_tray_gone(server->current, id);
}

static void
on_icon_changed(const RaTrayIcon *icon, gpointer user)
{
    RaServer *server = user;
    if (server->current != NULL)
        ra_peer_icon_changed(server->current, icon);
}

static void
on_icon_gone(guint32 id, gpointer user)
{
    RaServer *server = user;
    ra_balloons_icon_gone(server->balloons, ra_tray_bus(server->host.tray), id);
    on_tray_gone(id, user);
}

static void
on_balloon(const RaTrayIcon *icon, const RaBalloon *balloon, gpointer user)
{
    RaServer *server = user;
    RaBalloonLook look = {
        .icon = icon->id,
        .id = balloon->id,
        .timeout_ms = balloon->timeout_ms,
        .app_id = ra_desktop_app_of(server->host.desktop, icon->pid, icon->name),
        .app_name = icon->name,
        .title = icon->title,
        .text = balloon->text,
        .bgra = icon->bgra,
        .side = RA_ICON_SIDE,
    };
    ra_balloons_show(server->balloons, ra_tray_bus(server->host.tray), &look);
}

static void
on_balloon_gone(guint32 icon, guint32 balloon, gpointer user)
{
    RaServer *server = user;
    ra_balloons_cancel(server->balloons, ra_tray_bus(server->host.tray), icon, balloon);
}

static const RaTrayEvents tray_events = {
    .changed = on_tray_changed,
    .menu_changed = on_tray_menu_changed,
    .gone = on_tray_gone,
};

static void
on_desktop_lost(gpointer user)
{
    RaServer *server = user;
    server->lost(server->user);
}

static const RaDesktopEvents desktop_events = {
    .window_new = on_window_new,
    .window_changed = on_window_changed,
    .window_gone = on_window_gone,
    .damaged = on_damaged,
    .stack_changed = on_stack_changed,
    .asks_active = on_asks_active,
    .move_loop = on_move_loop,
    .cursor_changed = on_cursor_changed,
    .clipboard_offered = on_clipboard_offered,
    .clipboard_data = on_clipboard_data,
    .clipboard_wanted = on_clipboard_wanted,
    .caret_moved = on_caret_moved,
    .lock_wanted = on_lock_wanted,
    .icon_changed = on_icon_changed,
    .icon_gone = on_icon_gone,
    .balloon = on_balloon,
    .balloon_gone = on_balloon_gone,
    .ponged = on_ponged,
    .save_wanted = on_save_wanted,
    .lost = on_desktop_lost,
};

// ---- life cycle ----

static void
on_certificate(RaCertificate *take_certificate, const GError *error, gpointer user)
{
    RaServer *server = user;
    if (take_certificate == NULL) {
        g_critical("no open client can be served: %s", error->message);
        return;
    }
    server->certificate = take_certificate;
    server->host.certificate = take_certificate;
    for (guint i = 0; i < server->waiting->len; i++)
        serve(server, g_array_index(server->waiting, int, i), false);
    g_array_set_size(server->waiting, 0);
}

static void
on_program_ended(const char *program, guint32 pid, int status, gpointer user)
{
    RaServer *server = user;
    g_info("'%s' (%u) ended with %d", program, pid, status);
    ra_desktop_ended(server->host.desktop, pid);
}

static bool
open_listeners(RaServer *server, const RaServerOptions *options, GError **error)
{
    if (options->guest_dir != NULL) {
        g_autofree char *path = g_build_filename(options->guest_dir, "rdp", NULL);
        server->streams = ra_listener_new(server->host.context, path, RA_LISTENER_PACKETS,
                                          on_sender, server, error);
        if (server->streams == NULL)
            return false;
    }
    if (options->listen != NULL) {
        server->open = ra_listener_new(server->host.context, options->listen, RA_LISTENER_STREAM,
                                       on_open_client, server, error);
        if (server->open == NULL)
            return false;
    }
    return true;
}

RaServer *
ra_server_new(GMainContext *context, const RaServerOptions *options, void (*lost)(gpointer user),
              gpointer user, GError **error)
{
    RaServer *server = g_new0(RaServer, 1);
    server->lost = lost;
    server->user = user;
    server->guest_dir = g_strdup(options->guest_dir);
    server->senders = g_ptr_array_new_with_free_func((GDestroyNotify)chan_packet_socket_free);
    server->peers = g_ptr_array_new_with_free_func((GDestroyNotify)ra_peer_free);
    server->waiting = g_array_new(FALSE, FALSE, sizeof(int));
    server->stack = g_array_new(FALSE, FALSE, sizeof(guint32));
    server->host = (RaPeerHost){
        .context = context,
        .codec = options->codec,
        .events = &peer_events,
        .user = server,
    };
    server->host.pixel_streams = ra_pixel_streams_new(context, on_pixel_stream, server);
    server->local_certificate = ra_certificate_new_local(error);
    server->host.local_certificate = server->local_certificate;
    if (server->local_certificate != NULL)
        server->host.desktop =
            ra_desktop_new(context, options->display, &desktop_events, server, error);
    if (server->host.desktop == NULL || !open_listeners(server, options, error)) {
        ra_server_free(server);
        return NULL;
    }
    server->host.tray = ra_tray_new(context, &tray_events, server);
    server->balloons = ra_balloons_new();
    server->host.exec = ra_exec_new(context, options->guest_dir, on_program_ended, server);
    if (server->open != NULL)
        server->maker =
            ra_certificate_maker_new(context, server->guest_dir, on_certificate, server);
    return server;
}

void
ra_server_free(RaServer *server)
{
    if (server == NULL)
        return;
    ra_certificate_maker_free(server->maker);
    ra_listener_free(server->streams);
    ra_listener_free(server->open);
    g_ptr_array_unref(server->senders);
    server->current = NULL;
    g_ptr_array_unref(server->peers);
    ra_pixel_streams_free(server->host.pixel_streams);
    for (guint i = 0; i < server->waiting->len; i++)
        close(g_array_index(server->waiting, int, i));
    g_array_unref(server->waiting);
    ra_exec_free(server->host.exec);
    ra_tray_free(server->host.tray);
    ra_desktop_free(server->host.desktop);
    ra_balloons_free(server->balloons);
    ra_certificate_free(server->certificate);
    ra_certificate_free(server->local_certificate);
    g_array_unref(server->stack);
    g_free(server->cursor_pixels);
    g_free(server->guest_dir);
    g_free(server);
}
