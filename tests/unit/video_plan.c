// SPDX-License-Identifier: Apache-2.0
// What goes as video, by what is painted, when, and what the way takes.

#include "guestagent/remoteapp/video_plan.h"

#include "channel/tile_stream.h"

#define FRAME (640 * 480 * 4)

static const RaRect window = {0, 0, 801, 601}, movie = {81, 61, 640, 480};

typedef struct {
    RaVideoPlan plan;
    RaWay way;
    gint64 now;
} Test;

// A frame that takes the way its time, is painted again after paint_us, and is what all frames are
// where the plan has begun none yet.
static bool
frame(Test *t, RaRect rect, gint64 paint_us)
{
    gsize bytes = (gsize)rect.width * (gsize)rect.height * 4;
    bool on = ra_video_plan_frame(&t->plan, &rect, 1, t->now);
    gint64 took = on ? 0 : (gint64)((double)bytes / t->way.bytes_per_us);
    if (!on)
        ra_video_plan_lossless(&t->plan, &t->way, bytes);
    if (paint_us < took)
        ra_video_plan_damaged(&t->plan, t->now + paint_us);
    ra_video_plan_shown(&t->plan, t->now + took);
    if (paint_us >= took)
        ra_video_plan_damaged(&t->plan, t->now + paint_us);
    t->now += MAX(took, paint_us);
    return on;
}

static guint
frames_until_video(Test *t, RaRect rect, gint64 paint_us)
{
    for (guint i = 0; i < 100; i++)
        if (frame(t, rect, paint_us))
            return i;
    return G_MAXUINT;
}

static Test
behind(double bytes_per_us)
{
    return (Test){.way = {.bytes_per_us = bytes_per_us}, .now = 1000000000};
}

// 25 frames a second over a way that takes eight.
static void
test_steady(void)
{
    Test t = behind(10);
    gint64 start = t.now;

    g_assert_cmpuint(frames_until_video(&t, movie, 40000), <, 10);
    g_assert_cmpint(t.now - start, >=, 500000);
    g_assert_cmpint(t.now - start, <=, 2000000);
    // Even, and nothing beside it.
    g_assert_cmpint(t.plan.area.x, ==, 82);
    g_assert_cmpint(t.plan.area.y, ==, 62);
    g_assert_cmpint(t.plan.area.width, ==, 638);
    g_assert_cmpint(t.plan.area.height, ==, 478);
}

// Programs that wait until a frame is shown paint right after that.
static void
test_by_the_screen(void)
{
    Test t = behind(10);

    g_assert_cmpuint(frames_until_video(&t, movie, FRAME / 10 + 16000), <, 10);
}

static void
test_not(void)
{
    Test fast = behind(1000), unknown = behind(1000), slow = behind(10), tiny = behind(0.1);

    g_assert_cmpuint(frames_until_video(&fast, movie, 40000), ==, G_MAXUINT);
    unknown.way.bytes_per_us = 0;
    for (guint i = 0; i < 100; i++) {
        g_assert_false(ra_video_plan_frame(&unknown.plan, &movie, 1, unknown.now));
        ra_video_plan_lossless(&unknown.plan, &unknown.way, FRAME);
        ra_video_plan_damaged(&unknown.plan, unknown.now + 1000);
        unknown.now += 40000;
    }
    // A page a second.
    g_assert_cmpuint(frames_until_video(&slow, movie, 1000000), ==, G_MAXUINT);
    // A caret.
    g_assert_cmpuint(frames_until_video(&tiny, (RaRect){5, 5, 100, 100}, 10000), ==, G_MAXUINT);
}

// Now here and now there is no video.
static void
test_elsewhere(void)
{
    Test t = behind(10);

    for (int i = 0; i < 100; i++)
        g_assert_false(frame(&t, (RaRect){i % 3 * 200, i % 2 * 200, 200, 200}, 10000));
}

// Keys beside it do not hold it up.
static void
test_beside(void)
{
    Test t = behind(10);
    bool on = false;

    for (guint i = 0; i < 20 && !on; i++) {
        on = frame(&t, movie, 40000);
        if (!on)
            (void)frame(&t, (RaRect){2, 2, 8, 16}, 5000);
    }
    g_assert_true(on);
    g_assert_cmpint(t.plan.area.width, ==, 638);
}

static void
test_odd_window(void)
{
    Test t = behind(10);

    g_assert_cmpuint(frames_until_video(&t, window, 40000), <, 10);
    g_assert_cmpint(t.plan.area.width, ==, 800);
    g_assert_cmpint(t.plan.area.height, ==, 600);
}

