// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/encoder.h"

#include "guestagent/remoteapp/bands.h"
#include "guestagent/remoteapp/planar.h"
#include "guestagent/remoteapp/rows.h"
#include "guestagent/remoteapp/trial.h"

#include <freerdp/codec/color.h>
#include <stdlib.h>

#define UNPACK_NS 2.0 // a byte, at a client that uses the library
// Bytes in a µs that the library reads of RDPGFX on a fast stream.
#define LOCAL_BYTES_PER_US 50
// Shorter frames tell of the way's delay, not of what it takes.
#define TOLD_LEAST (64 * 1024)

struct RaEncoder {
    RaCodec codec;
    RaWay way;
    BITMAP_PLANAR_CONTEXT *planar[2]; // without alpha and with it
    BYTE *encoded;                    // the library's
    guint8 *packed;                   // one band

    RaCoding *coding; // of the frame that is made
    RaEncoded now;
    bool tries; // to encode one band, to see what that gives
    RaTrial trial;
};

RaEncoder *
ra_encoder_new(RaCodec codec, bool local)
{
    RaEncoder *e = g_new0(RaEncoder, 1);
    e->codec = codec;
    e->way = (RaWay){.unpack_ns = UNPACK_NS, .bytes_per_us = local ? LOCAL_BYTES_PER_US : 0};
    e->packed = g_malloc(RA_BAND_BYTES);
    for (guint alpha = 0; codec != RA_CODEC_RAW && alpha < G_N_ELEMENTS(e->planar); alpha++) {
        e->planar[alpha] = freerdp_bitmap_planar_context_new(ra_planar_flags(alpha), 64, 64);
        if (e->planar[alpha] == NULL)
            g_error("No memory for the planar codec");
        freerdp_planar_topdown_image(e->planar[alpha], TRUE); // as all of RDPGFX is
    }
    return e;
}

void
ra_encoder_free(RaEncoder *e)
{
    if (e == NULL)
        return;
    for (guint alpha = 0; alpha < G_N_ELEMENTS(e->planar); alpha++)
        freerdp_bitmap_planar_context_free(e->planar[alpha]);
    free(e->encoded);
    g_free(e->packed);
    g_free(e);
}

void
ra_encoder_begin(RaEncoder *e, RaCoding *coding)
{
    e->coding = coding;
    e->now = (RaEncoded){.start_us = g_get_monotonic_time()};
    e->now.compressed = e->codec == RA_CODEC_PLANAR ||
                        (e->codec == RA_CODEC_AUTO && ra_coding_compresses(coding, &e->way));
    e->tries = e->codec == RA_CODEC_AUTO && ra_coding_tries(coding);
    e->trial = (RaTrial){0};
}

// What does not become shorter, which the library may refuse (grain in all four planes), goes as it
// is.
static void
encode(RaEncoder *e, const RaRect *r, bool alpha, RDPGFX_SURFACE_COMMAND *command)
{
    BITMAP_PLANAR_CONTEXT *context = e->planar[alpha];
    UINT32 size = 0, width = (UINT32)r->width, height = (UINT32)r->height;
    ra_trial_begin(&e->trial);
    free(e->encoded);
    e->encoded = NULL;
    if (freerdp_bitmap_planar_context_reset(context, width, height))
        e->encoded = freerdp_bitmap_compress_planar(context, command->data, command->format, width,
                                                    height, width * 4, NULL, &size);
    bool shorter = e->encoded != NULL && size < command->length;
    ra_trial_end(&e->trial, command->length, shorter ? size : command->length);
    e->tries = false;
    // What was tried goes as the frame does, which tells what the way takes.
    if (shorter && e->now.compressed) {
        command->codecId = RDPGFX_CODECID_PLANAR;
        command->data = e->encoded;
        command->length = size;
    }
}

void
ra_encoder_band(RaEncoder *e, const RaRect *r, bool alpha, const RaPixels *pixels,
                RDPGFX_SURFACE_COMMAND *command)
{
    command->codecId = RDPGFX_CODECID_UNCOMPRESSED;
    command->data = (BYTE *)pixels->data;
    command->length = (UINT32)ra_rows_size(r);
    if (pixels->stride != (gsize)r->width * 4) {
        ra_rows_pack(e->packed, r, pixels);
        command->data = e->packed;
    }
    if (e->now.compressed || e->tries)
        encode(e, r, alpha, command);
}

RaEncoded
ra_encoder_end(RaEncoder *e)
{
    ra_trial_tell(&e->trial, e->coding);
    e->coding = NULL;
    e->now.made_us = g_get_monotonic_time();
    return e->now;
}

void
ra_encoder_arrived(RaEncoder *e, const RaEncoded *encoded, gsize bytes, gint64 former_us)
{
    gint64 now = g_get_monotonic_time(), start = MAX(encoded->start_us, former_us);
    if (bytes >= TOLD_LEAST || encoded->compressed)
        ra_way_took(&e->way, bytes, encoded->compressed, MAX(encoded->made_us - start, 0),
                    now - start);
}
