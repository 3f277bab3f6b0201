// SPDX-License-Identifier: Apache-2.0
#pragma once

// Streams of pixels (channel/tile_stream.h) that were handed over and wait until their client,
// which has told the same token by RDP, takes them. Both may come first.

#include "channel/glib/tiles.h"

// That wait; the oldest gives way.
#define RA_PIXEL_STREAMS_MAX 4

typedef struct RaPixelStreams RaPixelStreams;

// come is called when a stream can be taken that could not before.
RaPixelStreams *
ra_pixel_streams_new(GMainContext *context, void (*come)(gpointer user), gpointer user);
void ra_pixel_streams_free(RaPixelStreams *streams); // NULL-safe

void ra_pixel_streams_add(RaPixelStreams *streams, int take_fd);
// The caller's, to set its handlers at once; NULL: it is not there (yet).
ChanTilesSocket *ra_pixel_streams_take(RaPixelStreams *streams, guint64 token);
