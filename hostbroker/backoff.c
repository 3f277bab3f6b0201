// SPDX-License-Identifier: Apache-2.0
#include "hostbroker/backoff.h"

#include <string.h>

static const int delays_ms[BROKER_BACKOFF_MAX] = {0, 200, 600, 1500, 3000};

int
broker_backoff_crashed(BrokerBackoff *b, gint64 now_us)
{
    guint kept = 0;

    for (guint i = 0; i < b->count; i++)
        if (now_us - b->crashes_us[i] < BROKER_BACKOFF_WINDOW_US)
            b->crashes_us[kept++] = b->crashes_us[i];
    b->count = kept;
    if (b->count == BROKER_BACKOFF_MAX) {
        memset(b, 0, sizeof *b);
        return -1;
    }
    b->crashes_us[b->count] = now_us;
    return delays_ms[b->count++];
}
