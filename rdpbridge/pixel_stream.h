// SPDX-License-Identifier: Apache-2.0
#pragma once

// The host's end of a guest's stream of pixels (channel/tile_stream.h). Tiles are painted as they
// come, into pictures of this process.

#include "rdpbridge/damage.h"
#include "rdpbridge/surface.h"

#include <glib.h>

typedef struct BridgePixelStream BridgePixelStream;

typedef struct {
    // The guest uses it: from now on each of its surfaces is answered by bridge_pixel_stream_offer
    // or _refuse.
    void (*ready)(gpointer user);
    // The picture of this id; NULL: there is none any more. *free: its last frame was shown.
    BridgeSurface *(*picture)(guint32 untrusted_buffer, gboolean *free, gpointer user);
    // It is whole again, and so much of it is another one. FALSE: it was not free.
    gboolean (*frame)(guint32 untrusted_buffer, guint32 serial, const BridgeDamage *damage,
                      gpointer user);
    // Decoding a picture of its video begins, or is over.
    void (*slow)(gboolean begins, gpointer user);
    // Its video is taken no more, and why: the guest is to be told, and sends pixels losslessly.
    void (*no_video)(const char *why, gpointer user);
    // And is taken again (LIMIT_VIDEO_AGAIN_MS): likewise.
    void (*video_again)(gpointer user);
    // The stream ended, or the guest broke the rules. Called once, last; free it from here or
    // later.
    void (*lost)(gpointer user);
} BridgePixelStreamHandlers;

// Takes the stream and greets the guest. handlers is borrowed.
BridgePixelStream *
bridge_pixel_stream_new(GMainContext *context, int take_fd, guint64 token,
                        const BridgePixelStreamHandlers *handlers, gpointer user);
void bridge_pixel_stream_free(BridgePixelStream *stream); // NULL-safe

// The guest is told that it may send video: from now on it is taken.
void bridge_pixel_stream_take_video(BridgePixelStream *stream);

// Nothing is read of the guest while paused.
void bridge_pixel_stream_pause(BridgePixelStream *stream, gboolean paused);

void bridge_pixel_stream_offer(BridgePixelStream *stream, guint16 surface_id,
                               const BridgeSurface *picture);
void bridge_pixel_stream_refuse(BridgePixelStream *stream, guint16 surface_id);
void bridge_pixel_stream_shown(BridgePixelStream *stream, guint32 buffer, guint32 serial);
