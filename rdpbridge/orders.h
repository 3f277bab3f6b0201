// SPDX-License-Identifier: Apache-2.0
#pragma once

// Window orders ([MS-RDPERP] 2.2.1.3) into model and tray: windows, icons and their cache, the
// order of windows on the desktop, notification icons. Text is cleaned on the way.

#include "rdpbridge/model.h"
#include "rdpbridge/tray.h"

#include <freerdp/freerdp.h>
#include <glib.h>

typedef struct BridgeOrders BridgeOrders;

typedef struct {
    void (*too_many)(gpointer user); // once, when the guest has more windows than it may
    void (*came)(gpointer user);     // an order, of any kind
    // Whether the desktop that is shown is the one with the windows; said with each order.
    void (*monitored)(gboolean monitored, gpointer user);
} BridgeOrdersHandlers;

// model, tray and handlers are borrowed.
BridgeOrders *bridge_orders_new(BridgeModel *model, BridgeTray *tray,
                                const BridgeOrdersHandlers *handlers, gpointer user);
void bridge_orders_free(BridgeOrders *orders);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BridgeOrders, bridge_orders_free)

// Registers with a connection; find says which orders object a context belongs to.
void bridge_orders_register(rdpContext *context, BridgeOrders *(*find)(rdpContext *context));
