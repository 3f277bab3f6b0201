// SPDX-License-Identifier: Apache-2.0
// How much sound waits: an hour of a guest whose clock is off by more than any real one, blocks
// that come late, and a machine that stands still, with a server that takes 5 ms at a time.

#include "channel/sound_level.h"

#include <glib.h>
#include <math.h>

#define RATE 48000
#define BLOCK_MS 5.0
#define TAKES_MS 5.0
#define STEER_MS 500
#define BASE_MS 20
#define HOUR_MS (3600 * 1000)

typedef struct {
    ChanSoundLevel level;
    double now_ms;     // of the host
    double made_ms;    // when the guest has made the next block
    double arrives_ms; // and when that arrives
    double taken_ms;   // when the server takes next
    double waiting_ms; // with it
    double empty_ms;   // since then it has had too little; 0: it has not
    double steered_ms; // when the rate was changed
    uint32_t rate;
    guint underruns;
    double least_ms, most_ms; // that waited when a block came, lately
    guint32 most_off;         // of the rate, lately
} Room;

typedef struct {
    double ppm; // by which the guest's clock is slow
    double (*late_ms)(double made_ms);
} Guest;

static double
in_time(double made_ms)
{
    return 0;
}

static void
forget_extremes(Room *r)
{
    r->least_ms = G_MAXDOUBLE;
    r->most_ms = 0;
    r->most_off = 0;
}

static void
room_init(Room *r)
{
    *r = (Room){.waiting_ms = BASE_MS, .rate = RATE};
    chan_sound_level_init(&r->level, BASE_MS);
    chan_sound_level_start(&r->level);
    forget_extremes(r);
}

static void
block_comes(Room *r, const Guest *guest)
{
    if (r->empty_ms > 0) {
        r->underruns++;
        chan_sound_level_ran_empty(&r->level, r->now_ms - r->empty_ms);
        chan_sound_level_start(&r->level);
        r->waiting_ms = MAX(r->waiting_ms, r->level.target_ms);
        r->empty_ms = 0;
    }
    chan_sound_level_block(&r->level, r->waiting_ms, BLOCK_MS);
    r->least_ms = MIN(r->least_ms, r->waiting_ms);
    r->most_ms = MAX(r->most_ms, r->waiting_ms);
    r->waiting_ms += BLOCK_MS;
    uint32_t rate = chan_sound_level_rate(&r->level, RATE);
    if (r->now_ms - r->steered_ms >= STEER_MS && rate != r->rate) {
        r->rate = rate;
        r->steered_ms = r->now_ms;
    }
    r->most_off = MAX(r->most_off, (guint32)ABS((int)rate - RATE));
    r->made_ms += BLOCK_MS * (1 + guest->ppm * 1e-6);
    r->arrives_ms = MAX(r->arrives_ms, r->made_ms + guest->late_ms(r->made_ms));
}

static void
server_takes(Room *r)
{
    double takes = TAKES_MS * r->rate / RATE;

    r->taken_ms += TAKES_MS;
    if (r->empty_ms > 0)
        return;
    if (r->waiting_ms < takes)
        r->empty_ms = r->now_ms;
    r->waiting_ms = MAX(0, r->waiting_ms - takes);
}

static void
run(Room *r, const Guest *guest, double ms)
{
    double end = r->now_ms + ms;

    while (r->now_ms < end) {
        r->now_ms = MIN(r->arrives_ms, r->taken_ms);
        if (r->arrives_ms <= r->taken_ms)
            block_comes(r, guest);
        else
            server_takes(r);
    }
}

static void
test_drift(void)
{
    for (int ppm = -500; ppm <= 500; ppm += 100) {
        Room r;
        Guest guest = {ppm, in_time};
        room_init(&r);
        run(&r, &guest, 5 * 60 * 1000);
        forget_extremes(&r);
        run(&r, &guest, HOUR_MS);
        g_assert_cmpuint(r.underruns, ==, 0);
        g_assert_cmpfloat(r.least_ms, >, BASE_MS - 6);
        g_assert_cmpfloat(r.most_ms, <, BASE_MS + 6);
        // It has settled: the rate is the guest's, give or take what its step and the blocks make.
        g_assert_cmpuint(r.most_off, <=, (guint)(ABS(ppm) * RATE / 1e6) + 12);
    }
}

// Also in the minutes that it takes to learn the difference, at the limits that are promised.
static void
test_drift_is_met_at_once(void)
{
    for (int ppm = -200; ppm <= 200; ppm += 400) {
        Room r;
        Guest guest = {ppm, in_time};
        room_init(&r);
        run(&r, &guest, HOUR_MS);
        g_assert_cmpuint(r.underruns, ==, 0);
        g_assert_cmpfloat(r.least_ms, >, 8);
        g_assert_cmpfloat(r.most_ms, <, BASE_MS + 12);
        g_assert_cmpuint(r.most_off, <=, RATE / 1000);
    }
}

static double
jittery(double made_ms)
{
    static guint32 seed = 1;

    seed = seed * 1103515245u + 12345u;
    return (seed >> 16) % 100 / 10.0; // up to 10 ms
}

