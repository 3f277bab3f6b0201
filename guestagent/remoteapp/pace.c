// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/pace.h"

#define FRAMES_AT_ONCE 2
#define SMALL_US 1000000

static int64_t
interval_of(uint32_t refresh_mhz)
{
    return 1000000000 / (int64_t)refresh_mhz;
}

void
ra_pace_init(RaPace *p)
{
    *p = (RaPace){.interval_us = interval_of(CHAN_WINDOW_REFRESH_USUAL)};
}

bool
ra_pace_set(RaPace *p, const ChanWindowPace *said)
{
    bool again = p->unseen && said->seen != CHAN_SEEN_NOT;
    bool quicker = p->small && said->seen == CHAN_SEEN;

    p->unseen = said->seen == CHAN_SEEN_NOT;
    p->small = said->seen == CHAN_SEEN_SMALL;
    p->interval_us = p->small ? SMALL_US : interval_of(said->refresh_mhz);
    if (again || quicker)
        p->full_us = 0;
    return again;
}

void
ra_pace_input(RaPace *p, int64_t input_us)
{
    if (input_us <= p->input_us)
        return;
    p->input_us = input_us;
    p->full_us = 0;
}

int64_t
ra_pace_due(const RaPace *p)
{
    return p->unseen ? RA_PACE_NEVER : p->full_us - (FRAMES_AT_ONCE - 1) * p->interval_us;
}

void
ra_pace_went(RaPace *p, int64_t now)
{
    p->full_us = (p->full_us > now ? p->full_us : now) + p->interval_us;
}
