// SPDX-License-Identifier: Apache-2.0
// When damage is announced to who copies it, and how the pieces of one batch of drawing come
// together.
#include "tests/integration/desktop_harness.h"

#define RECTS_MAX 16

static Harness *h;

static void
draw(Window window, int x, int y, unsigned side)
{
    GC gc = XCreateGC(h->client, window, 0, NULL);
    XSetForeground(h->client, gc, 0x806040);
    XFillRectangle(h->client, window, gc, x, y, side, side);
    XFreeGC(h->client, gc);
    XSync(h->client, False); // the server has told the desktop
}

// As whoever shows it does: damage that is taken is copied, and then reported again.
static guint
take(guint32 id, RaRect *rects)
{
    guint count = ra_desktop_take_damage(h->desktop, id, false, rects, RECTS_MAX);
    (void)harness_pixel(h, id, 0, 0);
    return count;
}

// A window of which nothing is left to be told.
static guint32
map_painted(Window window, const char *title)
{
    RaRect rects[RECTS_MAX];
    guint32 id = harness_map(h, window, title)->id;
    harness_wait(h, take(id, rects) > 0);
    do
        harness_settle(h);
    while (take(id, rects) > 0);
    return id;
}

static bool
covers(const RaRect *rects, guint count, int x, int y)
{
    for (guint i = 0; i < count; i++)
        if (x >= rects[i].x && x < rects[i].x + rects[i].width && y >= rects[i].y &&
            y < rects[i].y + rects[i].height)
            return true;
    return false;
}

static void
test_more_of_what_was_copied(void)
{
    Window window = harness_window(h, 100, 100, 400, 300);
    guint32 id = map_painted(window, "more");
    RaRect rects[RECTS_MAX];
    guint before = h->n_damaged;
    draw(window, 10, 10, 20);
    harness_wait(h, h->n_damaged > before);
    guint count = take(id, rects);
    g_assert_cmpuint(count, ==, 1);
    g_assert_false(ra_desktop_take_more(h->desktop, id, rects, &count, RECTS_MAX));
    g_assert_cmpuint(count, ==, 1);
    draw(window, 200, 200, 20);
    g_assert_true(ra_desktop_take_more(h->desktop, id, rects, &count, RECTS_MAX));
    (void)harness_pixel(h, id, 0, 0);
    g_assert_true(covers(rects, count, 12, 12));
    g_assert_true(covers(rects, count, 210, 210));
    g_assert_false(covers(rects, count, 350, 20));
    g_assert_false(ra_desktop_take_more(h->desktop, id, rects, &count, RECTS_MAX));
    // As few as there is room for.
    draw(window, 390, 10, 5);
    g_assert_true(ra_desktop_take_more(h->desktop, id, rects, &count, 1));
    g_assert_cmpuint(count, ==, 1);
    g_assert_true(covers(rects, count, 12, 12) && covers(rects, count, 391, 11));
    // All of it was taken.
    harness_settle(h);
    g_assert_cmpuint(take(id, rects), ==, 0);
    harness_unmap(h, window);
    g_assert_false(ra_desktop_take_more(h->desktop, id, rects, &count, RECTS_MAX));
}

// Who looks for more after copying is spared a round trip.
static void
test_announced_without_a_round_trip(void)
{
    Window window = harness_window(h, 100, 100, 400, 300);
    guint32 id = map_painted(window, "at once");
    gint64 deadline_us = g_get_monotonic_time() + 20 * G_USEC_PER_SEC;
    guint before = h->n_damaged;
    draw(window, 10, 10, 20);
    harness_turn(h, deadline_us, "a first turn", __LINE__);
    g_assert_cmpuint(h->n_damaged, ==, before);
    harness_wait(h, h->n_damaged > before);
    RaRect rects[RECTS_MAX];
    g_assert_cmpuint(take(id, rects), ==, 1);
    harness_settle(h);

    ra_desktop_asks_for_more(h->desktop, id, true);
    before = h->n_damaged;
    draw(window, 10, 10, 20);
    harness_turn(h, deadline_us, "a first turn", __LINE__);
    g_assert_cmpuint(h->n_damaged, ==, before + 1);
    g_assert_cmpuint(take(id, rects), ==, 1);
    harness_settle(h);

    // What is large pauses.
    before = h->n_damaged;
    draw(window, 10, 10, 270);
    harness_turn(h, deadline_us, "a first turn", __LINE__);
    g_assert_cmpuint(h->n_damaged, ==, before);
    harness_wait(h, h->n_damaged > before);
    harness_unmap(h, window);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    h = harness_new(SERVER_XVFB);
    g_test_add_func("/desktop/more-of-what-was-copied", test_more_of_what_was_copied);
    g_test_add_func("/desktop/announced-without-a-round-trip", test_announced_without_a_round_trip);
    int status = g_test_run();
    harness_free(h);
    return status;
}
