// SPDX-License-Identifier: Apache-2.0

// What is encoded for clients behind a network decodes to the same, with any of the libraries.

#include "guestagent/remoteapp/planar.h"

#include <freerdp/codec/color.h>
#include <glib.h>
#include <stdlib.h>

#define SIDE 64

// Lighter and darker from row to row and from pixel to pixel, in steps of every size.
static guint8 *
picture(guint seed)
{
    guint8 *pixels = g_malloc((gsize)SIDE * SIDE * 4);

    for (gsize i = 0; i < (gsize)SIDE * SIDE; i++) {
        guint8 row = (guint8)(i / SIDE * seed), column = (guint8)(i % SIDE / 8);
        pixels[i * 4] = (guint8)(200 - row);
        pixels[i * 4 + 1] = (guint8)(row * 3 + column);
        pixels[i * 4 + 2] = (guint8)(255 - row * 5 - column);
        pixels[i * 4 + 3] = 0xFF;
    }
    return pixels;
}

static void
test_same_again(void)
{
    guint8 *decoded = g_malloc0((gsize)SIDE * SIDE * 4);

    for (guint seed = 0; seed < 60; seed++)
        for (guint alpha = 0; alpha <= 1; alpha++) {
            g_autofree guint8 *pixels = picture(seed);
            UINT32 size = 0;
            BITMAP_PLANAR_CONTEXT *context =
                freerdp_bitmap_planar_context_new(ra_planar_flags(alpha != 0), SIDE, SIDE);
            guint32 format = alpha ? PIXEL_FORMAT_BGRA32 : PIXEL_FORMAT_BGRX32;
            BYTE *encoded = freerdp_bitmap_compress_planar(context, pixels, format, SIDE, SIDE,
                                                           SIDE * 4, NULL, &size);
            g_assert_nonnull(encoded);
            G_GNUC_BEGIN_IGNORE_DEPRECATIONS // it has another name from 3.18 on
                g_assert_true(planar_decompress(context, encoded, size, SIDE, SIDE, decoded, format,
                                                SIDE * 4, 0, 0, SIDE, SIDE, TRUE));
            G_GNUC_END_IGNORE_DEPRECATIONS
            for (gsize i = 0; i < (gsize)SIDE * SIDE * 4; i++)
                if (alpha || i % 4 != 3)
                    g_assert_cmphex(decoded[i], ==, pixels[i]);
            free(encoded);
            freerdp_bitmap_planar_context_free(context);
        }
    g_free(decoded);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/remoteapp/planar/same-again", test_same_again);
    return g_test_run();
}
