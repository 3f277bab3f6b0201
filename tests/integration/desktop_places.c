// SPDX-License-Identifier: Apache-2.0
// Where windows are after requests that follow each other at once, as toolkits make them.
#include "tests/integration/desktop_harness.h"

static Harness *h;

static void
is_at(guint32 id, int x, int y, int width, int height)
{
    const RaRect *r = &harness_told(h, id)->rect;

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

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    h = harness_new(SERVER_XVFB);
    g_test_add_func("/desktop/places/parts-at-once", test_parts_at_once);
    int status = g_test_run();
    harness_free(h);
    return status;
}
