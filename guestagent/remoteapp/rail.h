// SPDX-License-Identifier: Apache-2.0
#pragma once

// The RAIL channel of a client ([MS-RDPERP] 2.2.2): the handshake, starting programs, and what the
// user does to windows. Requests go to the desktop at once, in the order in which they and the
// input events arrived.
//
// Exec: "||ID" or "||ID:ACTION" names a .desktop file of the guest (id without suffix), its
// arguments are files; any other program is a command, looked up in PATH. Arguments are one line
// (arguments.h, channel/rail.h). The answer carries the program as it was asked for, and
// RAIL_EXEC_S_OK, RAIL_EXEC_E_FILE_NOT_FOUND, RAIL_EXEC_E_DECODE_FAILED or RAIL_EXEC_E_FAIL.
//
// To a client whose handshake carried CHAN_RAIL_BUILD, application ids are also told unasked, each
// time a window's changes.

#include "guestagent/remoteapp/desktop.h"
#include "guestagent/remoteapp/exec.h"
#include "guestagent/remoteapp/link.h"

typedef struct RaRail RaRail;

typedef struct {
    // The client said what it can do: windows may be told of.
    void (*ready)(gpointer user);
    // The client moved or resized a window, and shows it so already.
    void (*moved)(guint32 id, const RaRect *rect, gpointer user);
    // The area of the client's desktop that maximised windows fill.
    void (*work_area)(const RaRect *area, gpointer user);
    // The client did something with an icon of the tray, or asks whose that is: the window is none
    // of the desktop's.
    void (*notified)(guint32 window, guint32 icon, guint32 message, gpointer user);
    void (*app_asked)(guint32 window, gpointer user);
    void (*failed)(const char *reason, gpointer user);
} RaRailEvents;

// NULL when the client did not join the channel: it is no RemoteApp client.
RaRail *ra_rail_new(RaLink *link, RaDesktop *desktop, RaExec *exec, const RaRailEvents *events,
                    gpointer user);
void ra_rail_free(RaRail *rail);

// Reads what arrived.
void ra_rail_receive(RaRail *rail);
bool ra_rail_ready(const RaRail *rail);

// The client has the window there, as it says elsewhere: a move that the window asked for is over.
void ra_rail_moved(RaRail *rail, guint32 id, const RaRect *rect);

// The client is casement-session, and is told of application ids unasked.
bool ra_rail_casement(const RaRail *rail);

// The client takes icons larger than 32×32.
bool ra_rail_large_icons(const RaRail *rail);

// A program of the guest asks for an interactive move or resize; direction as of
// _NET_WM_MOVERESIZE. Told to clients that can do it; over with the client's next move.
void ra_rail_move_loop(RaRail *rail, const RaWindow *window, int direction, int root_x, int root_y);

// The guest focused this window (0: none). Returns which the client takes for that: what it was
// told or asked for last.
guint32 ra_rail_active(RaRail *rail, guint32 id);

void ra_rail_min_max(RaRail *rail, const RaWindow *window, const RaRect *work_area);
void ra_rail_app_id(RaRail *rail, const RaWindow *window);
// Of what is no window. pid 0: unknown.
void ra_rail_tell_app_id(RaRail *rail, guint32 id, const char *app_id, guint32 pid);
