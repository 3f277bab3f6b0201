// SPDX-License-Identifier: Apache-2.0
#pragma once

// What this thread has used of the processor so far, in µs: what somebody else does meanwhile does
// not count.

#include <glib.h>
#include <time.h>

static inline gint64
chan_spent_us(void)
{
    struct timespec used;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    return (gint64)used.tv_sec * G_USEC_PER_SEC + used.tv_nsec / 1000;
}
