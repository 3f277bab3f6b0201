// SPDX-License-Identifier: Apache-2.0
#pragma once

// Frames as tiles over a stream (channel/tile_stream.h): of what was damaged, only what is another
// picture; compressed where that pays (coding.h).

#include "channel/glib/tiles.h"
#include "guestagent/remoteapp/coding.h"
#include "guestagent/remoteapp/desktop.h"
#include "guestagent/remoteapp/tile_shadow.h"
#include "guestagent/remoteapp/tile_video.h"

#define RA_TILES_UNPACK_NS 0.4 // a byte, at the host

// A surface, as the host has it.
typedef struct {
    guint32 buffer, serial; // serial: of the last frame
    RaTileShadow *shadow;
    RaTileVideo *video; // NULL: nothing of it goes so
    RaCoding coding;
    bool begun;         // a frame of it was sent
    guint still;        // looks in a row that found nothing that scrolls
    ChanTilesTurn turn; // of the next frame
    // Of the last frame.
    bool compressed;
    gsize bytes;
    gint64 start_us, made_us;
} RaTilePicture;

// Sends a frame with these rectangles' pixels; the caller then calls chan_tiles_socket_send. False:
// nothing of them is news, and none was sent. Without any, it has what is to be sent again of
// video.
bool ra_pixel_tiles_frame(ChanTilesSocket *socket, const RaWay *way, RaTilePicture *picture,
                          const RaRect *rects, const RaPixels *pixels, guint count);

// The last frame of it had arrived. former_us: when the last one before, of any surface, had; is
// set.
void ra_pixel_tiles_received(RaWay *way, const RaTilePicture *picture, gint64 *former_us);
