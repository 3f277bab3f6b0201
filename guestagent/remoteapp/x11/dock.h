// SPDX-License-Identifier: Apache-2.0
#pragma once

// Tray icons of the older kind: windows that their programs dock into the owner of
// _NET_SYSTEM_TRAY_S0 (freedesktop.org System Tray Protocol 0.4, XEmbed 0.5). Each gets a window of
// ours around it, beside the screen, which nobody is shown; what is in there is the icon's picture.
// For a click it comes to where the click was, so that it is a real one and menus open there.
//
// Only where nobody else is the tray, and until somebody is. At most RA_DOCK_MAX icons of
// RA_ICON_SIDE pixels, looked at ten times a second at most.

#include "guestagent/remoteapp/x11/capture.h"
#include "guestagent/remoteapp/x11/input.h"

#define RA_DOCK_MAX 16 // fewer than a client shows (32), so that there is room for the newer kind

typedef struct RaDock RaDock;

typedef struct {
    void (*changed)(const RaTrayIcon *icon, gpointer user); // or new, from the context
    void (*gone)(guint32 id, gpointer user);
    // Its program says something to the user (balloons), or no longer.
    void (*balloon)(const RaTrayIcon *icon, const RaBalloon *balloon, gpointer user);
    void (*balloon_gone)(guint32 icon, guint32 balloon, gpointer user);
} RaDockEvents;

// All but user are borrowed; events is copied.
RaDock *ra_dock_new(RaConn *conn, GMainContext *context, RaInput *input, const RaDockEvents *events,
                    gpointer user);
void ra_dock_free(RaDock *dock);

// True when the event was about icons only. Comes before everything else that looks at events.
bool ra_dock_event(RaDock *dock, const XEvent *event);

// Icons that have a picture. NULL: there is none. Borrowed until the context runs.
const RaTrayIcon *ra_dock_icon(const RaDock *dock, guint32 id);
const RaTrayIcon *ra_dock_nth(const RaDock *dock, guint n); // NULL: no more

// At a place of the screen.
void ra_dock_click(RaDock *dock, guint32 id, guint button, const RaInputPoint *at);
void ra_dock_scroll(RaDock *dock, guint32 id, int dx, int dy, const RaInputPoint *at);
// The client's pointer is used otherwise.
void ra_dock_put_away(RaDock *dock);
