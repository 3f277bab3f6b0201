// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/x11/rates.h"

uint32_t
host_rates_of_mode(const HostMode *m)
{
    double lines = m->v_total;

    if (m->doubled)
        lines *= 2;
    if (m->interlaced)
        lines /= 2;
    double mhz =
        m->h_total > 0 && lines > 0 ? (double)m->dot_clock / (m->h_total * lines) * 1000 : 0;
    return mhz >= CHAN_WINDOW_REFRESH_MIN && mhz <= CHAN_WINDOW_REFRESH_MAX ? (uint32_t)(mhz + 0.5)
                                                                            : 0;
}

void
host_rates_add(HostRates *r, const ViewRect *rect, uint32_t mhz)
{
    if (mhz == 0 || r->count == VIEW_MONITORS_MAX)
        return;
    r->monitor[r->count].rect = *rect;
    r->monitor[r->count++].mhz = mhz;
}

uint32_t
host_rates_best(const HostRates *r)
{
    uint32_t best = 0;

    for (unsigned i = 0; i < r->count; i++)
        if (r->monitor[i].mhz > best)
            best = r->monitor[i].mhz;
    return best != 0 ? best : CHAN_WINDOW_REFRESH_USUAL;
}

static int64_t
overlap(int32_t a, uint32_t a_size, int32_t b, uint32_t b_size)
{
    int64_t from = a > b ? a : b;
    int64_t a_end = (int64_t)a + a_size, b_end = (int64_t)b + b_size;

    return (a_end < b_end ? a_end : b_end) - from;
}

uint32_t
host_rates_at(const HostRates *r, const ViewRect *w)
{
    int64_t most = 0;
    uint32_t mhz = 0;

    for (unsigned i = 0; i < r->count; i++) {
        const ViewRect *m = &r->monitor[i].rect;
        int64_t wide = overlap(m->x, m->width, w->x, w->width);
        int64_t high = overlap(m->y, m->height, w->y, w->height);
        int64_t area = wide > 0 && high > 0 ? wide * high : 0;
        if (area > most || (area == most && area > 0 && r->monitor[i].mhz > mhz)) {
            most = area;
            mhz = r->monitor[i].mhz;
        }
    }
    return mhz != 0 ? mhz : host_rates_best(r);
}
