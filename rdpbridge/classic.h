// SPDX-License-Identifier: Apache-2.0
#pragma once

// Bitmap updates and drawing orders ([MS-RDPBCGR] 2.2.9.1, [MS-RDPEGDI] 2.2.2.2) of a guest that
// paints one desktop: the library draws them into private memory, the desktop module cuts windows
// out of it.

#include "rdpbridge/desktop.h"

#include <freerdp/freerdp.h>
#include <glib.h>

typedef struct BridgeClassic BridgeClassic;

// desktop is borrowed.
BridgeClassic *bridge_classic_new(BridgeDesktop *desktop);
void bridge_classic_free(BridgeClassic *classic);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BridgeClassic, bridge_classic_free)

// Before the connection, for every guest: whatever it paints finds its decoder large enough.
void bridge_classic_register(BridgeClassic *classic, rdpContext *context);
// Makes the library draw into a desktop of the size in its settings. FALSE when it cannot.
gboolean bridge_classic_start(BridgeClassic *classic, rdpContext *context);
// The guest has changed that size.
gboolean bridge_classic_resized(BridgeClassic *classic, rdpContext *context);
// The guest paints by RDPGFX after all: gives the memory back.
void bridge_classic_stop(BridgeClassic *classic);

void bridge_classic_refresh(BridgeClassic *classic, const ViewRect *rects, guint count);
