// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/x11/rects.h"

#include <string.h>

#define SIDE 200

static void
paint(guint8 *canvas, const RaRect *r)
{
    for (int y = MAX(r->y, 0); y < MIN(r->y + r->height, SIDE); y++) {
        for (int x = MAX(r->x, 0); x < MIN(r->x + r->width, SIDE); x++)
            canvas[y * SIDE + x] = 1;
    }
}

static void
assert_covers(const RaRects *rects, const guint8 *wanted)
{
    g_autofree guint8 *got = g_malloc0(SIDE * SIDE);
    for (guint i = 0; i < rects->count; i++)
        paint(got, &rects->rect[i]);
    for (int i = 0; i < SIDE * SIDE; i++)
        g_assert_true(got[i] >= wanted[i]);
}

// Whatever is added, merged, limited: every pixel stays covered.
static void
test_cover(void)
{
    for (int round = 0; round < 200; round++) {
        g_autofree guint8 *wanted = g_malloc0(SIDE * SIDE);
        RaRects rects = {0};
        int n = g_test_rand_int_range(1, 120);
        for (int i = 0; i < n; i++) {
            RaRect r = {g_test_rand_int_range(-20, SIDE), g_test_rand_int_range(-20, SIDE),
                        g_test_rand_int_range(0, 40), g_test_rand_int_range(0, 40)};
            paint(wanted, &r);
            ra_rects_add(&rects, r);
            g_assert_cmpuint(rects.count, <=, RA_RECTS_MAX);
        }
        assert_covers(&rects, wanted);
        guint max = (guint)g_test_rand_int_range(1, 20);
        ra_rects_limit(&rects, max);
        g_assert_cmpuint(rects.count, <=, max);
        assert_covers(&rects, wanted);
        ra_rects_clip(&rects, SIDE, SIDE);
        for (guint i = 0; i < rects.count; i++) {
            const RaRect *r = &rects.rect[i];
            g_assert_true(r->x >= 0 && r->y >= 0 && r->width > 0 && r->height > 0);
            g_assert_true(r->x + r->width <= SIDE && r->y + r->height <= SIDE);
        }
        assert_covers(&rects, wanted);
    }
}

static void
test_merge(void)
{
    RaRects rects = {0};
    // Two halves of a line of text become one; far corners stay two.
    ra_rects_add(&rects, (RaRect){0, 0, 50, 16});
    ra_rects_add(&rects, (RaRect){50, 0, 50, 16});
    g_assert_cmpuint(rects.count, ==, 1);
    g_assert_cmpint(rects.rect[0].width, ==, 100);
    ra_rects_add(&rects, (RaRect){1800, 1000, 64, 64});
    g_assert_cmpuint(rects.count, ==, 2);
    ra_rects_add(&rects, (RaRect){10, 2, 5, 5});
    g_assert_cmpuint(rects.count, ==, 2);
    ra_rects_add(&rects, (RaRect){0, 0, 0, 10});
    ra_rects_add(&rects, (RaRect){0, 0, -4, 10});
    g_assert_cmpuint(rects.count, ==, 2);
    ra_rects_clip(&rects, 100, 100);
    g_assert_cmpuint(rects.count, ==, 1);
    ra_rects_clear(&rects);
    g_assert_cmpuint(rects.count, ==, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/desktop/rects/cover", test_cover);
    g_test_add_func("/desktop/rects/merge", test_merge);
    return g_test_run();
}
