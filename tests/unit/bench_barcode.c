// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/barcode.h"

#include <glib.h>

#define STRIDE (BARCODE_WIDTH + 5)

static uint32_t area[STRIDE * BARCODE_HEIGHT];

static const Barcode codes[] = {
    {0},
    {.place = 255, .count = 0xffffff, .time = UINT32_MAX},
    {.place = 10, .count = 0x123456, .time = 0x89abcdef},
};

static void
test_round_trip(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(codes); i++) {
        Barcode read;
        barcode_write(area, STRIDE, codes[i]);
        g_assert_true(barcode_read(area, STRIDE, &read));
        g_assert_cmpuint(read.place, ==, codes[i].place);
        g_assert_cmpuint(read.count, ==, codes[i].count);
        g_assert_cmpuint(read.time, ==, codes[i].time);
    }
}

// One cell of another colour is another number, and none of them is taken for one.
static void
test_damaged(void)
{
    for (size_t cell = 0; cell < BARCODE_CELLS; cell++) {
        Barcode read;
        barcode_write(area, STRIDE, codes[2]);
        for (size_t y = 0; y < BARCODE_HEIGHT; y++)
            for (size_t x = 0; x < BARCODE_CELL; x++)
                area[y * STRIDE + cell * BARCODE_CELL + x] ^= 0xffffff;
        g_assert_false(barcode_read(area, STRIDE, &read));
    }
}

// A codec's losses and the pixels around it do not matter.
static void
test_grey(void)
{
    Barcode read;

    barcode_write(area, STRIDE, codes[2]);
    for (size_t i = 0; i < STRIDE * BARCODE_HEIGHT; i++)
        area[i] = area[i] & 0xffffff ? 0xffb0b0b0 : 0xff404040;
    g_assert_true(barcode_read(area, STRIDE, &read));
    g_assert_cmpuint(read.count, ==, codes[2].count);
}

static void
test_nothing(void)
{
    Barcode read;

    for (uint32_t colour = 0; colour <= 0xffffff; colour += 0xffffff) {
        for (size_t i = 0; i < STRIDE * BARCODE_HEIGHT; i++)
            area[i] = colour;
        g_assert_false(barcode_read(area, STRIDE, &read));
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/barcode/round-trip", test_round_trip);
    g_test_add_func("/barcode/damaged", test_damaged);
    g_test_add_func("/barcode/grey", test_grey);
    g_test_add_func("/barcode/nothing", test_nothing);
    return g_test_run();
}
