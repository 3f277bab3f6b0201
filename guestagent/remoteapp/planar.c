// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/planar.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#define SIDE 64
#define BRIGHTEST 200
// A difference of -1 to the row above is 1. Halved without its sign it became this, which neither
// the values nor the lengths of the picture's runs are.
#define WRONG 0xFE

static bool
encodes_darker_rows(void)
{
    g_autofree guint8 *pixels = g_malloc0((gsize)SIDE * SIDE * 4);
    UINT32 size = 0;
    BITMAP_PLANAR_CONTEXT *context = freerdp_bitmap_planar_context_new(
        PLANAR_FORMAT_HEADER_NA | PLANAR_FORMAT_HEADER_RLE, SIDE, SIDE);

    // Darker and lighter again: the encoder begins at the bottom.
    for (int y = 0; y < SIDE; y++)
        memset(pixels + (gsize)y * SIDE * 4, BRIGHTEST - MIN(y, SIDE - y), (gsize)SIDE * 4);
    BYTE *encoded = context ? freerdp_bitmap_compress_planar(context, pixels, PIXEL_FORMAT_BGRX32,
                                                             SIDE, SIDE, SIDE * 4, NULL, &size)
                            : NULL;
    bool right = encoded && !memchr(encoded, WRONG, size);
    free(encoded);
    freerdp_bitmap_planar_context_free(context);
    return right;
}

DWORD
ra_planar_flags(bool alpha)
{
    static gsize known; // 1: it does not, 2: it does

    if (g_once_init_enter(&known))
        g_once_init_leave(&known, encodes_darker_rows() ? 2 : 1);
    return (alpha ? 0 : PLANAR_FORMAT_HEADER_NA) | (known == 2 ? PLANAR_FORMAT_HEADER_RLE : 0);
}
