// SPDX-License-Identifier: Apache-2.0
#pragma once

// The guest's end of the ways of pixels past RDP. One (channel/pixel_path.h) has memory of the
// host's for each surface, into which the X server copies what changed; the other
// (channel/tile_stream.h) sends that over a stream. One frame of a surface is under way at a time,
// so that damage merges while the host is slow.

#include "channel/glib/tiles.h"
#include "channel/pixel_path.h"
#include "guestagent/remoteapp/desktop.h"

typedef struct RaPixelPath RaPixelPath;

typedef enum {
    RA_PIXELS_WAIT,   // the host has not said yet
    RA_PIXELS_SHARED, // by this path
    RA_PIXELS_RDP,    // there is no memory for the surface
} RaPixelWay;

typedef struct {
    // A surface's way is known, or its frame is shown: send what waits.
    void (*free)(gpointer user);
    // The client's own way of input has come (channel/input_path.h): the callee's.
    void (*input)(int take_fd, gpointer user);
    // The path cannot be used any more: all surfaces go by RDP, and are to be painted whole. From
    // the loop; free the path from here.
    void (*lost)(gpointer user);
} RaPixelPathEvents;

// Takes the socket, and says that it is used. events is borrowed.
RaPixelPath *ra_pixel_path_new(GMainContext *context, int take_fd, RaDesktop *desktop,
                               const RaPixelPathEvents *events, gpointer user);
// The same over a stream, whose GREETING has come.
RaPixelPath *
ra_pixel_path_new_stream(GMainContext *context, ChanTilesSocket *take_stream, RaDesktop *desktop,
                         const RaPixelPathEvents *events, gpointer user);
void ra_pixel_path_free(RaPixelPath *path);

// Whether the client takes video over its stream: of what is painted faster than that takes pixels.
void ra_pixel_path_set_video(RaPixelPath *path, bool taken);

// The client was told of a window's surface, or that it is no more.
void ra_pixel_path_surface(RaPixelPath *path, guint16 surface, guint32 window, bool alpha);
void ra_pixel_path_gone(RaPixelPath *path, guint16 surface);
// Its window has damage again.
void ra_pixel_path_damaged(RaPixelPath *path, guint16 surface);

RaPixelWay ra_pixel_path_way(const RaPixelPath *path, guint16 surface);
// A frame of it is not shown yet, or the stream has not taken what was sent before.
bool ra_pixel_path_busy(const RaPixelPath *path, guint16 surface);

// A frame of a surface that is shared and not busy: rectangles within window and surface.
typedef struct {
    guint16 surface;
    guint32 window;
    RaRect rects[CHAN_PIXELS_RECTS_MAX];
    guint count;
    bool sent; // false: they could not be copied, as with ra_desktop_capture_many
} RaPixelFrame;
// Frames of different surfaces, at most RA_PIXEL_FRAMES_MAX, in one round trip of the X server.
#define RA_PIXEL_FRAMES_MAX 16
// How many are to be sent at once: over a stream each waits until the one before is with it.
guint ra_pixel_path_together(const RaPixelPath *path);
void ra_pixel_path_send(RaPixelPath *path, RaPixelFrame *frames, guint count);
