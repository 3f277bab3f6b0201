// SPDX-License-Identifier: Apache-2.0
// What a program finds of the host's workspaces, and what is told of those that it asks for.
#include "tests/integration/desktop_harness.h"

#include <X11/Xatom.h>

static Harness *h;

// The last of so many numbers that a property has; -1: it has another count of them.
static long
last_of(Window window, const char *name, gulong count)
{
    Atom type;
    int format;
    gulong n = 0;
    gulong left;
    guint8 *data = NULL;
    XGetWindowProperty(h->client, window, XInternAtom(h->client, name, False), 0, 64, False,
                       XA_CARDINAL, &type, &format, &n, &left, &data);
    long value =
        n == count && format == 32 ? ((long *)(gpointer)data)[n - 1] & (long)0xffffffff : -1;
    if (data)
        XFree(data);
    return value;
}

static long
workspace_of(Window window)
{
    return last_of(window, "_NET_WM_DESKTOP", 1);
}

static void
set_before_map(Window window, long workspace)
{
    XChangeProperty(h->client, window, XInternAtom(h->client, "_NET_WM_DESKTOP", False),
                    XA_CARDINAL, 32, PropModeReplace, (guint8 *)&workspace, 1);
}

static void
ask(Window window, long workspace)
{
    harness_message(h, window, "_NET_WM_DESKTOP", (const long[5]){workspace, 1});
    harness_settle(h);
}

static gboolean
asks_for(guint32 id, guint32 workspace)
{
    const RaWindow *w = harness_told(h, id);
    return w->asks_workspace && w->workspace == workspace;
}

static void
begin(guint32 count, guint32 current)
{
    ra_desktop_set_hosted(h->desktop, true);
    ra_desktop_set_workspaces(h->desktop, &(ChanWindowWorkspaces){count, current});
    harness_settle(h);
}

static void
end(Window window)
{
    harness_unmap(h, window);
    ra_desktop_set_hosted(h->desktop, false);
}

// As the host has them; the work area is that of each, where toolkits look for the current one's.
static void
test_root(void)
{
    Window root = DefaultRootWindow(h->client);
    harness_settle(h);
    long height = last_of(root, "_NET_WORKAREA", 4);
    g_assert_cmpint(height, >, 0);
    g_assert_cmpint(last_of(root, "_NET_NUMBER_OF_DESKTOPS", 1), ==, 1);
    g_assert_cmpint(last_of(root, "_NET_CURRENT_DESKTOP", 1), ==, 0);
    begin(4, 2);
    g_assert_cmpint(last_of(root, "_NET_NUMBER_OF_DESKTOPS", 1), ==, 4);
    g_assert_cmpint(last_of(root, "_NET_CURRENT_DESKTOP", 1), ==, 2);
    g_assert_cmpint(last_of(root, "_NET_WORKAREA", 16), ==, height);
    g_assert_cmpint(last_of(root, "_NET_DESKTOP_VIEWPORT", 8), ==, 0);
    ra_desktop_set_hosted(h->desktop, false);
    harness_settle(h);
    g_assert_cmpint(last_of(root, "_NET_NUMBER_OF_DESKTOPS", 1), ==, 1);
    g_assert_cmpint(last_of(root, "_NET_CURRENT_DESKTOP", 1), ==, 0);
    g_assert_cmpint(last_of(root, "_NET_WORKAREA", 4), ==, height);
}

// Where the host has it is what its program reads, and is never asked for.
static void
test_placed(void)
{
    begin(4, 2);
    Window window = harness_window(h, 100, 100, 200, 100);
    guint32 id = harness_map(h, window, "placed")->id;
    harness_settle(h);
    g_assert_cmpint(workspace_of(window), ==, 2); // the one that is shown
    h->changed_bits = 0;
    ra_desktop_placed(h->desktop, id, 3);
    harness_wait(h, workspace_of(window) == 3);
    harness_settle(h);
    g_assert_false(h->changed_bits & RA_CHANGED_WORKSPACE);
    g_assert_false(harness_told(h, id)->asks_workspace);
    // All of them is a state.
    ra_desktop_placed(h->desktop, id, CHAN_WORKSPACE_ALL);
    harness_settle(h);
    g_assert_cmpint(workspace_of(window), ==, 3);
    end(window);
}

static void
test_asked_for(void)
{
    begin(4, 0);
    Window window = harness_window(h, 100, 100, 200, 100);
    guint32 id = harness_map(h, window, "asked for")->id;
    ask(window, 2);
    g_assert_true(h->changed_bits & RA_CHANGED_WORKSPACE);
    g_assert_true(asks_for(id, 2));
    g_assert_cmpint(workspace_of(window), ==, 0); // until the host says so
    ra_desktop_placed(h->desktop, id, 2);
    harness_wait(h, workspace_of(window) == 2);
    g_assert_false(harness_told(h, id)->asks_workspace); // it was answered
    ask(window, CHAN_WORKSPACES_MAX);
    g_assert_false(harness_told(h, id)->asks_workspace); // that is none
    ask(window, CHAN_WORKSPACE_ALL);
    g_assert_true(harness_told(h, id)->props.states & CHAN_STATE_ALL_DESKTOPS);
    g_assert_true(asks_for(id, CHAN_WORKSPACE_ALL));
    g_assert_cmpint(workspace_of(window), ==, CHAN_WORKSPACE_ALL);
    ask(window, 1);
    g_assert_false(harness_told(h, id)->props.states & CHAN_STATE_ALL_DESKTOPS);
    g_assert_true(asks_for(id, 1));
    g_assert_cmpint(workspace_of(window), ==, 1);
    end(window);
}

// As programs do that open their windows where they were; and a window that is withdrawn has none.
static void
test_set_before_it_is_mapped(void)
{
    begin(4, 0);
    Window window = harness_window(h, 100, 100, 200, 100);
    set_before_map(window, 3);
    guint32 id = harness_map(h, window, "before")->id;
    g_assert_true(asks_for(id, 3));
    ra_desktop_placed(h->desktop, id, 1); // where the host put it all the same
    harness_wait(h, workspace_of(window) == 1);
    guint before = h->n_gone;
    XWithdrawWindow(h->client, window, DefaultScreen(h->client));
    harness_wait(h, h->n_gone > before);
    harness_settle(h);
    g_assert_cmpint(workspace_of(window), ==, -1);
    id = harness_map(h, window, "again")->id;
    g_assert_false(harness_told(h, id)->asks_workspace);
    end(window);
}

// One that takes over finds what the host said to the one before.
static void
test_taken_over(void)
{
    begin(4, 0);
    Window window = harness_window(h, 100, 100, 200, 100);
    guint32 id = harness_map(h, window, "taken over")->id;
    ra_desktop_placed(h->desktop, id, 2);
    harness_wait(h, workspace_of(window) == 2);
    harness_stop_desktop(h);
    harness_start_desktop(h);
    harness_wait(h, harness_find(h, "taken over"));
    g_assert_false(harness_find(h, "taken over")->asks_workspace);
    end(window);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    h = harness_new(SERVER_XVFB);
    g_test_add_func("/desktop/workspaces/root", test_root);
    g_test_add_func("/desktop/workspaces/placed", test_placed);
    g_test_add_func("/desktop/workspaces/asked-for", test_asked_for);
    g_test_add_func("/desktop/workspaces/before-it-is-mapped", test_set_before_it_is_mapped);
    g_test_add_func("/desktop/workspaces/taken-over", test_taken_over);
    int status = g_test_run();
    harness_free(h);
    return status;
}
