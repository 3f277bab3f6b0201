// SPDX-License-Identifier: Apache-2.0
#pragma once

// RDPGFX ([MS-RDPEGFX]): surfaces, which the library decodes into private memory, frames and their
// acknowledgement, into the model.

#include "rdpbridge/model.h"

#include <freerdp/client/rdpgfx.h>
#include <freerdp/freerdp.h>
#include <glib.h>

typedef struct BridgeGraphics BridgeGraphics;

typedef struct {
    // The guest broke a limit; the connection must end.
    void (*fail)(const char *text, gpointer user);
    // Begins, or has ended, what a guest may make last for ever.
    void (*slow)(bool begins, gpointer user);
    // Memory for the surface's pixels past RDPGFX, borrowed; or that there is none (NULL).
    void (*memory)(guint16 surface_id, const BridgeSurface *memory, gpointer user);
    // A frame that came that way was shown, or will not be.
    void (*shown)(guint32 buffer, guint32 serial, gpointer user);
} BridgeGraphicsOut;

// out is borrowed.
BridgeGraphics *
bridge_graphics_new(BridgeModel *model, const BridgeGraphicsOut *out, gpointer user);
void bridge_graphics_free(BridgeGraphics *graphics);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BridgeGraphics, bridge_graphics_free)

// The channel is there. FALSE when the library fails.
gboolean
bridge_graphics_attach(BridgeGraphics *graphics, rdpContext *context, RdpgfxClientContext *client);
void bridge_graphics_detach(BridgeGraphics *graphics, rdpContext *context);

// The model is done with a frame: tells the guest.
void bridge_graphics_acknowledge(BridgeGraphics *graphics, guint64 frame_id);

// The guest writes pixels past RDPGFX (pixel_path.h), or sends them so (streamed: tile_stream.h):
// its surfaces get memory, now and when they are made.
void bridge_graphics_share(BridgeGraphics *graphics, gboolean streamed);
// It does no more: they have what RDPGFX brings from now on, and keep what they show until then.
void bridge_graphics_unshare(BridgeGraphics *graphics);
// That memory; NULL: there is none of this id any more. *free: the last frame in it was shown.
BridgeSurface *
bridge_graphics_shared(const BridgeGraphics *graphics, guint32 untrusted_buffer, gboolean *free);
// A frame that came that way. FALSE: the one before is not shown yet, or the memory is sealed,
// which no guest of ours does.
gboolean bridge_graphics_shared_frame(BridgeGraphics *graphics, guint32 untrusted_buffer,
                                      guint32 serial, const BridgeDamage *untrusted_damage);
