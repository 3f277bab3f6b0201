// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/x11/sound_level.h"

#include <math.h>
#include <string.h>

#define MARGIN_MS 60      // least amount to keep
#define MARGIN_STEP_MS 20 // at least, when it was too small
#define MARGIN_MAX_MS 120
#define START_MS 80    // above the margin: what the server takes at once, and blocks under way
#define SURPLUS_MS 50  // above the margin: is brought down slowly
#define MUCH_MS 150    // above the margin: is brought down faster
#define CEILING_MS 300 // of the level: not stretched any more
#define WINDOW_S 2
// 2000 ppm make 440 Hz 0.9 Hz higher.
#define SLOW_PPM 1000
#define FAST_PPM 2000
#define MILLION 1000000
#define SHORTEST_BLOCK 32 // frames; a shorter one is left as it is

void
host_sound_level_start(HostSoundLevel *level, uint32_t rate)
{
    unsigned margin = level->margin_ms < MARGIN_MS ? MARGIN_MS : level->margin_ms;

    *level = (HostSoundLevel){.rate = rate, .margin_ms = margin, .least_ms = UINT32_MAX};
}

void
host_sound_level_ran_empty(HostSoundLevel *level, unsigned gap_ms)
{
    unsigned more = gap_ms > MARGIN_STEP_MS ? gap_ms : MARGIN_STEP_MS;

    level->margin_ms +=
        more < MARGIN_MAX_MS - level->margin_ms ? more : MARGIN_MAX_MS - level->margin_ms;
}

unsigned
host_sound_level_prebuffer_ms(const HostSoundLevel *level)
{
    return level->margin_ms + START_MS;
}

// Too little in one window is enough to act on; too much has to last through all of them.
static void
end_window(HostSoundLevel *l)
{
    unsigned last = l->least_ms, always = l->least_ms;

    for (int i = SOUND_LEVEL_WINDOWS - 1; i > 0; i--) {
        l->seen_ms[i] = l->seen_ms[i - 1];
        always = l->seen_ms[i] < always ? l->seen_ms[i] : always;
    }
    l->seen_ms[0] = last;
    l->least_ms = UINT32_MAX;
    l->frames = 0;
    if (last < l->margin_ms)
        l->ppm = SLOW_PPM;
    else if (always > l->margin_ms + MUCH_MS)
        l->ppm = -FAST_PPM;
    else if (always > l->margin_ms + SURPLUS_MS)
        l->ppm = -SLOW_PPM;
    else
        l->ppm = 0;
}

static int64_t
limited(int64_t n, int64_t most)
{
    return n > most ? most : n < -most ? -most : n;
}

int
host_sound_level_block(HostSoundLevel *l, unsigned waiting_ms, size_t frames)
{
    if (waiting_ms < l->least_ms)
        l->least_ms = waiting_ms;
    l->frames += frames;
    if (l->frames >= (uint64_t)l->rate * WINDOW_S)
        end_window(l);
    if (l->ppm > 0 && waiting_ms > CEILING_MS)
        return 0;
    l->due += (int64_t)frames * l->ppm;
    int64_t n = l->due / MILLION;
    int64_t most = frames < SHORTEST_BLOCK ? 0 : 1 + (int64_t)(frames / 100);
    n = limited(n, most);
    l->due = limited(l->due - n * MILLION, MILLION);
    return (int)n;
}

// Catmull-Rom through the four frames around the place between a (at) and the next one.
static double
between(const int16_t *in, size_t frames, unsigned channels, size_t at, double x)
{
    size_t next = at + 1 < frames ? at + 1 : at;
    double a = in[(at > 0 ? at - 1 : at) * channels], b = in[at * channels];
    double c = in[next * channels], d = in[(next + 1 < frames ? next + 1 : next) * channels];

    return b + 0.5 * x * (c - a + x * (2 * a - 5 * b + 4 * c - d + x * (3 * (b - c) + d - a)));
}

void
host_sound_stretch(const int16_t *in, size_t frames, unsigned channels, int16_t *out,
                   size_t out_frames)
{
    for (size_t i = 0; i < out_frames; i++) {
        double place = (double)i * (double)(frames - 1) / (double)(out_frames - 1);
        size_t at = (size_t)place;
        for (unsigned channel = 0; channel < channels; channel++) {
            double v = between(in + channel, frames, channels, at, place - (double)at);
            out[i * channels + channel] = (int16_t)lrint(fmax(INT16_MIN, fmin(INT16_MAX, v)));
        }
    }
}
