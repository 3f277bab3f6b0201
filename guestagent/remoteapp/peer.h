// SPDX-License-Identifier: Apache-2.0
#pragma once

// One client: its link and, once the connection sequence is complete, a part per channel (rail,
// graphics, sound, …). Passes the desktop's events on to them.

#include "guestagent/remoteapp/desktop.h"
#include "guestagent/remoteapp/exec.h"
#include "guestagent/remoteapp/graphics.h"
#include "guestagent/remoteapp/link.h"
#include "guestagent/remoteapp/pixel_streams.h"
#include "guestagent/remoteapp/tray/watcher.h"

typedef struct RaPeer RaPeer;

typedef struct {
    // The client is complete, and has the parts: it takes the place of the one before.
    void (*activated)(RaPeer *peer, gpointer user);
    // The connection ended. Called once, last, from the loop; free the peer from here.
    void (*lost)(RaPeer *peer, const char *reason, gpointer user);
} RaPeerEvents;

// What all peers share; lives longer than they do.
typedef struct {
    GMainContext *context;
    RaDesktop *desktop;
    RaExec *exec;
    RaTray *tray;
    RaPixelStreams *pixel_streams;
    const RaCertificate *certificate, *local_certificate; // of open clients, of own streams
    RaCodec codec;
    const RaPeerEvents *events;
    gpointer user;
} RaPeerHost;

// local: the stream is Casement's own (link.h). NULL with error set.
RaPeer *ra_peer_new(const RaPeerHost *host, int take_fd, bool local, GError **error);
void ra_peer_free(RaPeer *peer);

// Another client takes its place: lets go of the desktop now, and of the connection from the loop
// (events.lost comes).
void ra_peer_replace(RaPeer *peer);

// Takes its stream of pixels, where that has come.
void ra_peer_look_for_stream(RaPeer *peer);

// Events of the desktop, as in desktop.h. Nothing happens before the peer is activated.
void ra_peer_window_new(RaPeer *peer, const RaWindow *window);
void ra_peer_window_changed(RaPeer *peer, const RaWindow *window, RaChange what);
void ra_peer_window_gone(RaPeer *peer, guint32 id);
void ra_peer_damaged(RaPeer *peer, guint32 id);
void ra_peer_stack(RaPeer *peer, const guint32 *ids, guint count, guint32 active);
void ra_peer_asks_active(RaPeer *peer, guint32 id);
void ra_peer_move_loop(RaPeer *peer, guint32 id, int direction, int root_x, int root_y);
void ra_peer_caret(RaPeer *peer, guint32 id, const ChanWindowCaret *caret);
void ra_peer_lock(RaPeer *peer, guint32 id, bool wanted);
void ra_peer_pong(RaPeer *peer, guint32 id, guint32 serial);
void ra_peer_save(RaPeer *peer, guint32 serial);
void ra_peer_cursor(RaPeer *peer, const RaCursor *cursor);
void ra_peer_icon_changed(RaPeer *peer, const RaTrayIcon *icon);
void ra_peer_tray_changed(RaPeer *peer, const RaTrayLook *look);
void ra_peer_tray_menu_changed(RaPeer *peer, const RaTrayLook *look);
void ra_peer_tray_gone(RaPeer *peer, guint32 id); // of either kind
void ra_peer_clipboard_offered(RaPeer *peer, ChanClipSelection which, guint32 kinds);
void ra_peer_clipboard_data(RaPeer *peer, ChanClipSelection which, GBytes *data);

// False: this client has no clipboard to ask.
bool ra_peer_clipboard_wanted(RaPeer *peer, ChanClipSelection which, guint32 kind);
