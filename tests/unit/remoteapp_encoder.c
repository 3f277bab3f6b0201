// SPDX-License-Identifier: Apache-2.0

// Which codec of RDPGFX a rectangle goes by, by what it shows and what the way to the client takes.

#include "guestagent/remoteapp/encoder.h"

#include <freerdp/codec/color.h>
#include <freerdp/codec/planar.h>
#include <glib.h>
#include <string.h>

#define SIDE 128
#define STRIDE ((gsize)SIDE * 4 + 64) // as of a part of a larger picture

typedef struct {
    RaEncoder *encoder;
    guint8 *text, *grain;
} Test;

static void
set_up(Test *t, gconstpointer data)
{
    const RaCodec *codec = data;
    g_autoptr(GRand) random = g_rand_new_with_seed(1);
    t->encoder = ra_encoder_new(codec ? *codec : RA_CODEC_AUTO, false);
    t->text = g_malloc0(SIDE * STRIDE);
    t->grain = g_malloc0(SIDE * STRIDE);
    for (gsize i = 0; i < SIDE * STRIDE; i++) {
        t->grain[i] = (guint8)g_rand_int(random);
        t->text[i] = i / STRIDE % 8 < 5 ? 0xff : 0x20;
    }
}

static void
tear_down(Test *t, gconstpointer data)
{
    (void)data;
    ra_encoder_free(t->encoder);
    g_free(t->text);
    g_free(t->grain);
}

static RDPGFX_SURFACE_COMMAND
band(Test *t, const guint8 *picture)
{
    const RaRect rect = {10, 20, SIDE, SIDE};
    const RaPixels pixels = {picture, STRIDE};
    RDPGFX_SURFACE_COMMAND command = {.format = PIXEL_FORMAT_BGRA32};
    ra_encoder_band(t->encoder, &rect, true, &pixels, &command);
    return command;
}

// A frame of one band that took so long on its way; whether it went planar.
static bool
goes_planar(Test *t, RaCoding *coding, const guint8 *picture, gint64 way_us)
{
    ra_encoder_begin(t->encoder, coding);
    RDPGFX_SURFACE_COMMAND command = band(t, picture);
    RaEncoded encoded = ra_encoder_end(t->encoder);
    // What is tried alone does not go so, or it would be taken for how the way takes what does not.
    g_assert_true(encoded.compressed || command.codecId == RDPGFX_CODECID_UNCOMPRESSED);
    gint64 made_us = encoded.made_us - encoded.start_us;
    encoded.start_us = g_get_monotonic_time() - way_us - made_us;
    encoded.made_us = encoded.start_us + made_us;
    ra_encoder_arrived(t->encoder, &encoded, command.length, 0);
    return command.codecId == RDPGFX_CODECID_PLANAR;
}

static void
test_as_it_is(Test *t, gconstpointer data)
{
    (void)data;
    RaCoding coding = {0};
    ra_encoder_begin(t->encoder, &coding);
    RDPGFX_SURFACE_COMMAND command = band(t, t->text);
    g_assert_cmpuint(command.codecId, ==, RDPGFX_CODECID_UNCOMPRESSED);
    g_assert_cmpuint(command.length, ==, SIDE * SIDE * 4);
    for (gsize y = 0; y < SIDE; y++)
        g_assert_cmpmem(command.data + y * SIDE * 4, SIDE * 4, t->text + y * STRIDE, SIDE * 4);
}

static void
test_always(Test *t, gconstpointer data)
{
    (void)data;
    RaCoding coding = {0};
    for (guint i = 0; i < 8; i++)
        g_assert_true(goes_planar(t, &coding, t->text, 10));
    g_assert_false(goes_planar(t, &coding, t->grain, 10)); // there is nothing to be gained
}

// The right way up, as a client of the library decodes it.
static void
test_top_down(Test *t, gconstpointer data)
{
    (void)data;
    g_autofree guint8 *decoded = g_malloc0((gsize)SIDE * SIDE * 4);
    BITMAP_PLANAR_CONTEXT *context = freerdp_bitmap_planar_context_new(0, SIDE, SIDE);
    RaCoding coding = {0};
    for (gsize y = 0; y < SIDE; y++)
        for (gsize x = 0; x < STRIDE; x++)
            t->text[y * STRIDE + x] = x % 4 == 3 ? 0xff : (guint8)(y / 16 * 30);
    ra_encoder_begin(t->encoder, &coding);
    RDPGFX_SURFACE_COMMAND command = band(t, t->text);
    g_assert_cmpuint(command.codecId, ==, RDPGFX_CODECID_PLANAR);
    G_GNUC_BEGIN_IGNORE_DEPRECATIONS // it has another name from 3.18 on
        g_assert_true(planar_decompress(context, command.data, command.length, SIDE, SIDE, decoded,
                                        PIXEL_FORMAT_BGRA32, SIDE * 4, 0, 0, SIDE, SIDE, FALSE));
    G_GNUC_END_IGNORE_DEPRECATIONS
    for (gsize y = 0; y < SIDE; y++)
        g_assert_cmpmem(decoded + y * SIDE * 4, SIDE * 4, t->text + y * STRIDE, SIDE * 4);
    freerdp_bitmap_planar_context_free(context);
}

// On a slow way what packs goes planar, what does not as it is: each window for itself.
static void
test_slow(Test *t, gconstpointer data)
{
    (void)data;
    RaCoding text = {0}, grain = {0};
    for (guint i = 0; i < 8; i++) {
        (void)goes_planar(t, &text, t->text, 20000);
        (void)goes_planar(t, &grain, t->grain, 200000);
    }
    g_assert_true(goes_planar(t, &text, t->text, 20000));
    g_assert_false(goes_planar(t, &grain, t->grain, 200000));
    // Another content is found out.
    guint frames = 0;
    while (!goes_planar(t, &grain, t->text, 20000))
        g_assert_cmpuint(++frames, <, 100);
}

// On a way that takes bytes faster than they are encoded all goes as it is, once that is known.
static void
test_fast(Test *t, gconstpointer data)
{
    (void)data;
    RaCoding text = {0};
    guint frames = 0;
    while (goes_planar(t, &text, t->text, 1))
        g_assert_cmpuint(++frames, <, 100);
    g_assert_false(goes_planar(t, &text, t->text, 1));
}

int
main(int argc, char **argv)
{
    static const RaCodec raw = RA_CODEC_RAW, planar = RA_CODEC_PLANAR;
    g_test_init(&argc, &argv, NULL);
    g_test_add("/encoder/as-it-is", Test, &raw, set_up, test_as_it_is, tear_down);
    g_test_add("/encoder/always", Test, &planar, set_up, test_always, tear_down);
    g_test_add("/encoder/top-down", Test, &planar, set_up, test_top_down, tear_down);
    g_test_add("/encoder/slow", Test, NULL, set_up, test_slow, tear_down);
    g_test_add("/encoder/fast", Test, NULL, set_up, test_fast, tear_down);
    return g_test_run();
}
