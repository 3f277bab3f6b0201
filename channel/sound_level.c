// SPDX-License-Identifier: Apache-2.0
#include "channel/sound_level.h"

#include <math.h>
#include <string.h>

#define SMOOTH_MS 2000.0 // over so much sound the fill is averaged
#define WINDOW_MS 10000.0
#define RESERVE_MS 5.0 // that the deepest dip has to leave: what the server takes at a time
#define DIPS 1.5       // a dip deeper by half is still to come
#define ENOUGH_MS 8.0  // above the target: silence is left out
#define SHRINK_MS 2.0  // a window, or
#define SHRINK_SHARE 8 // this part of what is above the base
#define GAP_MS 50.0    // more than so much is no measure for what comes next
// A time constant of 17 s, and four times as fast where much is missing: a gap is heard, and some
// milliseconds more are not. What the server takes at a time is no measure: where its ticks and the
// guest's blocks move past each other, a block finds more or less by that. With this share of the
// sum, a difference between the clocks is learned without swinging.
#define PPM_PER_MS 60.0
#define PPM_PER_MS_MISSING 160.0
#define TAKEN_MS 5.0
#define PPM_PER_MS_S 0.9
#define HELD_PPM_MAX 700.0

void
chan_sound_level_init(ChanSoundLevel *level, unsigned base_ms)
{
    *level = (ChanSoundLevel){.base_ms = base_ms, .target_ms = base_ms, .fill_ms = -1};
}

void
chan_sound_level_set_base(ChanSoundLevel *level, unsigned base_ms)
{
    level->base_ms = base_ms;
    level->target_ms = fmax(level->target_ms, base_ms);
}

void
chan_sound_level_start(ChanSoundLevel *level)
{
    level->fill_ms = -1;
    level->ppm = level->held_ppm;
}

void
chan_sound_level_need(ChanSoundLevel *l, double need_ms)
{
    l->needs_ms[0] = fmax(l->needs_ms[0], need_ms);
    l->target_ms = fmin(fmax(l->target_ms, need_ms), CHAN_SOUND_LEVEL_MAX_MS);
}

// More is kept at once, less only after no window has needed it.
static void
end_window(ChanSoundLevel *l)
{
    double needed = l->base_ms;

    for (int i = 0; i < CHAN_SOUND_LEVEL_WINDOWS; i++)
        needed = fmax(needed, l->needs_ms[i]);
    double less = fmax(SHRINK_MS, (l->target_ms - l->base_ms) / SHRINK_SHARE);
    l->target_ms = fmax(fmin(needed, l->target_ms), l->target_ms - less);
    memmove(l->needs_ms + 1, l->needs_ms, sizeof l->needs_ms - sizeof *l->needs_ms);
    l->needs_ms[0] = 0;
    l->window_ms = 0;
}

static double
limited(double value, double most)
{
    return fmax(-most, fmin(most, value));
}

// Proportional and integral; the sum stands still while more than may be is asked for.
static void
steer(ChanSoundLevel *l, double block_ms)
{
    double error = l->fill_ms - l->target_ms;
    double missing = fmin(0, error + TAKEN_MS);
    double wanted = error * PPM_PER_MS + missing * PPM_PER_MS_MISSING + l->held_ppm;

    l->ppm = limited(wanted, CHAN_SOUND_LEVEL_PPM);
    if (l->ppm == wanted)
        l->held_ppm = limited(l->held_ppm + error * PPM_PER_MS_S * block_ms / 1000, HELD_PPM_MAX);
}

void
chan_sound_level_block(ChanSoundLevel *l, double waiting_ms, double block_ms)
{
    if (l->fill_ms < 0)
        l->fill_ms = waiting_ms;
    l->fill_ms += (waiting_ms - l->fill_ms) * fmin(1, block_ms / SMOOTH_MS);
    chan_sound_level_need(l, (l->fill_ms - waiting_ms) * DIPS + RESERVE_MS);
    steer(l, block_ms);
    l->window_ms += block_ms;
    if (l->window_ms >= WINDOW_MS)
        end_window(l);
}

bool
chan_sound_level_leave_out(ChanSoundLevel *l, double waiting_ms, double block_ms)
{
    double enough = l->target_ms + ENOUGH_MS;

    if (l->fill_ms < enough || waiting_ms < enough)
        return false;
    l->fill_ms -= block_ms;
    return true;
}

void
chan_sound_level_ran_empty(ChanSoundLevel *l, double gap_ms)
{
    double fill_ms = l->fill_ms < 0 ? l->target_ms : l->fill_ms;

    chan_sound_level_need(l, fill_ms + fmin(gap_ms, GAP_MS) + RESERVE_MS);
}

uint32_t
chan_sound_level_rate(const ChanSoundLevel *level, uint32_t rate)
{
    uint32_t wanted = (uint32_t)lrint(rate * (1 + level->ppm * 1e-6));

    return wanted == rate ? rate + 1 : wanted;
}