static void
test_jitter(void)
{
    Room r;
    Guest guest = {-100, jittery};
    room_init(&r);
    run(&r, &guest, HOUR_MS);
    g_assert_cmpuint(r.underruns, ==, 0);
    g_assert_cmpfloat(r.level.target_ms, <, 40);
}

// 60 ms without a block, now and then, for some minutes.
static double
stalling(double made_ms)
{
    return made_ms < 120000 && fmod(made_ms, 7000) < 60 ? 60 - fmod(made_ms, 7000) : 0;
}

static void
test_stalls_are_learned_and_forgotten(void)
{
    Room r;
    Guest guest = {100, stalling};
    room_init(&r);
    run(&r, &guest, 120 * 1000);
    g_assert_cmpuint(r.underruns, >, 0);
    g_assert_cmpuint(r.underruns, <=, 4);
    g_assert_cmpfloat(r.level.target_ms, >=, 60);
    run(&r, &guest, 4 * 60 * 1000);
    g_assert_cmpfloat(r.level.target_ms, >=, 60);
    run(&r, &guest, 16 * 60 * 1000);
    g_assert_cmpfloat(r.level.target_ms, ==, BASE_MS);
    forget_extremes(&r);
    run(&r, &guest, 60 * 1000);
    g_assert_cmpfloat(r.most_ms, <, BASE_MS + 8);
}

static void
test_burst_is_worked_off(void)
{
    Room r;
    Guest guest = {0, in_time};
    room_init(&r);
    r.waiting_ms = 150;
    run(&r, &guest, 4 * 60 * 1000);
    forget_extremes(&r);
    run(&r, &guest, 60 * 1000);
    g_assert_cmpuint(r.underruns, ==, 0);
    g_assert_cmpfloat(r.least_ms, >, 8);
    g_assert_cmpfloat(r.most_ms, <, 40);
}

static void
test_bounds(void)
{
    ChanSoundLevel level;
    chan_sound_level_init(&level, BASE_MS);
    for (int i = 0; i < 100; i++) {
        chan_sound_level_ran_empty(&level, 1e6);
        chan_sound_level_start(&level);
    }
    g_assert_cmpfloat(level.target_ms, ==, CHAN_SOUND_LEVEL_MAX_MS);
    for (int i = 0; i < 1000; i++)
        chan_sound_level_block(&level, 0, BLOCK_MS);
    g_assert_cmpuint(chan_sound_level_rate(&level, RATE), ==, RATE - RATE / 1000);
    for (int i = 0; i < 100000; i++)
        chan_sound_level_block(&level, 1e6, BLOCK_MS);
    g_assert_cmpuint(chan_sound_level_rate(&level, RATE), ==, RATE + RATE / 1000);
    g_assert_cmpfloat(level.target_ms, <=, CHAN_SOUND_LEVEL_MAX_MS);
}

// Silence alone brings it down at once, to what is to wait and not further.
static void
test_silence(void)
{
    ChanSoundLevel level;
    double waiting = 100;
    chan_sound_level_init(&level, BASE_MS);
    chan_sound_level_start(&level);
    for (int i = 0; i < 1000; i++) {
        chan_sound_level_block(&level, waiting, BLOCK_MS);
        waiting -= chan_sound_level_leave_out(&level, waiting, BLOCK_MS) ? BLOCK_MS : 0;
    }
    g_assert_cmpfloat(waiting, <, BASE_MS + 15);
    g_assert_cmpfloat(waiting, >=, BASE_MS);
    g_assert_cmpfloat(level.target_ms, ==, BASE_MS);
}

// The rate that a sound was made at is where a resampler's place between two samples is lost.
static void
test_rate(void)
{
    ChanSoundLevel level;
    chan_sound_level_init(&level, BASE_MS);
    chan_sound_level_start(&level);
    chan_sound_level_block(&level, BASE_MS, BLOCK_MS);
    g_assert_cmpfloat(level.ppm, ==, 0);
    g_assert_cmpuint(chan_sound_level_rate(&level, RATE), !=, RATE);
}

static void
test_base(void)
{
    ChanSoundLevel level;
    chan_sound_level_init(&level, 40);
    chan_sound_level_start(&level);
    chan_sound_level_set_base(&level, BASE_MS);
    for (int i = 0; i < 200000; i++)
        chan_sound_level_block(&level, level.target_ms, BLOCK_MS);
    g_assert_cmpfloat(level.target_ms, ==, BASE_MS);
    chan_sound_level_set_base(&level, 40);
    g_assert_cmpfloat(level.target_ms, ==, 40);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/view/sound-level/drift", test_drift);
    g_test_add_func("/view/sound-level/drift-at-once", test_drift_is_met_at_once);
    g_test_add_func("/view/sound-level/jitter", test_jitter);
    g_test_add_func("/view/sound-level/stalls", test_stalls_are_learned_and_forgotten);
    g_test_add_func("/view/sound-level/burst", test_burst_is_worked_off);
    g_test_add_func("/view/sound-level/bounds", test_bounds);
    g_test_add_func("/view/sound-level/silence", test_silence);
    g_test_add_func("/view/sound-level/rate", test_rate);
    g_test_add_func("/view/sound-level/base", test_base);
    return g_test_run();
}
