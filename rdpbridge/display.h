// SPDX-License-Identifier: Apache-2.0
#pragma once

// The host's screen for the guest over the Display Control channel ([MS-RDPEDISP]), where the
// server has it.

#include "rdpbridge/viewproto.h"

#include <freerdp/client/disp.h>
#include <glib.h>

typedef struct BridgeDisplay BridgeDisplay;

// ready: the guest is known to follow sizes; from within the library.
BridgeDisplay *bridge_display_new(void (*ready)(gpointer user), gpointer user);
void bridge_display_free(BridgeDisplay *display);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BridgeDisplay, bridge_display_free)

// The channel is there (NULL: gone).
void bridge_display_attach(BridgeDisplay *display, DispClientContext *client);

// What the connection was made with: nothing is sent for it.
void bridge_display_start(BridgeDisplay *display, const ViewScreen *screen);
void bridge_display_set(BridgeDisplay *display, const ViewScreen *screen);

// Whether the server is casement-remoteapp (monitors.h).
void bridge_display_set_own(BridgeDisplay *display, gboolean own);

// Whether the guest follows sizes.
gboolean bridge_display_is_ready(const BridgeDisplay *display);
