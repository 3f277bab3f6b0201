// SPDX-License-Identifier: Apache-2.0
// The measured rate against pipes whose pace is known: how much lies in the kernel, and that the
// pipe does not idle.
#include "channel/conn.h"
#include "channel/rate.h"

#include <glib.h>

typedef struct {
    guint64 rate;   // bytes per second it takes
    gsize waiting;  // bytes in it
    gsize capacity; // it takes no more than these
    guint64 idle_us, most_waiting;
    guint64 part; // of a byte, in millionths
} Pipe;

static void
pass(Pipe *p, guint64 us)
{
    gsize gone = (gsize)((p->rate * us + p->part) / 1000000);

    p->part = (p->rate * us + p->part) % 1000000;
    if (p->waiting == 0)
        p->idle_us += us;
    p->waiting -= MIN(gone, p->waiting);
}

// Saturates the pipe for some seconds; time moves in steps of 100 us.
static void
saturate(ChanRate *r, Pipe *p, guint64 *now_us, guint64 seconds, gboolean reported)
{
    guint64 end = *now_us + seconds * 1000000;

    p->idle_us = p->most_waiting = 0;
    for (; *now_us < end; *now_us += 100) {
        pass(p, 100);
        gboolean open = TRUE;
        while (open) {
            if (reported && chan_rate_asks(r, *now_us))
                chan_rate_waiting(r, p->waiting, *now_us);
            open = chan_rate_open(r, *now_us);
            if (!open)
                break;
            gsize n = MIN(chan_rate_frame_max(r) + 32, p->capacity - p->waiting);
            if (n == 0) {
                chan_rate_blocked(r, *now_us);
                break;
            }
            p->waiting += n;
            p->most_waiting = MAX(p->most_waiting, p->waiting);
            chan_rate_written(r, n, *now_us);
        }
    }
}

static void
test_reported(void)
{
    static const guint64 rates[] = {5000, 50000, 1000000, 20000000, 100000000};

    for (gsize i = 0; i < G_N_ELEMENTS(rates); i++) {
        Pipe p = {.rate = rates[i], .capacity = 1 << 20};
        guint64 now = 1000000;
        ChanRate r;
        chan_rate_init(&r);
        saturate(&r, &p, &now, 1, TRUE);
        saturate(&r, &p, &now, 4, TRUE);
        g_test_message("%" G_GUINT64_FORMAT " B/s: measured %" G_GUINT64_FORMAT
                       ", most waiting %" G_GUINT64_FORMAT ", idle %" G_GUINT64_FORMAT " us",
                       rates[i], r.rate, p.most_waiting, p.idle_us);
        guint64 span = MAX(rates[i] * CHAN_RATE_SPAN_US / 1000000, CHAN_RATE_BURST_MIN);
        // What waits when a frame goes is half the span at most, and the frame is a span.
        g_assert_cmpuint(p.most_waiting, <=, span * 2 + 32);
        g_assert_cmpuint(p.idle_us, <=, 400000);
    }
}

// A pipe becomes slower and faster again.
static void
test_changes(void)
{
    Pipe p = {.rate = 50000000, .capacity = 200000};
    guint64 now = 1000000;
    ChanRate r;

    chan_rate_init(&r);
    saturate(&r, &p, &now, 1, TRUE);
    p.rate = 50000;
    saturate(&r, &p, &now, 6, TRUE);
    saturate(&r, &p, &now, 2, TRUE);
    g_assert_cmpuint(p.most_waiting, <=, 2 * CHAN_RATE_BURST_MIN + 32);
    p.rate = 50000000;
    saturate(&r, &p, &now, 1, TRUE);
    saturate(&r, &p, &now, 2, TRUE);
    g_assert_cmpuint(p.idle_us, <=, 400000);
}

// Where the system does not say what waits, the moments at which it is full tell the rate.
static void
test_blocked(void)
{
    Pipe p = {.rate = 1000000, .capacity = 16384};
    guint64 now = 1000000;
    ChanRate r;

    chan_rate_init(&r);
    saturate(&r, &p, &now, 3, FALSE);
    g_assert_cmpuint(r.rate, >, 500000);
    g_assert_cmpuint(r.rate, <, 2000000);
    g_assert_cmpuint(chan_rate_frame_max(&r), <, 12000);
    p.rate = 10000000;
    saturate(&r, &p, &now, 3, FALSE);
    g_assert_cmpuint(r.rate, >, 5000000);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/channel/rate/reported", test_reported);
    g_test_add_func("/channel/rate/changes", test_changes);
    g_test_add_func("/channel/rate/blocked", test_blocked);
    return g_test_run();
}
