// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the window manager says on the root window and hears by client messages (EWMH 1.5, ICCCM).

#include "guestagent/remoteapp/x11/state.h"

// Announces the window manager, once.
void ra_ewmh_init(RaConn *conn);
// What programs are to draw by (channel/rail.h); the check window stays the same.
void ra_ewmh_set_looks(RaConn *conn, guint32 looks);

// Screen size and work area, where programs read them.
void ra_ewmh_push_screen(RaDesktop *d);

// Lists of windows and the active one, where they changed.
void ra_ewmh_push(RaDesktop *d);

// _NET_FRAME_EXTENTS, as the host has it.
void ra_ewmh_push_frame(RaConn *conn, Window window, const ChanWindowHost *host);

// Properties that every managed window gets.
void ra_ewmh_dress(RaConn *conn, const RaClient *client);

void ra_ewmh_message(RaDesktop *d, const XClientMessageEvent *event);

void ra_ewmh_send_protocol(RaConn *conn, Window window, Atom protocol, Time time);
