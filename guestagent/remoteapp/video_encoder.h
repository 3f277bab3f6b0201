// SPDX-License-Identifier: Apache-2.0
#pragma once

// Pictures of one part of a window as H.264 (channel/tile_stream.h, VIDEO): one in, one out, in the
// caller's thread.

#include "channel/span.h"
#include "guestagent/remoteapp/desktop.h"

typedef struct RaVideoEncoder RaVideoEncoder;

// Whether libavcodec has an encoder that does so (x264).
bool ra_video_encoder_available(void);

// width and height are even. NULL: it is not available, or cannot have such a picture.
RaVideoEncoder *ra_video_encoder_new(int width, int height, gint64 bit_rate);
void ra_video_encoder_free(RaVideoEncoder *encoder); // NULL-safe

// From the next picture on.
void ra_video_encoder_set_bit_rate(RaVideoEncoder *encoder, gint64 bit_rate);

// Where the next picture is to be written, BGRX: rows of *stride bytes. The one before is there
// still.
guint8 *ra_video_encoder_pixels(RaVideoEncoder *encoder, gsize *stride);
// That picture, encoded; borrowed until the next call. Its data is NULL when it cannot be: no
// further one can.
ChanSpan ra_video_encoder_encode(RaVideoEncoder *encoder);
