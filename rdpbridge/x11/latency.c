// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/x11/latency.h"

#include <stdlib.h>
#include <string.h>

#define GIVE_UP_US 1000000

void
host_latency_pressed(HostLatency *l, int64_t now)
{
    if (l->pressed_us == 0 || now - l->pressed_us > GIVE_UP_US)
        l->pressed_us = now;
}

void
host_latency_painted(HostLatency *l, int64_t now)
{
    int64_t took = now - l->pressed_us;

    if (l->pressed_us == 0)
        return;
    l->pressed_us = 0;
    if (took >= 0 && took <= GIVE_UP_US)
        l->samples_us[l->count++ % HOST_LATENCY_SAMPLES] = (uint32_t)took;
}

static int
compare(const void *a, const void *b)
{
    uint32_t x, y;

    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return (x > y) - (x < y);
}

uint32_t
host_latency_percentile(const HostLatency *l, unsigned percent)
{
    uint32_t sorted[HOST_LATENCY_SAMPLES];
    unsigned n = l->count < HOST_LATENCY_SAMPLES ? l->count : HOST_LATENCY_SAMPLES;

    if (n == 0)
        return 0;
    memcpy(sorted, l->samples_us, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, compare);
    return sorted[(n * percent + 99) / 100 - 1];
}
