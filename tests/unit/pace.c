// SPDX-License-Identifier: Apache-2.0

// How much may be used over time (rdpbridge/pace.h).

#include "rdpbridge/pace.h"

#include <glib.h>

static void
test_burst_and_wait(void)
{
    BridgePace p;

    bridge_pace_init(&p, 1000, 50, 7);
    for (int i = 0; i < 50; i++) {
        g_assert_cmpint(bridge_pace_wait_us(&p, 7), ==, 0);
        bridge_pace_take(&p, 1, 7);
    }
    g_assert_cmpuint(p.waited, ==, 0);
    bridge_pace_take(&p, 1, 7); // nothing is refused
    g_assert_cmpuint(p.waited, ==, 1);
    g_assert_cmpint(bridge_pace_wait_us(&p, 7), ==, 1001);
    g_assert_cmpint(bridge_pace_wait_us(&p, 507), ==, 501);
    g_assert_cmpint(bridge_pace_wait_us(&p, 1007), ==, 0);
}

// Over any time, no more than the stock and what has grown.
static void
test_bound(void)
{
    BridgePace p;
    gint64 now = 0;
    guint64 taken = 0;

    bridge_pace_init(&p, 2000, 400, now);
    for (int i = 0; i < 100000; i++) {
        gint64 wait = bridge_pace_wait_us(&p, now);
        now += wait > 0 ? wait : g_random_int_range(0, 50);
        bridge_pace_take(&p, 1, now);
        taken++;
        g_assert_cmpuint(taken, <=, 402 + (guint64)now * 2000 / 1000000);
    }
}

static void
test_no_more_than_full(void)
{
    BridgePace p;

    bridge_pace_init(&p, 1, 3, 0);
    bridge_pace_take(&p, 2, G_GINT64_CONSTANT(4000000000000));
    g_assert_cmpint(bridge_pace_wait_us(&p, G_GINT64_CONSTANT(4000000000000)), ==, 0);
    bridge_pace_take(&p, 2, G_GINT64_CONSTANT(4000000000000));
    g_assert_cmpint(bridge_pace_wait_us(&p, G_GINT64_CONSTANT(4000000000000)), >, 0);
    g_assert_cmpint(bridge_pace_wait_us(&p, 5), >, 0); // a clock that went back
    bridge_pace_take(&p, UINT32_MAX, G_GINT64_CONSTANT(9000000000000));
    g_assert_cmpint(bridge_pace_wait_us(&p, G_GINT64_CONSTANT(9000000000000)), >,
                    G_GINT64_CONSTANT(4000000000000000));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/pace/burst-and-wait", test_burst_and_wait);
    g_test_add_func("/pace/bound", test_bound);
    g_test_add_func("/pace/no-more-than-full", test_no_more_than_full);
    return g_test_run();
}
