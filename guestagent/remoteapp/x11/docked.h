// SPDX-License-Identifier: Apache-2.0
#pragma once

// One icon that is docked: its program's window in one of ours, its picture, and what it says of
// itself. What dock.h keeps many of.

#include "guestagent/remoteapp/x11/balloon.h"
#include "guestagent/remoteapp/x11/capture.h"

#include <X11/extensions/Xdamage.h>

#define RA_DOCKED_BESIDE (-4 * RA_ICON_SIDE) // the screen: where our window is otherwise

typedef struct {
    RaTrayIcon pub;
    Window icon, around; // the program's, ours
    int x, y;            // of ours, on the screen
    bool embedded, told;
    int depth;
    Pixmap pixmap; // None: to be named anew
    Damage damage;
    bool stale;             // its picture
    RaBalloonParts balloon; // that is coming
} RaDocked;

// Takes the window into one of ours; the server tells of it (ReparentNotify), then it is to be
// embedded. NULL where it has gone or cannot be an icon.
RaDocked *ra_docked_new(RaConn *conn, guint32 id, Window icon);
void ra_docked_free(RaConn *conn, RaDocked *docked);

// It is no window of the window manager's any more, who had selected events of it: its program is
// told, and asked what it is.
void ra_docked_embed(RaConn *conn, RaDocked *docked);
// A property of it changed. True when it counts.
bool ra_docked_property(RaConn *conn, RaDocked *docked, Atom property);
// Its program asks for another size or place, which it does not get.
void ra_docked_keep_size(RaConn *conn, const RaDocked *docked);
// Takes its picture. True when there is another one.
bool ra_docked_look(RaConn *conn, RaCapture *capture, RaDocked *docked);
void ra_docked_move(RaConn *conn, RaDocked *docked, int x, int y);
