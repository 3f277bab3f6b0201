// SPDX-License-Identifier: Apache-2.0
#pragma once

// How rectangles go over RDPGFX ([MS-RDPEGFX] 2.2.2.1): as they are or planar, both lossless, and
// known to every client. Which of them is decided for each frame by what encoding gave and cost its
// window of late and by what the way to the client takes (coding.h).

#include "guestagent/remoteapp/coding.h"
#include "guestagent/remoteapp/desktop.h"

#include <freerdp/channels/rdpgfx.h>

typedef enum {
    RA_CODEC_AUTO,   // whichever arrives sooner
    RA_CODEC_RAW,    // RDPGFX_CODECID_UNCOMPRESSED
    RA_CODEC_PLANAR, // RDPGFX_CODECID_PLANAR
} RaCodec;

typedef struct RaEncoder RaEncoder;

// local: a stream of this machine, or one of Casement's own, which is taken for a fast one until
// it was measured.
RaEncoder *ra_encoder_new(RaCodec codec, bool local);
void ra_encoder_free(RaEncoder *encoder);

// What one frame was like, until it has arrived.
typedef struct {
    bool compressed;
    gint64 start_us, made_us;
} RaEncoded;

// A frame of a window, whose coding it is, begins; bands; and it is made.
void ra_encoder_begin(RaEncoder *encoder, RaCoding *coding);
// Fills in data, length and codec of a command for a rectangle of at most RA_BAND_BYTES or one row,
// valid until the next band.
void ra_encoder_band(RaEncoder *encoder, const RaRect *rect, bool alpha, const RaPixels *pixels,
                     RDPGFX_SURFACE_COMMAND *command);
RaEncoded ra_encoder_end(RaEncoder *encoder);
// The client has acknowledged the frame, of so many bytes, and at former_us the one before.
void
ra_encoder_arrived(RaEncoder *encoder, const RaEncoded *encoded, gsize bytes, gint64 former_us);
