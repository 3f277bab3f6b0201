// SPDX-License-Identifier: Apache-2.0
// Which window has the focus where a client decides that, and where it is ours to decide.
#include "tests/integration/desktop_harness.h"

static Harness *h;

// How often a program was told that its window has the focus, since the last time.
static guint
focused(Window window)
{
    XEvent event;
    guint n = 0;

    XSync(h->client, False);
    while (XCheckTypedWindowEvent(h->client, window, FocusIn, &event))
        n++;
    return n;
}

static guint32
open_window(Window *window, int x, const char *title)
{
    *window = harness_window(h, x, 100, 200, 150);
    XSelectInput(h->client, *window, FocusChangeMask);
    guint32 id = harness_map(h, *window, title)->id;
    harness_settle(h);
    focused(*window); // it has it when it opens
    return id;
}

static void
test_what_goes_leaves_the_focus_to_the_client(void)
{
    Window one, two;
    ra_desktop_set_hosted(h->desktop, true);
    guint32 first = open_window(&one, 100, "one");
    guint32 second = open_window(&two, 400, "two");
    for (guint i = 0; i < 2; i++) {
        ra_desktop_activate(h->desktop, second);
        harness_wait(h, h->active == second);
        if (i == 0)
            ra_desktop_set_state(h->desktop, second, RA_MINIMIZED);
        else
            harness_unmap(h, two);
        harness_wait(h, h->active == 0);
        harness_settle(h);
        g_assert_cmpuint(h->active, ==, 0);
    }
    g_assert_cmpuint(focused(one), ==, 0);
    ra_desktop_activate(h->desktop, first);
    harness_wait(h, h->active == first);
    harness_unmap(h, one);
    ra_desktop_set_hosted(h->desktop, false);
}

static void
test_a_program_that_asks_does_not_get_it(void)
{
    Window one, two;
    ra_desktop_set_hosted(h->desktop, true);
    guint32 first = open_window(&one, 100, "one");
    guint32 second = open_window(&two, 400, "two");
    ra_desktop_activate(h->desktop, first);
    harness_wait(h, h->active == first);
    harness_message(h, two, "_NET_ACTIVE_WINDOW", (const long[5]){1});
    harness_wait(h, h->asked == second);
    harness_settle(h);
    g_assert_cmpuint(h->active, ==, first);
    // Minimised, it is shown again: what its program asks for is done, but for the focus.
    ra_desktop_set_state(h->desktop, second, RA_MINIMIZED);
    harness_wait(h, harness_told(h, second)->state == RA_MINIMIZED);
    h->asked = 0;
    XMapWindow(h->client, two);
    harness_wait(h, h->asked == second);
    g_assert_cmpint(harness_told(h, second)->state, ==, RA_NORMAL);
    harness_settle(h);
    g_assert_cmpuint(h->active, ==, first);
    g_assert_cmpuint(focused(two), ==, 0);
    harness_unmap(h, two);
    harness_unmap(h, one);
    ra_desktop_set_hosted(h->desktop, false);
}

// How often a program was told to take the focus for its window, since the last time.
static guint
told_to_take(Window window)
{
    XEvent event;
    guint n = 0;
    Atom take_focus = XInternAtom(h->client, "WM_TAKE_FOCUS", False);

    XSync(h->client, False);
    while (XCheckTypedWindowEvent(h->client, window, ClientMessage, &event))
        n += (Atom)event.xclient.data.l[0] == take_focus;
    return n;
}

// Java asks when its window is back, and misses what it was told before.
static void
test_one_that_has_it_is_told_again(void)
{
    guint told = 0;
    Window one = harness_window(h, 100, 100, 200, 150);
    Atom take_focus = XInternAtom(h->client, "WM_TAKE_FOCUS", False);
    XSetWMProtocols(h->client, one, &take_focus, 1);
    ra_desktop_set_hosted(h->desktop, true);
    guint32 id = harness_map(h, one, "one")->id;
    harness_wait(h, (told += told_to_take(one)) == 1); // it has it when it opens
    h->asked = 0;
    harness_message(h, one, "_NET_ACTIVE_WINDOW", (const long[5]){1});
    harness_wait(h, h->asked == id);
    harness_wait(h, (told += told_to_take(one)) == 2);
    harness_unmap(h, one);
    ra_desktop_set_hosted(h->desktop, false);
}

// A client that does not say which window is to have the focus.
static void
test_by_ourselves(void)
{
    Window one, two;
    guint32 first = open_window(&one, 100, "one");
    harness_wait(h, h->active == first);
    guint32 second = open_window(&two, 400, "two");
    harness_wait(h, h->active == second);
    harness_message(h, one, "_NET_ACTIVE_WINDOW", (const long[5]){1});
    harness_wait(h, h->active == first);
    harness_unmap(h, one);
    harness_wait(h, h->active == second);
    harness_unmap(h, two);
    harness_wait(h, h->active == 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    h = harness_new(SERVER_XVFB);
    g_test_add_func("/desktop/focus/gone", test_what_goes_leaves_the_focus_to_the_client);
    g_test_add_func("/desktop/focus/asks", test_a_program_that_asks_does_not_get_it);
    g_test_add_func("/desktop/focus/again", test_one_that_has_it_is_told_again);
    g_test_add_func("/desktop/focus/by-ourselves", test_by_ourselves);
    int status = g_test_run();
    harness_free(h);
    return status;
}
