// SPDX-License-Identifier: Apache-2.0
// Pixels as channel/grain.h packs them: the same again, of every size and kind, in fewer bytes
// where they are of a photograph; nothing else is taken for such, nor read or written beyond.

#include "channel/grain.h"

#include <glib.h>
#include <string.h>

#define SIDE_MAX 300
#define ROOM ((gsize)SIDE_MAX * SIDE_MAX * 5)

typedef guint32 (*Picture)(guint x, guint y, GRand *rand);

static guint32
photograph(guint x, guint y, GRand *rand)
{
    return (x / 4 << 16 | y / 3 % 256 << 8 | (x + y) / 5) ^ (g_rand_int(rand) & 0x070707);
}

static guint32
opaque_photograph(guint x, guint y, GRand *rand)
{
    return photograph(x, y, rand) | 0xff000000;
}

static guint32
flat(guint x, guint y, GRand *rand)
{
    return 0x80336699;
}

static guint32
noise(guint x, guint y, GRand *rand)
{
    return g_rand_int(rand);
}

static guint32
opaque_noise(guint x, guint y, GRand *rand)
{
    return g_rand_int(rand) & 0xffffff;
}

static const Picture pictures[] = {photograph, opaque_photograph, flat, noise, opaque_noise};

// Of that stride, in memory of just its size.
static guint8 *
paint(Picture picture, guint width, guint height, gsize stride)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(3);
    guint8 *pixels = g_malloc0(stride * (height - 1) + (gsize)width * 4);

    for (guint y = 0; y < height; y++)
        for (guint x = 0; x < width; x++) {
            guint32 pixel = picture(x, y, rand);
            memcpy(pixels + y * stride + x * 4, &pixel, sizeof pixel);
        }
    return pixels;
}

static gsize
pack(const guint8 *pixels, gsize stride, guint width, guint height, GBytes **packed)
{
    g_autofree guint8 *room = g_malloc(ROOM);
    gsize size = chan_grain_pack(pixels, stride, width, height, room, ROOM);

    g_assert_cmpuint(size, >, 0);
    *packed = g_bytes_new(room, size);
    return size;
}

static bool
unpack(GBytes *packed, gsize size, guint width, guint height, guint8 *to, gsize stride)
{
    // In memory of just that size, so that reading past it is seen.
    g_autofree guint8 *exact = g_memdup2(g_bytes_get_data(packed, NULL), size);

    return chan_grain_unpack(CHAN_SPAN(exact, size), width, height, to, stride);
}

static void
assert_again(Picture picture, guint width, guint height, gsize gap)
{
    gsize stride = (gsize)width * 4 + gap;
    g_autofree guint8 *pixels = paint(picture, width, height, stride);
    g_autofree guint8 *again = g_malloc0(stride * (height - 1) + (gsize)width * 4);
    g_autoptr(GBytes) packed = NULL;
    gsize size = pack(pixels, stride, width, height, &packed);

    g_assert_true(unpack(packed, size, width, height, again, stride));
    g_assert_cmpmem(pixels, stride * (height - 1) + (gsize)width * 4, again,
                    stride * (height - 1) + (gsize)width * 4);
    // Only in so much room, and only of all of it.
    g_autofree guint8 *room = g_malloc(size);
    g_assert_cmpuint(chan_grain_pack(pixels, stride, width, height, room, size), ==, size);
    g_assert_cmpuint(chan_grain_pack(pixels, stride, width, height, room, size - 1), ==, 0);
    for (gsize part = size - MIN(size, 40); part < size; part++)
        g_assert_false(unpack(packed, part, width, height, again, stride));
    g_autofree guint8 *higher = g_malloc0(stride * (height + 1));
    g_assert_false(unpack(packed, size, width, height + 1, higher, stride));
}

static void
test_again(void)
{
    static const guint widths[] = {1, 2, 3, 4, 5, 63, 64, 127, 128, 129, 131, 256, SIDE_MAX};
    static const guint heights[] = {1, 2, 7};

    for (guint p = 0; p < G_N_ELEMENTS(pictures); p++)
        for (guint w = 0; w < G_N_ELEMENTS(widths); w++)
            for (guint h = 0; h < G_N_ELEMENTS(heights); h++) {
                assert_again(pictures[p], widths[w], heights[h], 0);
                assert_again(pictures[p], widths[w], heights[h], 12);
            }
}

// What a photograph takes of its pixels' bytes, with its fourth ones all alike or not there.
static void
test_size(void)
{
    static const Picture of[] = {photograph, opaque_photograph};

    for (guint i = 0; i < G_N_ELEMENTS(of); i++) {
        gsize stride = (gsize)256 * 4;
        g_autofree guint8 *pixels = paint(of[i], 256, 64, stride);
        g_autoptr(GBytes) packed = NULL;
        g_assert_cmpuint(pack(pixels, stride, 256, 64, &packed), <, stride * 64 / 2);
    }
    g_autofree guint8 *pixels = paint(flat, 256, 64, (gsize)256 * 4);
    g_autoptr(GBytes) packed = NULL;
    g_assert_cmpuint(pack(pixels, (gsize)256 * 4, 256, 64, &packed), <, 256 * 4 * 2);
}

static void
test_wrong(void)
{
    static const guint8 heads[] = {0x09, 0x0f, 0x19, 0x20, 0x80, 0xff};
    guint8 pixel[4];

    for (guint i = 0; i < G_N_ELEMENTS(heads); i++) {
        guint8 bytes[1 + 4 * 16] = {heads[i]};
        for (gsize size = 0; size <= sizeof bytes; size++)
            g_assert_false(chan_grain_unpack(CHAN_SPAN(bytes, size), 1, 1, pixel, 4));
    }
}

// Whatever the bytes, nothing beyond the pixels is written.
static void
test_hostile(void)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(11);

    for (guint i = 0; i < 20000; i++) {
        guint width = (guint)g_rand_int_range(rand, 1, 140);
        guint height = (guint)g_rand_int_range(rand, 1, 4);
        gsize size = (gsize)g_rand_int_range(rand, 0, 1200);
        g_autofree guint8 *bytes = g_malloc(size);
        g_autofree guint8 *to = g_malloc0((gsize)width * 4 * height + 64);
        for (gsize at = 0; at < size; at++)
            bytes[at] = (guint8)(g_rand_int(rand) & (at % 97 == 0 ? 0x1f : 0xff));
        (void)chan_grain_unpack(CHAN_SPAN(bytes, size), width, height, to, (gsize)width * 4);
        for (gsize at = 0; at < 64; at++)
            g_assert_cmpuint(to[(gsize)width * 4 * height + at], ==, 0);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/channel/grain/again", test_again);
    g_test_add_func("/channel/grain/size", test_size);
    g_test_add_func("/channel/grain/wrong", test_wrong);
    g_test_add_func("/channel/grain/hostile", test_hostile);
    return g_test_run();
}
