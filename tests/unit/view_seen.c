// SPDX-License-Identifier: Apache-2.0
// Which windows are seen, and how often their monitor is painted.

#include "rdpbridge/x11/rates.h"
#include "rdpbridge/x11/sight.h"

#include <glib.h>

static void
test_sight(void)
{
    static const struct {
        HostSight sight;
        bool seen;
    } cases[] = {
        {{.viewable = true}, true},
        {{.viewable = false}, false},
        {{.viewable = true, .obscured = true}, false},
        {{.viewable = true, .minimized = true}, false},
        {{.viewable = true, .composited = true}, true},
        // Another desktop, where the window manager unmaps.
        {{.viewable = true, .elsewhere = true, .monitors = 1}, false},
        {{.viewable = true, .elsewhere = true, .monitors = 2}, false},
        // One on each monitor: still there.
        {{.viewable = true, .elsewhere = true, .whole_viewable = true, .monitors = 2}, true},
        {{.viewable = true, .elsewhere = true, .whole_viewable = true, .monitors = 1}, true},
        // Under a compositor it is there in any case.
        {{.viewable = true,
          .elsewhere = true,
          .whole_viewable = true,
          .composited = true,
          .monitors = 1},
         false},
        {{.viewable = true,
          .elsewhere = true,
          .whole_viewable = true,
          .composited = true,
          .iconic = true,
          .monitors = 2},
         false},
        {{.viewable = true,
          .elsewhere = true,
          .whole_viewable = true,
          .composited = true,
          .monitors = 2},
         true},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        g_assert_true(host_sight_is_seen(&cases[i].sight) == cases[i].seen);
}

static void
test_modes(void)
{
    // 1920 × 1080 of CEA-861, of VESA at 144 Hz, and what is none.
    HostMode m = {.dot_clock = 148500000, .h_total = 2200, .v_total = 1125};

    g_assert_cmpuint(host_rates_of_mode(&m), ==, 60000);
    m.interlaced = true;
    g_assert_cmpuint(host_rates_of_mode(&m), ==, 120000);
    m.doubled = true;
    g_assert_cmpuint(host_rates_of_mode(&m), ==, 60000);
    m = (HostMode){.dot_clock = 148352000, .h_total = 2200, .v_total = 1125};
    g_assert_cmpuint(host_rates_of_mode(&m), ==, 59940);
    m.v_total = 0;
    g_assert_cmpuint(host_rates_of_mode(&m), ==, 0);
    m = (HostMode){.dot_clock = 1, .h_total = 2200, .v_total = 1125};
    g_assert_cmpuint(host_rates_of_mode(&m), ==, 0);
    m = (HostMode){.dot_clock = 148500000, .h_total = 2, .v_total = 2};
    g_assert_cmpuint(host_rates_of_mode(&m), ==, 0);
}

static void
test_rates(void)
{
    HostRates r = {0};
    const ViewRect window = {1800, 100, 400, 300};

    g_assert_cmpuint(host_rates_at(&r, &window), ==, CHAN_WINDOW_REFRESH_USUAL);
    host_rates_add(&r, &(ViewRect){0, 0, 1920, 1080}, 60000);
    host_rates_add(&r, &(ViewRect){1920, 0, 2560, 1440}, 144000);
    host_rates_add(&r, &(ViewRect){0, 0, 100, 100}, 0); // nobody knows
    g_assert_cmpuint(r.count, ==, 2);
    g_assert_cmpuint(host_rates_best(&r), ==, 144000);
    g_assert_cmpuint(host_rates_at(&r, &(ViewRect){10, 10, 100, 100}), ==, 60000);
    g_assert_cmpuint(host_rates_at(&r, &window), ==, 144000);
    g_assert_cmpuint(host_rates_at(&r, &(ViewRect){1600, 100, 400, 300}), ==, 60000);
    g_assert_cmpuint(host_rates_at(&r, &(ViewRect){1820, 0, 200, 10}), ==, 144000); // half and half
    g_assert_cmpuint(host_rates_at(&r, &(ViewRect){-500, -500, 10, 10}), ==, 144000);
    for (unsigned i = 0; i < 2 * VIEW_MONITORS_MAX; i++)
        host_rates_add(&r, &window, 30000);
    g_assert_cmpuint(r.count, ==, VIEW_MONITORS_MAX);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/seen/sight", test_sight);
    g_test_add_func("/seen/modes", test_modes);
    g_test_add_func("/seen/rates", test_rates);
    return g_test_run();
}
