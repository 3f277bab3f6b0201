// SPDX-License-Identifier: Apache-2.0

// Pictures in another size: integer factors repeat pixels, others mix exactly what is covered, and
// damage makes anew all that changed and nothing outside of what it names.

#include "rdpbridge/scale.h"

#include <glib.h>
#include <string.h>

static guint8 *
random_pixels(guint32 width, guint32 height)
{
    guint8 *p = g_malloc((gsize)width * 4 * height);

    for (gsize i = 0; i < (gsize)width * 4 * height; i++)
        p[i] = (guint8)g_test_rand_int();
    return p;
}

static guint8 *
scaled(const BridgeScale *s, const guint8 *from)
{
    guint8 *to = g_malloc0((gsize)s->to_width * 4 * s->to_height);
    ViewRect all = {0, 0, s->to_width, s->to_height};

    bridge_scale_pixels(s, all, from, (gsize)s->from_width * 4, to, (gsize)s->to_width * 4);
    return to;
}

static void
test_valid(void)
{
    g_assert_true(bridge_scale_is_valid(&(BridgeScale){1, 1, 1, 1}));
    g_assert_true(bridge_scale_is_valid(
        &(BridgeScale){VIEW_SIDE_MAX, VIEW_SIDE_MAX, VIEW_SIDE_MAX, VIEW_SIDE_MAX}));
    for (guint i = 0; i < 4; i++)
        for (guint bad = 0; bad < 3; bad++) {
            guint32 sides[4] = {9, 9, 9, 9};
            sides[i] = bad == 0 ? 0 : bad == 1 ? VIEW_SIDE_MAX + 1 : G_MAXUINT32;
            g_assert_false(
                bridge_scale_is_valid(&(BridgeScale){sides[0], sides[1], sides[2], sides[3]}));
        }
}

// A little now and then never rests; half of the time is the most for long.
static void
test_pace(void)
{
    BridgeScalePace pace = {0};
    gint64 now = 1000000, busy = 0, start = now;

    for (guint i = 0; i < 100; i++, now += 150000)
        bridge_scale_took(&pace, now, now + 40000);
    g_assert_cmpint(pace.rests_until, ==, 0);
    for (start = now; now < start + 10000000;) {
        bridge_scale_took(&pace, now, now + 7000);
        busy += 7000;
        now = MAX(now + 7000, pace.rests_until);
    }
    g_assert_cmpint(busy, <=, 5100000);
    g_assert_cmpint(busy, >=, 4900000);
}

// Each pixel three times across and twice down.
static void
test_repeats(void)
{
    BridgeScale s = {301, 7, 903, 14};
    g_autofree guint8 *from = random_pixels(301, 7);
    g_autofree guint8 *to = scaled(&s, from);

    for (guint y = 0; y < 14; y++)
        for (guint x = 0; x < 903; x++)
            g_assert_cmpmem(to + (y * 903 + x) * 4, 4, from + (y / 2 * 301 + x / 3) * 4, 4);
}

static guint32
overlap(guint32 a, guint32 length_a, guint32 b, guint32 length_b)
{
    gint64 first = MAX((gint64)a * length_a, (gint64)b * length_b);
    gint64 end = MIN((gint64)(a + 1) * length_a, (gint64)(b + 1) * length_b);

    return (guint32)MAX(end - first, 0);
}

static double
mean(const BridgeScale *s, const guint8 *from, guint32 x, guint32 y, guint k)
{
    double sum = 0;

    for (guint v = 0; v < s->from_height; v++)
        for (guint u = 0; u < s->from_width; u++)
            sum += (double)overlap(x, s->from_width, u, s->to_width) *
                   overlap(y, s->from_height, v, s->to_height) *
                   from[(v * s->from_width + u) * 4 + k];
    return sum / s->from_width / s->from_height;
}

// Of any size, every pixel is the mean of what it covers.
static void
test_means(void)
{
    for (guint round = 0; round < 300; round++) {
        BridgeScale s = {
            (guint32)g_test_rand_int_range(1, 24), (guint32)g_test_rand_int_range(1, 24),
            (guint32)g_test_rand_int_range(1, 24), (guint32)g_test_rand_int_range(1, 24)};
        g_autofree guint8 *from = random_pixels(s.from_width, s.from_height);
        g_autofree guint8 *to = scaled(&s, from);
        for (guint y = 0; y < s.to_height; y++)
            for (guint x = 0; x < s.to_width; x++)
                for (guint k = 0; k < 4; k++)
                    g_assert_cmpfloat_with_epsilon(to[(y * s.to_width + x) * 4 + k],
                                                   mean(&s, from, x, y, k), 2.0);
    }
}

