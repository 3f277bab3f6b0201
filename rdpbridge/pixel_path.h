// SPDX-License-Identifier: Apache-2.0
#pragma once

// The host's end of the way of pixels past RDP (channel/pixel_path.h). Its other end is handed to
// the guest with the first byte of the RDP stream; where that is not a socket to casement-remoteapp
// itself, nobody gets it, and this end is closed.

#include "channel/pixel_path.h"
#include "rdpbridge/surface.h"

#include <glib.h>

typedef struct BridgePixelPath BridgePixelPath;

typedef struct {
    // The guest knows the path: from now on each of its surfaces is answered by
    // bridge_pixel_path_offer or _refuse.
    void (*ready)(gpointer user);
    // A frame, its form checked: whether the buffer is there and the rectangles are within it is
    // not. FALSE: the guest broke the protocol, and is not heard any more.
    gboolean (*frame)(const ChanPixelsFrame *untrusted_frame, gpointer user);
    // The path was ready and is no more: the guest's surfaces have the pixels that RDPGFX brings.
    void (*lost)(gpointer user);
} BridgePixelPathHandlers;

// handlers is borrowed. NULL with error set. Before the sandbox: it makes a pair of sockets.
BridgePixelPath *
bridge_pixel_path_new(GMainContext *context, const BridgePixelPathHandlers *handlers, gpointer user,
                      GError **error);
void bridge_pixel_path_free(BridgePixelPath *path);

// The guest's end, the caller's; -1 when it was taken before.
int bridge_pixel_path_take_guests_end(BridgePixelPath *path);

// Nothing is read of the guest while paused.
void bridge_pixel_path_pause(BridgePixelPath *path, gboolean paused);

// Its end of a way of input; borrowed. FALSE: it is not there to take it.
gboolean bridge_pixel_path_input(BridgePixelPath *path, int fd);
// For a surface of the guest: memory, or that there is none.
void
bridge_pixel_path_offer(BridgePixelPath *path, guint16 surface_id, const BridgeSurface *memory);
void bridge_pixel_path_refuse(BridgePixelPath *path, guint16 surface_id);
// The buffer's frame was shown then, of CLOCK_MONOTONIC; 0: it will not be.
void
bridge_pixel_path_shown(BridgePixelPath *path, guint32 buffer, guint32 serial, gint64 shown_us);
