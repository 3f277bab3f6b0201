// SPDX-License-Identifier: Apache-2.0
// How much sound waits: clocks that differ are followed without a block left out, and what is made
// longer or shorter still sounds the same.

#include "rdpbridge/x11/sound_level.h"

#include <glib.h>
#include <math.h>
#include <stdlib.h>

#define RATE 48000
#define BLOCK 480 // frames, 10 ms
#define HZ 440

// The level after so many minutes of blocks from a clock that is off by ppm, starting as playing
// does; least and most that it was after the first minute.
typedef struct {
    double least_ms, most_ms;
    int longest;
} Run;

static Run
run(HostSoundLevel *level, int ppm, int minutes, unsigned jitter_ms)
{
    Run r = {.least_ms = 1e9};
    double waiting = host_sound_level_prebuffer_ms(level) - 20;

    host_sound_level_start(level, RATE);
    for (int i = 0; i < minutes * 6000; i++) {
        // Every second a few blocks are late, and come together.
        double late = i % 100 < (int)(jitter_ms / 10) ? jitter_ms - i % 100 * 10.0 : 0;
        int n = host_sound_level_block(level, (unsigned)MAX(0, waiting - late), BLOCK);
        r.longest = MAX(r.longest, ABS(n));
        waiting += (BLOCK + n) / 48.0 - 10.0 * (1 - ppm * 1e-6);
        if (i > 6000) {
            r.least_ms = MIN(r.least_ms, waiting - late);
            r.most_ms = MAX(r.most_ms, waiting);
        }
    }
    return r;
}

static void
test_drift(void)
{
    for (int ppm = -500; ppm <= 500; ppm += 250) {
        HostSoundLevel level = {0};
        host_sound_level_start(&level, RATE);
        Run r = run(&level, ppm, 120, 0);
        g_assert_cmpfloat(r.least_ms, >, 50);
        g_assert_cmpfloat(r.most_ms, <, 150);
        g_assert_cmpint(r.longest, <=, 1);
    }
}

// Blocks that come late again and again make it keep more, before anything runs empty.
static void
test_jitter(void)
{
    HostSoundLevel level = {0};
    host_sound_level_start(&level, RATE);
    Run r = run(&level, -100, 10, 110);
    g_assert_cmpfloat(r.least_ms, >, 40);
    g_assert_cmpfloat(r.most_ms, <, 260);
}

static void
test_burst_is_worked_off(void)
{
    HostSoundLevel level = {0};
    host_sound_level_start(&level, RATE);
    double waiting = 600;
    for (int i = 0; i < 10 * 6000; i++)
        waiting += host_sound_level_block(&level, (unsigned)waiting, BLOCK) / 48.0;
    g_assert_cmpfloat(waiting, >, 60);
    g_assert_cmpfloat(waiting, <, 150);
}

static void
test_margin_is_bounded(void)
{
    HostSoundLevel level = {0};
    host_sound_level_start(&level, RATE);
    unsigned first = host_sound_level_prebuffer_ms(&level);
    host_sound_level_ran_empty(&level, 5);
    unsigned second = host_sound_level_prebuffer_ms(&level);
    g_assert_cmpuint(second, >, first);
    host_sound_level_start(&level, RATE);
    g_assert_cmpuint(host_sound_level_prebuffer_ms(&level), ==, second);
    for (int i = 0; i < 100; i++)
        host_sound_level_ran_empty(&level, 290);
    g_assert_cmpuint(host_sound_level_prebuffer_ms(&level), <=, 200);
}

static void
check_stretch(size_t out_frames)
{
    int16_t in[BLOCK * 2], out[(BLOCK + 4) * 2];
    for (int i = 0; i < BLOCK; i++) {
        in[2 * i] = (int16_t)lrint(30000 * sin(2 * G_PI * HZ * i / RATE));
        in[2 * i + 1] = (int16_t)(i % 2 ? 32767 : -32768);
    }
    host_sound_stretch(in, BLOCK, 2, out, out_frames);
    for (size_t i = 0; i < out_frames; i++) {
        double place = (double)i * (BLOCK - 1) / (double)(out_frames - 1);
        g_assert_cmpint(abs(out[2 * i] - (int)lrint(30000 * sin(2 * G_PI * HZ * place / RATE))), <=,
                        2);
    }
    g_assert_cmpint(out[0], ==, in[0]);
    g_assert_cmpint(out[1], ==, in[1]);
    g_assert_cmpint(out[2 * (out_frames - 1)], ==, in[2 * (BLOCK - 1)]);
    g_assert_cmpint(out[2 * (out_frames - 1) + 1], ==, in[2 * (BLOCK - 1) + 1]);
}

static void
test_stretch(void)
{
    for (size_t out_frames = BLOCK - 4; out_frames <= BLOCK + 4; out_frames++)
        check_stretch(out_frames);
}

// Blocks too short to fit are left alone, and do not make a later one pay for all of them.
static void
test_smallest_blocks(void)
{
    HostSoundLevel level = {0};
    host_sound_level_start(&level, 8000);
    for (int i = 0; i < 100000; i++)
        g_assert_cmpint(host_sound_level_block(&level, 0, 1 + (size_t)i % 31), ==, 0);
    g_assert_cmpint(host_sound_level_block(&level, 0, 80), <=, 1);
    g_assert_cmpint(host_sound_level_block(&level, 0, 80), <=, 1);
    g_assert_cmpint(host_sound_level_block(&level, 0, 80), ==, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/view/sound-level/drift", test_drift);
    g_test_add_func("/view/sound-level/jitter", test_jitter);
    g_test_add_func("/view/sound-level/burst", test_burst_is_worked_off);
    g_test_add_func("/view/sound-level/margin", test_margin_is_bounded);
    g_test_add_func("/view/sound-level/stretch", test_stretch);
    g_test_add_func("/view/sound-level/smallest", test_smallest_blocks);
    return g_test_run();
}
