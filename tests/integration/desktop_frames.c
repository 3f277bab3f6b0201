// SPDX-License-Identifier: Apache-2.0
// What a program that counts its frames hears of them, and when.
#include "tests/integration/desktop_harness.h"

#include <X11/Xatom.h>
#include <X11/extensions/sync.h>

static Harness *h;

typedef struct {
    Window window;
    guint32 id;
    XSyncCounter counter;
    gint64 value;
} Program;

static XSyncValue
as_value(gint64 n)
{
    XSyncValue v;
    XSyncIntsToValue(&v, (unsigned)n, (int)(n >> 32));
    return v;
}

static Atom
atom(const char *name)
{
    return XInternAtom(h->client, name, False);
}

static void
say_counters(const Program *p)
{
    const unsigned long counters[] = {p->counter, p->counter};
    XChangeProperty(h->client, p->window, atom("_NET_WM_SYNC_REQUEST_COUNTER"), XA_CARDINAL, 32,
                    PropModeReplace, (const unsigned char *)counters, 2);
}

// As if its pixels had been sent.
static void
take_damage(guint32 id)
{
    RaRect rects[32];
    (void)ra_desktop_take_damage(h->desktop, id, true, rects, G_N_ELEMENTS(rects));
}

// value: what the counter begins with.
static Program
program_new(gint64 value, bool before)
{
    Program p = {.window = harness_window(h, 100, 100, 400, 300), .value = value};
    p.counter = XSyncCreateCounter(h->client, as_value(value));
    if (before)
        say_counters(&p);
    p.id = harness_map(h, p.window, "counts")->id;
    if (!before)
        say_counters(&p);
    harness_settle(h);
    take_damage(p.id);
    return p;
}

static void
program_free(Program *p)
{
    harness_unmap(h, p->window);
    XSyncDestroyCounter(h->client, p->counter);
}

static void
count(Program *p, gint64 to)
{
    p->value = to;
    XSyncSetCounter(h->client, p->counter, as_value(to));
    XFlush(h->client);
}

// One message of the type is there, taken; of which frame it is.
static bool
hears(const Program *p, const char *type, gint64 *value, long data[5])
{
    XEvent e;
    while (XCheckTypedWindowEvent(h->client, p->window, ClientMessage, &e)) {
        if (e.xclient.message_type != atom(type))
            continue;
        *value =
            (gint64)((guint64)(guint32)e.xclient.data.l[1] << 32 | (guint32)e.xclient.data.l[0]);
        for (guint i = 0; i < 5; i++)
            data[i] = e.xclient.data.l[i];
        return true;
    }
    return false;
}

static gint64
drawn(const Program *p)
{
    gint64 value = 0;
    long data[5];
    harness_wait(h, hears(p, "_NET_WM_FRAME_DRAWN", &value, data));
    return value;
}

static void
test_frame_is_told_when_shown(void)
{
    Program p = program_new(0, true);
    const ChanWindowPace unseen = {CHAN_WINDOW_REFRESH_USUAL, 0}; // so that nothing else is heard
    ra_desktop_set_pace(h->desktop, p.id, &unseen);
    gint64 began = g_get_monotonic_time();
    count(&p, 1);
    count(&p, 2);
    harness_settle(h);
    ra_desktop_shown(h->desktop, p.id, began);
    gint64 value = 0;
    long data[5];
    harness_wait(h, hears(&p, "_NET_WM_FRAME_DRAWN", &value, data));
    g_assert_cmpint(value, ==, 2);
    gint64 at = (gint64)((guint64)(guint32)data[3] << 32 | (guint32)data[2]);
    g_assert_cmpint(at, ==, began);
    harness_wait(h, hears(&p, "_NET_WM_FRAME_TIMINGS", &value, data));
    g_assert_cmpint(value, ==, 2);
    g_assert_cmpint(data[2], ==, 0); // nobody knows
    g_assert_cmpint(data[3], ==, G_USEC_PER_SEC / 60);
    ra_desktop_shown(h->desktop, p.id, began); // of no frame of its own
    harness_settle(h);
    g_assert_false(hears(&p, "_NET_WM_FRAME_DRAWN", &value, data));
    program_free(&p);
}

// Nothing of it is to be seen: it hears so all the same, as often as the screen is painted.
static void
test_frame_without_pixels(void)
{
    Program p = program_new(0, true);
    ra_desktop_set_pace(h->desktop, p.id, &(ChanWindowPace){144000, 1});
    gint64 began = g_get_monotonic_time();
    for (gint64 n = 1; n <= 20; n++) {
        count(&p, 2 * n - 1);
        count(&p, 2 * n);
        g_assert_cmpint(drawn(&p), ==, 2 * n);
    }
    gint64 took = g_get_monotonic_time() - began;
    g_assert_cmpint(took, >=, 20 * G_USEC_PER_SEC / 144);
    g_assert_cmpint(took, <, 20 * G_USEC_PER_SEC);
    count(&p, ((gint64)3 << 32) + 2); // GTK leaps when it is asked for a size
    g_assert_cmpint(drawn(&p), ==, ((gint64)3 << 32) + 2);
    program_free(&p);
}

