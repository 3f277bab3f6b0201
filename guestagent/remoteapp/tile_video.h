// SPDX-License-Identifier: Apache-2.0
#pragma once

// What of a surface goes as video over a stream of pixels, and that it is as it is again when that
// is over (channel/ADR-7-video.md). The shadow has what the guest shows in any case; here is which
// part of it the host has only nearly.

#include "channel/glib/tiles.h"
#include "guestagent/remoteapp/coding.h"
#include "guestagent/remoteapp/tile_shadow.h"

#define RA_VIDEO_NEVER G_MAXINT64

typedef struct RaTileVideo RaTileVideo;

// What all surfaces of a stream share: how much of it is video.
typedef struct {
    bool taken; // the host takes it
    guint count;
    gint64 pixels;
} RaVideos;

RaTileVideo *ra_tile_video_new(RaVideos *videos);
void ra_tile_video_free(RaTileVideo *video); // NULL-safe

// The window is painted; the host shows its last frame.
void ra_tile_video_damaged(RaTileVideo *video);
void ra_tile_video_shown(RaTileVideo *video);
// When a frame without damage is to be sent, of the monotonic clock; RA_VIDEO_NEVER: never.
gint64 ra_tile_video_due(const RaTileVideo *video);

// The host has what the shadow has, everywhere: it may be moved there.
bool ra_tile_video_is_exact(const RaTileVideo *video);

// A frame begins, of these rectangles.
void ra_tile_video_begin(RaTileVideo *video, const RaWay *way, const RaRect *rects, guint count);
// As ra_tile_shadow_update: changed is told of what goes as it is.
void ra_tile_video_update(RaTileVideo *video, RaTileShadow *shadow, const RaRect *rect,
                          const RaPixels *pixels, RaTileChanged changed, gpointer user);
// What the rest of a frame is made of, and where it goes.
typedef struct {
    const RaTileShadow *shadow;
    const RaWay *way;
    double ratio; // what compressing makes of a byte, of late
    ChanTilesSocket *socket;
    ChanTilesTurn turn;
    guint32 buffer;
} RaVideoFrame;
// Video is written to the socket, what is to be sent losslessly again told to changed. Returns the
// bytes of the video.
gsize ra_tile_video_end(RaTileVideo *video, const RaVideoFrame *frame, RaTileChanged changed,
                        gpointer user);
// All of the frame was so many bytes.
void ra_tile_video_sent(RaTileVideo *video, const RaWay *way, gsize bytes);
