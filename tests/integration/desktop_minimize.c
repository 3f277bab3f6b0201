// SPDX-License-Identifier: Apache-2.0
// What a program hears when its window is minimised and comes back, and when.
#include "tests/integration/desktop_harness.h"

static Harness *h;

// The focus goes before the window does, as natively.
static void
test_minimize_takes_the_focus_first(void)
{
    Window window = harness_window(h, 100, 100, 400, 300);
    guint32 id = harness_map(h, window, "focus first")->id;
    harness_wait(h, h->active == id);
    XSelectInput(h->client, window, StructureNotifyMask | FocusChangeMask);
    XSync(h->client, True);
    ra_desktop_set_state(h->desktop, id, RA_MINIMIZED);
    harness_wait(h, harness_told(h, id)->state == RA_MINIMIZED);
    harness_settle(h);
    XEvent event;
    do
        XWindowEvent(h->client, window, StructureNotifyMask | FocusChangeMask, &event);
    while (event.type != FocusOut && event.type != UnmapNotify);
    g_assert_cmpint(event.type, ==, FocusOut);
    g_assert_cmpint(event.xfocus.detail, ==, NotifyNonlinear);
    harness_unmap(h, window);
}

// Its program says so before it can have heard that it is mapped.
static void
test_minimize_at_once(void)
{
    Window window = harness_window(h, 100, 100, 400, 300);
    harness_set_text(h, window, "_NET_WM_NAME", "at once");
    XGrabServer(h->client);
    XMapWindow(h->client, window);
    XIconifyWindow(h->client, window, DefaultScreen(h->client));
    XUngrabServer(h->client);
    XFlush(h->client);
    harness_wait(h, harness_find(h, "at once"));
    guint32 id = harness_find(h, "at once")->id;
    harness_wait(h, harness_told(h, id)->state == RA_MINIMIZED);
    harness_settle(h);
    ra_desktop_activate(h->desktop, id);
    harness_wait(h, harness_told(h, id)->state == RA_NORMAL && h->active == id);
    harness_settle(h);
    guint before = h->n_gone;
    XUnmapWindow(h->client, window);
    harness_wait(h, h->n_gone > before);
    XDestroyWindow(h->client, window);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    h = harness_new(SERVER_XVFB);
    g_test_add_func("/desktop/minimize-takes-the-focus-first", test_minimize_takes_the_focus_first);
    g_test_add_func("/desktop/minimize-at-once", test_minimize_at_once);
    int status = g_test_run();
    harness_free(h);
    return status;
}
