// SPDX-License-Identifier: Apache-2.0
// From drawing to pixels in hand, and how many a second: the guest's half without any RDP.
#include "tests/integration/desktop_harness.h"

#include <X11/Xutil.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS 500
#define CAPTURES 200

static Harness *h;

static int
by_value(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

static guint32
map(Window window, const char *title)
{
    const RaWindow *w = NULL;
    harness_set_text(h, window, "_NET_WM_NAME", title);
    XMapWindow(h->client, window);
    harness_wait(h, (w = harness_find(h, title)) != NULL);
    return w->id;
}

// A program repaints 64×64 pixels; time until they are captured.
static void
bench_small(void)
{
    static double ms[ROUNDS];
    Window window = harness_window(h, 0, 0, 800, 600);
    guint32 id = map(window, "small");
    GC gc = XCreateGC(h->client, window, 0, NULL);
    RaRect rects[16];
    RaPixels pixels[16];
    for (int i = 0; i < ROUNDS; i++) {
        guint32 colour = (guint32)(i * 65793 + 1) & 0xffffff;
        harness_settle(h);
        ra_desktop_take_damage(h->desktop, id, true, rects, 1);
        g_assert_true(ra_desktop_capture_many(h->desktop, id, rects, 1, pixels));
        h->n_damaged = 0;
        gint64 from_us = g_get_monotonic_time();
        XSetForeground(h->client, gc, colour);
        XFillRectangle(h->client, window, gc, 100, 100, 64, 64);
        XFlush(h->client);
        guint32 got = ~0u;
        while (got != colour) {
            while (h->n_damaged == 0)
                g_main_context_iteration(NULL, TRUE);
            h->n_damaged = 0;
            guint n = ra_desktop_take_damage(h->desktop, id, false, rects, 16);
            if (n > 0 && ra_desktop_capture_many(h->desktop, id, rects, n, pixels))
                got = *(const guint32 *)(gconstpointer)pixels[0].data & 0xffffff;
        }
        ms[i] = (double)(g_get_monotonic_time() - from_us) / 1000;
    }
    qsort(ms, ROUNDS, sizeof ms[0], by_value);
    printf("draw 64x64 to captured: p50 %.3f ms, p99 %.3f ms\n", ms[ROUNDS / 2],
           ms[ROUNDS * 99 / 100]);
    g_assert_cmpfloat(ms[ROUNDS / 2], <, 3.0);
    XFreeGC(h->client, gc);
    XDestroyWindow(h->client, window);
}

static void
bench_large(void)
{
    Window window = harness_window(h, 0, 0, 1920, 1080);
    guint32 id = map(window, "large");
    RaRect whole = {0, 0, 1920, 1080};
    RaPixels pixels;
    gint64 from_us = g_get_monotonic_time();
    for (int i = 0; i < CAPTURES; i++)
        g_assert_true(ra_desktop_capture_many(h->desktop, id, &whole, 1, &pixels));
    double s = (double)(g_get_monotonic_time() - from_us) / G_USEC_PER_SEC;
    double mb = CAPTURES * 1920.0 * 1080 * 4 / 1e6;
    printf("capture of 1920x1080: %.2f ms each, %.0f MB/s\n", s * 1000 / CAPTURES, mb / s);
    g_assert_cmpfloat(mb / s, >, 300);
    XDestroyWindow(h->client, window);
}

static void
bench_map(void)
{
    enum { WINDOWS = 100 };
    static double ms[WINDOWS];
    for (int i = 0; i < WINDOWS; i++) {
        Window window = harness_window(h, 0, 0, 100, 100);
        guint before = h->n_new;
        XSync(h->client, False);
        gint64 from_us = g_get_monotonic_time();
        XMapWindow(h->client, window);
        XFlush(h->client);
        while (h->n_new == before)
            g_main_context_iteration(NULL, TRUE);
        ms[i] = (double)(g_get_monotonic_time() - from_us) / 1000;
    }
    qsort(ms, WINDOWS, sizeof ms[0], by_value);
    printf("map request to window_new: p50 %.3f ms, p99 %.3f ms\n", ms[WINDOWS / 2],
           ms[WINDOWS * 99 / 100]);
    g_assert_cmpfloat(ms[WINDOWS / 2], <, 10.0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gint64 from_us = g_get_monotonic_time();
    h = harness_new(SERVER_XVFB);
    g_assert_nonnull(h);
    printf("server and window manager up: %.0f ms\n",
           (double)(g_get_monotonic_time() - from_us) / 1000);
    from_us = g_get_monotonic_time();
    harness_stop_desktop(h);
    harness_start_desktop(h);
    printf("window manager restarted: %.1f ms\n",
           (double)(g_get_monotonic_time() - from_us) / 1000);
    g_test_add_func("/desktop/bench/small", bench_small);
    g_test_add_func("/desktop/bench/large", bench_large);
    g_test_add_func("/desktop/bench/map", bench_map);
    int status = g_test_run();
    harness_free(h);
    return status;
}
