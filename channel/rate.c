// SPDX-License-Identifier: Apache-2.0
#include "channel/rate.h"

#include "channel/conn.h"

#include <string.h>

#define SECOND_US 1000000u
#define WINDOW_US 10000u
#define BURST_START 4096 // before anything is known
#define BURST_MAX (8 * 1024 * 1024)
#define LOOK_MIN_US 1000u
#define LOOK_MAX_US 5000u
#define LOOK_SLOW 200000u // below this rate nothing is gained by looking more often than it drains

void
chan_rate_init(ChanRate *r)
{
    memset(r, 0, sizeof *r);
    r->burst = BURST_START;
}

static void
set_rate(ChanRate *r, uint64_t rate)
{
    uint64_t burst = rate * CHAN_RATE_SPAN_US / SECOND_US;

    r->rate = rate > 0 ? rate : 1;
    r->burst = burst < CHAN_RATE_BURST_MIN ? CHAN_RATE_BURST_MIN
               : burst > BURST_MAX         ? BURST_MAX
                                           : (size_t)burst;
}

void
chan_rate_written(ChanRate *r, size_t n, uint64_t now_us)
{
    if (r->reported && r->waiting == 0) {
        r->window_us = now_us;
        r->drained = 0;
    }
    r->waiting += n;
    if (r->reported)
        return;
    r->drained += n;
    if (r->rate == 0 && r->burst < CHAN_FRAME_MAX)
        r->burst *= 2;
    // All that was given went in without a block: the pipe takes this much at least.
    uint64_t took = now_us - r->window_us;
    if (r->measuring && took >= WINDOW_US) {
        uint64_t sample = (uint64_t)r->drained * SECOND_US / took;
        if (sample > r->rate)
            set_rate(r, sample);
        r->window_us = now_us;
        r->drained = 0;
    }
}

bool
chan_rate_asks(const ChanRate *r, uint64_t now_us)
{
    return r->waiting > r->burst / 2 || (r->waiting > 0 && now_us - r->asked_us >= LOOK_MIN_US);
}

void
chan_rate_waiting(ChanRate *r, size_t bytes, uint64_t now_us)
{
    // Some systems count their own overhead too.
    size_t left = bytes < r->waiting ? bytes : r->waiting;
    uint64_t took = now_us - r->window_us;

    r->reported = true;
    r->asked_us = now_us;
    if (r->waiting == 0)
        return;
    bool held = r->waiting > r->burst / 2;
    r->drained += r->waiting - left;
    r->waiting = left;
    uint64_t sample = (uint64_t)r->drained * SECOND_US / (took > 0 ? took : 1);
    if (left == 0) {
        // It was empty earlier than now: the rate is this or more. That says something only when
        // more would have been written.
        if (held && sample > r->rate)
            set_rate(r, sample);
    } else if (took >= WINDOW_US) {
        // Half of it: a reader that was kept from reading for once is no slow pipe.
        set_rate(r, r->rate == 0 ? sample : (r->rate + sample) / 2);
        r->window_us = now_us;
        r->drained = 0;
    }
}

// Without word from the system: what was written between two moments at which the kernel was full
// has left meanwhile.
void
chan_rate_blocked(ChanRate *r, uint64_t now_us)
{
    if (r->reported)
        return;
    uint64_t took = now_us - r->window_us;
    if (r->measuring && took < WINDOW_US)
        return;
    if (r->measuring)
        set_rate(r, (uint64_t)r->drained * SECOND_US / took);
    r->measuring = true;
    r->window_us = now_us;
    r->drained = 0;
}

// What has left by now by the measured rate, taken a quarter too high: so the kernel is full now
// and then, and a pipe that became faster is noticed.
static void
leak(ChanRate *r, uint64_t now_us)
{
    uint64_t gone = (now_us - r->leaked_us) * (r->rate + r->rate / 4) / SECOND_US;

    if (r->rate == 0 || gone >= r->waiting)
        r->waiting = 0;
    else
        r->waiting -= (size_t)gone;
    if (r->rate == 0 || gone > 0)
        r->leaked_us = now_us;
}

bool
chan_rate_open(ChanRate *r, uint64_t now_us)
{
    if (!r->reported)
        leak(r, now_us);
    return r->waiting <= r->burst / 2;
}

uint64_t
chan_rate_deadline(const ChanRate *r)
{
    if (r->waiting <= r->burst / 2)
        return UINT64_MAX;
    uint64_t surplus = r->waiting - r->burst / 2;
    uint64_t wait = r->rate > 0 && r->rate < LOOK_SLOW ? surplus * SECOND_US / r->rate : 0;

    return (r->reported ? r->asked_us : r->leaked_us) + (wait < LOOK_MIN_US   ? LOOK_MIN_US
                                                         : wait > LOOK_MAX_US ? LOOK_MAX_US
                                                                              : wait);
}

size_t
chan_rate_frame_max(const ChanRate *r)
{
    return r->burst < CHAN_FRAME_MAX ? r->burst : CHAN_FRAME_MAX;
}
