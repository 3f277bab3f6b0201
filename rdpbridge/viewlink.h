// SPDX-License-Identifier: Apache-2.0
#pragma once

// The socket to casement-view (rdpbridge/viewproto.h). The view is trusted more than the guest, but
// its packets are checked all the same. It may vanish and be replaced.

#include "rdpbridge/viewproto.h"

#include <glib.h>

typedef struct BridgeViewLink BridgeViewLink;

typedef struct {
    // A checked message from the view; take_fd is -1 or the handler's to close.
    void (*message)(ViewMsgType type, ChanSpan message, int take_fd, gpointer user);
    // The view is gone, or does not read: nothing is sent until another one is attached.
    void (*lost)(gpointer user);
} BridgeViewHandlers;

BridgeViewLink *
bridge_viewlink_new(GMainContext *context, const BridgeViewHandlers *handlers, gpointer user);
void bridge_viewlink_free(BridgeViewLink *link);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BridgeViewLink, bridge_viewlink_free)

// Talks to this view from now on; a former one is dropped without calling lost.
void bridge_viewlink_attach(BridgeViewLink *link, int take_fd);
gboolean bridge_viewlink_attached(const BridgeViewLink *link);

// fd is borrowed, or -1. Nothing happens while no view is there.
void bridge_viewlink_send(BridgeViewLink *link, gconstpointer message, gsize size, int fd);

// Bytes that the view has not taken yet.
gsize bridge_viewlink_queued(const BridgeViewLink *link);
