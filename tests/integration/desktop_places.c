// SPDX-License-Identifier: Apache-2.0
// Where windows are after requests that follow each other at once, as toolkits make them.
#include "tests/integration/desktop_harness.h"

static Harness *h;

static void
is_at(guint32 id, int x, int y, int width, int height)
{
    const RaRect *r;

    harness_settle(h); // what is wrong half way may pass
    harness_wait(h, (r = &harness_told(h, id)->rect)->x == x && r->y == y && r->width == width &&
                        r->height == height);
}

// The second is read before what came of the first is known.
static void
test_parts_at_once(void)
{
    const long right[5] = {1 << 8, 140}, down[5] = {1 << 9, 0, 150}, wide[5] = {1 << 10, 0, 0, 260};
    Window window = harness_window(h, 100, 100, 200, 150);
    guint32 id = harness_map(h, window, "parts")->id;

    XMoveWindow(h->client, window, 300, 200);
    XResizeWindow(h->client, window, 250, 180);
    is_at(id, 300, 200, 250, 180);
    XResizeWindow(h->client, window, 240, 170);
    XMoveWindow(h->client, window, 310, 210);
    is_at(id, 310, 210, 240, 170);
    harness_message(h, window, "_NET_MOVERESIZE_WINDOW", right);
    harness_message(h, window, "_NET_MOVERESIZE_WINDOW", down);
    harness_message(h, window, "_NET_MOVERESIZE_WINDOW", wide);
    is_at(id, 140, 150, 260, 170);
    // One that changes nothing is answered by no event of the server's.
    XMoveWindow(h->client, window, 140, 150);
    is_at(id, 140, 150, 260, 170);
    XMoveWindow(h->client, window, 10, 20);
    is_at(id, 10, 20, 260, 170);
    harness_unmap(h, window);
}

static void
withdraw(Window window, int x, int y, guint width, guint height)
{
    Window root;
    int left, top;
    guint wide, high, border, depth;

    guint before = h->n_gone;
    XUnmapWindow(h->client, window);
    harness_wait(h, h->n_gone > before);
    harness_settle(h);
    XGetGeometry(h->client, window, &root, &left, &top, &wide, &high, &border, &depth);
    g_assert_cmpint(left, ==, x);
    g_assert_cmpint(top, ==, y);
    g_assert_cmpint(wide, ==, width);
    g_assert_cmpint(high, ==, height);
}

// As from a window manager with frames, so that it is where it was when it is shown again.
static void
test_withdrawn(void)
{
    ChanWindowHost host = {.serial = 1, .x = 305, .y = 230, .width = 250, .height = 180};
    Window window = harness_window(h, 100, 100, 200, 150);

    ra_desktop_set_hosted(h->desktop, true);
    host.frame_left = host.frame_right = host.frame_bottom = 5;
    host.frame_top = 30;
    guint32 id = harness_map(h, window, "withdrawn")->id;
    ra_desktop_set_host(h->desktop, id, &host);
    is_at(id, 305, 230, 250, 180);
    withdraw(window, 300, 200, 250, 180);
    // Its own size, and not that of the screen.
    id = harness_map(h, window, "withdrawn")->id;
    host.x = 405;
    ra_desktop_set_host(h->desktop, id, &host);
    is_at(id, 405, 230, 250, 180);
    const ChanWindowHost big = {.serial = 2,
                                .states = CHAN_STATE_MAXIMIZED_HORZ | CHAN_STATE_MAXIMIZED_VERT,
                                .y = 25,
                                .width = 800,
                                .height = 500,
                                .frame_top = 25};
    ra_desktop_set_host(h->desktop, id, &big);
    is_at(id, 0, 25, 800, 500);
    withdraw(window, 400, 200, 250, 180);
    XDestroyWindow(h->client, window);
    ra_desktop_set_hosted(h->desktop, false);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    h = harness_new(SERVER_XVFB);
    g_test_add_func("/desktop/places/parts-at-once", test_parts_at_once);
    g_test_add_func("/desktop/places/withdrawn", test_withdrawn);
    int status = g_test_run();
    harness_free(h);
    return status;
}
