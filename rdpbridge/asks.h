// SPDX-License-Identifier: Apache-2.0
#pragma once

// Windows whose program is still unknown. Windows tells of a window when it is made, and its
// program may give it its AppUserModelID only after that; so it is asked for again when the window
// has changed, a few times.

#include <glib.h>

typedef struct BridgeAsks BridgeAsks;

BridgeAsks *bridge_asks_new(void);
void bridge_asks_free(BridgeAsks *asks);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BridgeAsks, bridge_asks_free)

// The server told a window's program, and it was or was not a known one.
void bridge_asks_answered(BridgeAsks *asks, guint32 window, gboolean known);
// The window changed: TRUE when its program is to be asked for again.
gboolean bridge_asks_again(BridgeAsks *asks, guint32 window);
void bridge_asks_forget(BridgeAsks *asks, guint32 window);