static void
test_unseen_is_slow_until_it_is_seen(void)
{
    Program p = program_new(0, true);
    ra_desktop_set_pace(h->desktop, p.id, &(ChanWindowPace){60000, 0});
    gint64 began = g_get_monotonic_time();
    count(&p, 2);
    g_assert_cmpint(drawn(&p), ==, 2);
    g_assert_cmpint(g_get_monotonic_time() - began, >=, 900 * G_TIME_SPAN_MILLISECOND);
    count(&p, 4);
    harness_settle(h);
    began = g_get_monotonic_time();
    ra_desktop_set_pace(h->desktop, p.id, &(ChanWindowPace){60000, 1});
    g_assert_cmpint(drawn(&p), ==, 4);
    g_assert_cmpint(g_get_monotonic_time() - began, <, 900 * G_TIME_SPAN_MILLISECOND);
    program_free(&p);
}

// A menu is no window of a window manager's, and waits all the same.
static void
test_menu(void)
{
    Program p = {.window = harness_window(h, 100, 100, 200, 300)};
    const XSetWindowAttributes popup = {.override_redirect = True};
    XChangeWindowAttributes(h->client, p.window, CWOverrideRedirect,
                            (XSetWindowAttributes *)&popup);
    p.counter = XSyncCreateCounter(h->client, as_value(0));
    say_counters(&p);
    p.id = harness_map(h, p.window, "menu")->id;
    take_damage(p.id);
    for (gint64 n = 1; n <= 3; n++) {
        count(&p, 2 * n);
        g_assert_cmpint(drawn(&p), ==, 2 * n);
    }
    program_free(&p);
}

// It is told no more often than the screen is painted, however quick the client is; and not before
// the client has what it drew.
static void
test_follows_the_client(void)
{
    Program p = program_new(0, true);
    gint64 began = g_get_monotonic_time();
    for (gint64 n = 1; n <= 20; n++) {
        count(&p, 2 * n);
        harness_settle(h);
        ra_desktop_shown(h->desktop, p.id, g_get_monotonic_time());
        g_assert_cmpint(drawn(&p), ==, 2 * n);
    }
    g_assert_cmpint(g_get_monotonic_time() - began, >=, 19 * G_USEC_PER_SEC / 60);
    XFillRectangle(h->client, p.window, DefaultGC(h->client, 0), 0, 0, 100, 100);
    count(&p, 100);
    harness_settle(h); // what it drew has not been taken
    began = g_get_monotonic_time();
    g_assert_cmpint(drawn(&p), ==, 100);
    g_assert_cmpint(g_get_monotonic_time() - began, >=, 900 * G_TIME_SPAN_MILLISECOND);
    program_free(&p);
}

// A program may say what it counts by when its window is there already, and may have drawn then.
static void
test_counters_said_late(void)
{
    Program p = program_new(6, false);
    g_assert_cmpint(drawn(&p), ==, 6);
    XDeleteProperty(h->client, p.window, atom("_NET_WM_SYNC_REQUEST_COUNTER"));
    harness_settle(h);
    count(&p, 8);
    harness_settle(h);
    say_counters(&p);
    g_assert_cmpint(drawn(&p), ==, 8);
    program_free(&p);
}

// Whoever manages windows next lets those go on that wait.
static void
test_another_desktop(void)
{
    Program p = program_new(0, true);
    ra_desktop_set_pace(h->desktop, p.id, &(ChanWindowPace){60000, 0});
    count(&p, 2);
    harness_settle(h);
    harness_stop_desktop(h);
    harness_start_desktop(h);
    g_assert_cmpint(drawn(&p), ==, 2);
    harness_wait(h, harness_find(h, "counts"));
    program_free(&p);
}

// What is no counter, or goes, harms nobody.
static void
test_wrong_counters(void)
{
    Program p = program_new(0, true);
    const unsigned long wrong[] = {1, 0xdeadbeef};
    XChangeProperty(h->client, p.window, atom("_NET_WM_SYNC_REQUEST_COUNTER"), XA_CARDINAL, 32,
                    PropModeReplace, (const unsigned char *)wrong, 2);
    harness_settle(h);
    say_counters(&p);
    harness_settle(h);
    count(&p, 2);
    g_assert_cmpint(drawn(&p), ==, 2);
    XSyncDestroyCounter(h->client, p.counter);
    harness_settle(h);
    harness_unmap(h, p.window);
}

static void
test_announced(void)
{
    Atom type;
    int format;
    unsigned long n;
    unsigned long left;
    unsigned char *data = NULL;
    bool found = false;
    harness_settle(h);
    XGetWindowProperty(h->client, DefaultRootWindow(h->client), atom("_NET_SUPPORTED"), 0, 4096,
                       False, XA_ATOM, &type, &format, &n, &left, &data);
    for (unsigned long i = 0; i < n; i++)
        found |= ((const Atom *)(const void *)data)[i] == atom("_NET_WM_FRAME_DRAWN");
    XFree(data);
    g_assert_true(found);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    h = harness_new(SERVER_XVFB);
    int first;
    int major;
    int minor;
    g_assert_true(XSyncQueryExtension(h->client, &first, &first));
    g_assert_true(XSyncInitialize(h->client, &major, &minor));
    g_test_add_func("/frames/announced", test_announced);
    g_test_add_func("/frames/told-when-shown", test_frame_is_told_when_shown);
    g_test_add_func("/frames/without-pixels", test_frame_without_pixels);
    g_test_add_func("/frames/menu", test_menu);
    g_test_add_func("/frames/follows-the-client", test_follows_the_client);
    g_test_add_func("/frames/unseen", test_unseen_is_slow_until_it_is_seen);
    g_test_add_func("/frames/counters-said-late", test_counters_said_late);
    g_test_add_func("/frames/wrong-counters", test_wrong_counters);
    g_test_add_func("/frames/another-desktop", test_another_desktop);
    int status = g_test_run();
    harness_free(h);
    return status;
}
