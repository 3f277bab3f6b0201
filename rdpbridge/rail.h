// SPDX-License-Identifier: Apache-2.0
#pragma once

// RAIL ([MS-RDPERP]): the handshake, programs to start, and what is said of and to windows. Window
// orders (rdpbridge/orders.h) come by another way.

#include "rdpbridge/apps.h"

#include <freerdp/client/rail.h>
#include <glib.h>

typedef struct BridgeRail BridgeRail;

typedef struct {
    void (*ready)(gpointer user); // handshake done: programs may be started
    // program as it was given; code is RAIL's ([MS-RDPERP] 2.2.2.3.2), raw with success the
    // program's process in the guest, or 0 (channel/rail.h)
    void (*exec_result)(const char *program, guint16 code, guint32 raw, gpointer user);
    void (*app_id)(guint32 window, const BridgeAppClues *clues, gpointer user);
    void (*cloak)(guint32 window, gboolean cloaked, gpointer user);
    void (*move_loop)(guint32 window, guint16 kind, gint16 x, gint16 y, gpointer user);
    void (*limits)(guint32 window, const guint32 min_max[4], gpointer user);
} BridgeRailHandlers;

BridgeRail *bridge_rail_new(const BridgeRailHandlers *handlers, gpointer user);
void bridge_rail_free(BridgeRail *rail);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BridgeRail, bridge_rail_free)

// The channel is there (NULL: gone). Before that, and while it is gone, requests do nothing.
void bridge_rail_attach(BridgeRail *rail, RailClientContext *client);

// The server is casement-remoteapp; known once it is ready.
gboolean bridge_rail_is_ours(const BridgeRail *rail);

// The part of the desktop that maximised windows take.
void bridge_rail_set_work_area(BridgeRail *rail, gint x, gint y, guint width, guint height);

// Starts a program; arguments is one line (rdpbridge/execline.h). FALSE when it cannot be sent.
gboolean bridge_rail_exec(BridgeRail *rail, const char *program, const char *directory,
                          const char *arguments);

void bridge_rail_ask_app(BridgeRail *rail, guint32 window);
void bridge_rail_activate(BridgeRail *rail, guint32 window, gboolean active);
void bridge_rail_move(BridgeRail *rail, guint32 window, gint x, gint y, guint width, guint height);
void bridge_rail_command(BridgeRail *rail, guint32 window, guint16 command); // SC_*
// A mouse message to the window of an icon of the tray (WM_*, NIN_*).
void bridge_rail_notify(BridgeRail *rail, guint32 window, guint32 icon, guint32 message);
void bridge_rail_layout(BridgeRail *rail, guint32 keyboard_layout);

// Restacks on top without focus (channel/rail.h); nothing with a server that is not ours.
// alone: above the windows that it owns, too.
void bridge_rail_raise(BridgeRail *rail, guint32 window, bool alone);

// The host's scale for a guest of ours (channel/rail.h).
typedef struct {
    guint32 resource_dpi, settings_dpi, window_scale;
} BridgeScaleSaid;
void bridge_rail_set_scale(BridgeRail *rail, const BridgeScaleSaid *scale);

// What the guest's programs are to draw by: ChanRailLooks (channel/rail.h). Kept until there is a
// guest.
void bridge_rail_set_looks(BridgeRail *rail, guint32 looks);
