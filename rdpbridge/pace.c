// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/pace.h"

#define MILLION 1000000

static void
grow(BridgePace *p, int64_t now_us)
{
    int64_t full = (int64_t)p->burst * MILLION;
    int64_t missing_us = (full - p->stock) / p->per_s + 1;

    if (now_us - p->last_us >= missing_us) // also the clock's first value
        p->stock = full;
    else if (now_us > p->last_us)
        p->stock += (now_us - p->last_us) * p->per_s;
    p->last_us = now_us;
}

void
bridge_pace_init(BridgePace *p, uint32_t per_s, uint32_t burst, int64_t now_us)
{
    *p = (BridgePace){
        .per_s = per_s, .burst = burst, .stock = (int64_t)burst * MILLION, .last_us = now_us};
}

void
bridge_pace_take(BridgePace *p, uint32_t amount, int64_t now_us)
{
    grow(p, now_us);
    bool had = p->stock >= 0;
    p->stock -= (int64_t)amount * MILLION;
    p->waited += had && p->stock < 0;
}

int64_t
bridge_pace_wait_us(BridgePace *p, int64_t now_us)
{
    grow(p, now_us);
    return p->stock >= 0 ? 0 : -p->stock / p->per_s + 1;
}