static void
test_too_large(void)
{
    const RaRect huge = {0, 0, 8192, 4096};
    Test t = behind(10);

    for (guint i = 0; i < 50; i++) {
        g_assert_false(ra_video_plan_frame(&t.plan, &huge, 1, t.now));
        ra_video_plan_lossless(&t.plan, &t.way, 1u << 27);
        ra_video_plan_damaged(&t.plan, t.now + 10000);
        t.now += 13000000;
    }
}

static void
play(Test *t, guint frames, gint64 every_us, gsize lossless, gint64 encode_us)
{
    for (guint i = 0; i < frames && t->plan.on; i++) {
        g_assert_false(ra_video_plan_rest(&t->plan, t->now));
        g_assert_true(ra_video_plan_frame(&t->plan, &movie, 1, t->now));
        (void)ra_video_plan_video(&t->plan, &t->way, lossless, 20000, encode_us, t->now);
        ra_video_plan_shown(&t->plan, t->now + 10000);
        t->now += every_us;
        ra_video_plan_damaged(&t->plan, t->now);
    }
}

static Test
playing(void)
{
    Test t = behind(10);
    g_assert_cmpuint(frames_until_video(&t, movie, 40000), <, 10);
    return t;
}

// It goes on while it is video, rests when it does, and then begins again as soon as before.
static void
test_rest(void)
{
    Test t = playing();

    play(&t, 100, 40000, FRAME, 5000);
    g_assert_true(t.plan.on);
    t.now += RA_VIDEO_REST_US - 40000 - 1;
    g_assert_false(ra_video_plan_rest(&t.plan, t.now));
    t.now++;
    g_assert_true(ra_video_plan_rest(&t.plan, t.now));
    g_assert_false(ra_video_plan_rest(&t.plan, t.now));
    g_assert_cmpuint(frames_until_video(&t, movie, 40000), <, 10);
}

// What was no video after all is not tried again soon.
static void
assert_given_up(Test *t)
{
    gint64 start = t->now;

    g_assert_false(t->plan.on);
    g_assert_cmpuint(frames_until_video(t, movie, 40000), <, 100);
    g_assert_cmpint(t->now - start, >=, 5000000);
}

static void
test_given_up(void)
{
    Test slow = playing(), held = playing(), dear = playing(), fits = playing(), brief = playing();

    play(&slow, 20, 200000, FRAME, 5000); // five times a second
    assert_given_up(&slow);
    for (guint i = 0; i < 20; i++) { // the same where it is the host that is slow
        play(&held, 1, 10000, FRAME, 5000);
        held.now += 190000;
    }
    g_assert_true(held.plan.on);
    play(&dear, 100, 40000, FRAME, 70000); // an encoder that takes as long as half of the way
    assert_given_up(&dear);
    play(&fits, 100, 40000, FRAME / 10, 1000); // little of it is another picture
    assert_given_up(&fits);
    play(&brief, 3, 40000, FRAME, 5000);
    brief.now += RA_VIDEO_REST_US;
    g_assert_true(ra_video_plan_rest(&brief.plan, brief.now));
    assert_given_up(&brief);
}

static void
test_bit_rate(void)
{
    RaWay way = {.bytes_per_us = 1};

    g_assert_cmpint(ra_video_plan_bit_rate(&way, 1920 * 1080, 1), ==, 4000000); // half
    g_assert_cmpint(ra_video_plan_bit_rate(&way, 1920 * 1080, 4), ==, 1000000); // of them all
    way.bytes_per_us = 10;
    gint64 best = ra_video_plan_bit_rate(&way, 640 * 480, 1);
    way.bytes_per_us = 100;
    g_assert_cmpint(ra_video_plan_bit_rate(&way, 640 * 480, 1), ==, best);
    way.bytes_per_us = 0.001;
    g_assert_cmpint(ra_video_plan_bit_rate(&way, 640 * 480, 1), >, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/video-plan/steady", test_steady);
    g_test_add_func("/video-plan/by-the-screen", test_by_the_screen);
    g_test_add_func("/video-plan/not", test_not);
    g_test_add_func("/video-plan/elsewhere", test_elsewhere);
    g_test_add_func("/video-plan/beside", test_beside);
    g_test_add_func("/video-plan/odd-window", test_odd_window);
    g_test_add_func("/video-plan/too-large", test_too_large);
    g_test_add_func("/video-plan/rest", test_rest);
    g_test_add_func("/video-plan/given-up", test_given_up);
    g_test_add_func("/video-plan/bit-rate", test_bit_rate);
    return g_test_run();
}