// One colour stays that colour.
static void
test_even(void)
{
    static const BridgeScale sizes[] = {
        {VIEW_SIDE_MAX, 3, 1, 2}, {1, 2, VIEW_SIDE_MAX, 3}, {333, 3, 500, 4}, {2, 400, 3, 7}};

    for (guint i = 0; i < G_N_ELEMENTS(sizes); i++) {
        const BridgeScale *s = &sizes[i];
        gsize size = (gsize)s->from_width * 4 * s->from_height;
        g_autofree guint8 *from = g_malloc(size);
        memset(from, 201, size);
        g_autofree guint8 *to = scaled(s, from);
        for (gsize k = 0; k < (gsize)s->to_width * 4 * s->to_height; k++)
            g_assert_cmpuint(to[k], ==, 201);
    }
}

static ViewRect
random_rect(guint32 width, guint32 height)
{
    gint32 x = g_test_rand_int_range(0, (gint32)width);
    gint32 y = g_test_rand_int_range(0, (gint32)height);

    return (ViewRect){x, y, (guint32)g_test_rand_int_range(1, (gint32)width - x + 1),
                      (guint32)g_test_rand_int_range(1, (gint32)height - y + 1)};
}

// After a change of the picture the damage alone makes the target what all of it would.
static void
test_damage(void)
{
    for (guint round = 0; round < 2000; round++) {
        BridgeScale s = {
            (guint32)g_test_rand_int_range(1, 40), (guint32)g_test_rand_int_range(1, 40),
            (guint32)g_test_rand_int_range(1, 40), (guint32)g_test_rand_int_range(1, 40)};
        g_autofree guint8 *from = random_pixels(s.from_width, s.from_height);
        g_autofree guint8 *to = scaled(&s, from);
        ViewRect r = random_rect(s.from_width, s.from_height);
        for (guint32 y = 0; y < r.height; y++)
            for (guint32 x = 0; x < r.width * 4; x++)
                from[((guint32)r.y + y) * s.from_width * 4 + (guint32)r.x * 4 + x] ^= 0xa5;
        ViewRect d = bridge_scale_rect(&s, r);
        g_assert_cmpint(d.x, >=, 0);
        g_assert_cmpint(d.y, >=, 0);
        g_assert_cmpuint((guint32)d.x + d.width, <=, s.to_width);
        g_assert_cmpuint((guint32)d.y + d.height, <=, s.to_height);
        guint8 *corner = to + ((gsize)d.y * s.to_width + (gsize)d.x) * 4;
        bridge_scale_pixels(&s, d, from, (gsize)s.from_width * 4, corner, (gsize)s.to_width * 4);
        g_autofree guint8 *whole = scaled(&s, from);
        g_assert_cmpmem(to, s.to_width * s.to_height * 4, whole, s.to_width * s.to_height * 4);
    }
}

static void
test_rects(void)
{
    BridgeScale s = {10, 10, 15, 20};
    static const struct {
        ViewRect from, to;
    } rows[] = {
        {{0, 0, 10, 10}, {0, 0, 15, 20}},
        {{1, 1, 1, 1}, {1, 2, 2, 2}}, // 1.5…3, outward
        {{-5, -5, 100, 100}, {0, 0, 15, 20}},
        {{INT32_MIN, 0, G_MAXUINT32, 1}, {0, 0, 15, 2}},
        {{9, 9, G_MAXUINT32, G_MAXUINT32}, {13, 18, 2, 2}},
    };

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        ViewRect r = bridge_scale_rect(&s, rows[i].from);
        g_assert_cmpmem(&r, sizeof r, &rows[i].to, sizeof rows[i].to);
    }
    ViewRect outside = bridge_scale_rect(&s, (ViewRect){10, 0, 5, 5});
    g_assert_cmpuint(outside.width, ==, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/session/scale/pace", test_pace);
    g_test_add_func("/session/scale/valid", test_valid);
    g_test_add_func("/session/scale/repeats", test_repeats);
    g_test_add_func("/session/scale/means", test_means);
    g_test_add_func("/session/scale/even", test_even);
    g_test_add_func("/session/scale/damage", test_damage);
    g_test_add_func("/session/scale/rects", test_rects);
    return g_test_run();
}
