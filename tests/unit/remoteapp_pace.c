// SPDX-License-Identifier: Apache-2.0
// When frames of a window may go.

#include "guestagent/remoteapp/pace.h"

#include <glib.h>

#define START 1000000
#define AT_60 (G_USEC_PER_SEC / 60)

// How many frames of a program that always has one go within so many µs.
static guint
frames_within(RaPace *p, gint64 from, gint64 us)
{
    guint n = 0;

    for (gint64 now = from; now < from + us; now += 100) {
        if (ra_pace_due(p) > now)
            continue;
        ra_pace_went(p, now);
        n++;
    }
    return n;
}

static void
test_first_at_once(void)
{
    RaPace p;

    ra_pace_init(&p);
    g_assert_cmpint(ra_pace_due(&p), <=, 0);
    ra_pace_went(&p, START);
    g_assert_cmpint(ra_pace_due(&p), <=, START); // the second step of what a key painted
    ra_pace_went(&p, START + 1000);
    g_assert_cmpint(ra_pace_due(&p), >, START + 1000);
    g_assert_cmpint(ra_pace_due(&p), <=, START + AT_60 + 1);
    // A refresh after that it goes at once again.
    g_assert_cmpint(ra_pace_due(&p), <=, START + 1000 + AT_60);
}

static void
test_rate(void)
{
    static const guint32 rates[] = {30000, 59940, 60000, 144000, 240000};

    for (guint i = 0; i < G_N_ELEMENTS(rates); i++) {
        RaPace p;
        ra_pace_init(&p);
        g_assert_false(ra_pace_set(&p, &(ChanWindowPace){rates[i], 1}));
        guint n = frames_within(&p, START, 10 * G_USEC_PER_SEC);
        g_assert_cmpuint(n, <=, rates[i] / 100 + 2); // and one more, at the beginning
        g_assert_cmpuint(n, >=, rates[i] / 100 - 1);
    }
}

// Keys quicker than the screen, each of which paints in two steps: none waits.
static void
test_keys(void)
{
    RaPace p;

    ra_pace_init(&p);
    for (gint i = 0; i < 100; i++) {
        gint64 now = START + i * 8000;
        ra_pace_input(&p, now);
        for (gint step = 0; step < 2; step++) {
            g_assert_cmpint(ra_pace_due(&p), <=, now + step * 500);
            ra_pace_went(&p, now + step * 500);
        }
        ra_pace_input(&p, now); // the same is told again: it has had its frames
        g_assert_cmpint(ra_pace_due(&p), >, now + 1000);
    }
}

// One that paints as often as the screen, not always in time, loses none.
static void
test_jitter(void)
{
    RaPace p;
    gint64 late = 0;

    ra_pace_init(&p);
    for (gint i = 0; i < 600; i++) {
        gint64 now = START + (gint64)i * G_USEC_PER_SEC / 60 + (i * 7919 % 8000);
        late += ra_pace_due(&p) > now;
        ra_pace_went(&p, now);
    }
    g_assert_cmpint(late, ==, 0);
}

// Small in a preview: once a second; and what waits goes at once when it is seen as it is.
static void
test_small(void)
{
    const ChanWindowPace small = {60000, CHAN_SEEN_SMALL}, seen = {60000, CHAN_SEEN};
    RaPace p;

    ra_pace_init(&p);
    g_assert_false(ra_pace_set(&p, &small));
    guint n = frames_within(&p, START, 10 * G_USEC_PER_SEC);
    g_assert_cmpuint(n, >=, 10);
    g_assert_cmpuint(n, <=, 12);
    gint64 now = START + 10 * G_USEC_PER_SEC;
    ra_pace_went(&p, now);
    ra_pace_went(&p, now);
    g_assert_cmpint(ra_pace_due(&p), >, now);
    g_assert_false(ra_pace_set(&p, &seen));
    g_assert_cmpint(ra_pace_due(&p), <=, now);
    g_assert_cmpuint(frames_within(&p, now, G_USEC_PER_SEC), >=, 59);
    // From not at all to that: all of it goes, once.
    g_assert_false(ra_pace_set(&p, &(ChanWindowPace){60000, CHAN_SEEN_NOT}));
    g_assert_true(ra_pace_set(&p, &small));
}

static void
test_unseen(void)
{
    RaPace p;

    ra_pace_init(&p);
    g_assert_false(ra_pace_set(&p, &(ChanWindowPace){60000, 0}));
    g_assert_cmpint(ra_pace_due(&p), ==, RA_PACE_NEVER);
    g_assert_false(ra_pace_set(&p, &(ChanWindowPace){30000, 0}));
    g_assert_cmpint(ra_pace_due(&p), ==, RA_PACE_NEVER);
    ra_pace_went(&p, START);
    ra_pace_went(&p, START);
    g_assert_true(ra_pace_set(&p, &(ChanWindowPace){60000, 1}));
    g_assert_cmpint(ra_pace_due(&p), <=, START);
    g_assert_false(ra_pace_set(&p, &(ChanWindowPace){60000, 1})); // once
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/pace/first-at-once", test_first_at_once);
    g_test_add_func("/pace/rate", test_rate);
    g_test_add_func("/pace/keys", test_keys);
    g_test_add_func("/pace/jitter", test_jitter);
    g_test_add_func("/pace/unseen", test_unseen);
    g_test_add_func("/pace/small", test_small);
    return g_test_run();
}
