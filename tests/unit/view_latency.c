// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/x11/latency.h"

#include <glib.h>

static void
test_none(void)
{
    HostLatency l = {0};

    g_assert_cmpuint(host_latency_percentile(&l, 50), ==, 0);
    host_latency_painted(&l, 5);
    g_assert_cmpuint(l.count, ==, 0);
}

static void
test_percentiles(void)
{
    HostLatency l = {0};

    for (int i = 1; i <= 100; i++) {
        host_latency_pressed(&l, i * 1000000);
        host_latency_painted(&l, i * 1000000 + 101 - i);
        host_latency_painted(&l, i * 1000000 + 500); // of no key
    }
    g_assert_cmpuint(l.count, ==, 100);
    g_assert_cmpuint(host_latency_percentile(&l, 1), ==, 1);
    g_assert_cmpuint(host_latency_percentile(&l, 50), ==, 50);
    g_assert_cmpuint(host_latency_percentile(&l, 99), ==, 99);
    g_assert_cmpuint(host_latency_percentile(&l, 100), ==, 100);
}

// The last ones count.
static void
test_many(void)
{
    HostLatency l = {0};

    for (int i = 0; i < 10 * HOST_LATENCY_SAMPLES; i++) {
        host_latency_pressed(&l, i * 1000000 + 1);
        host_latency_painted(&l, i * 1000000 + 1 + (i < 9 * HOST_LATENCY_SAMPLES ? 9000 : 7));
    }
    g_assert_cmpuint(host_latency_percentile(&l, 100), ==, 7);
}

static void
test_keys_that_paint_nothing(void)
{
    HostLatency l = {0};

    host_latency_pressed(&l, 1);
    host_latency_pressed(&l, 400); // the first is waited for
    host_latency_painted(&l, 1001);
    g_assert_cmpuint(host_latency_percentile(&l, 50), ==, 1000);
    host_latency_pressed(&l, 2000);
    host_latency_painted(&l, 3000000); // too late to come of it
    g_assert_cmpuint(l.count, ==, 1);
    host_latency_pressed(&l, 4000000);
    host_latency_pressed(&l, 6000000); // the former is given up
    host_latency_painted(&l, 6000300);
    g_assert_cmpuint(l.count, ==, 2);
    g_assert_cmpuint(host_latency_percentile(&l, 1), ==, 300);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/latency/none", test_none);
    g_test_add_func("/latency/percentiles", test_percentiles);
    g_test_add_func("/latency/many", test_many);
    g_test_add_func("/latency/keys-that-paint-nothing", test_keys_that_paint_nothing);
    return g_test_run();
}
