// SPDX-License-Identifier: Apache-2.0
// Programs that lie, overdo or vanish cost the window manager nothing but their own windows.
#include "tests/integration/desktop_harness.h"

#include <X11/Xatom.h>
#include <X11/Xutil.h>
#include <string.h>

#define MANY 1000

static Harness *h;

static guint32
map(Window window, const char *title)
{
    const RaWindow *w = NULL;
    Atom protocol = XInternAtom(h->client, "WM_DELETE_WINDOW", False); // or it would be killed
    XSetWMProtocols(h->client, window, &protocol, 1);
    harness_set_text(h, window, "_NET_WM_NAME", title);
    XMapWindow(h->client, window);
    harness_wait(h, (w = harness_find(h, title)) != NULL);
    return w->id;
}

static void
destroy(Window window, guint32 id)
{
    XDestroyWindow(h->client, window);
    harness_wait(h, ra_desktop_window(h->desktop, id) == NULL);
}

static void
set(Window window, const char *property, const char *type, int format, const void *data, int count)
{
    XChangeProperty(h->client, window, XInternAtom(h->client, property, False),
                    XInternAtom(h->client, type, False), format, PropModeReplace, data, count);
}

static void
test_titles(void)
{
    static const char face[4] = {'\xf0', '\x9f', '\x99', '\x82'};
    Window window = harness_window(h, 0, 0, 100, 100);
    guint32 id = map(window, "long");
    gsize size = 200000;
    g_autofree char *title = g_malloc(size);
    memset(title, 'A', size);
    set(window, "_NET_WM_NAME", "UTF8_STRING", 8, title, (int)size);
    harness_wait(h, ra_desktop_window(h->desktop, id)->title[0] == 'A');
    g_assert_cmpuint(strlen(ra_desktop_window(h->desktop, id)->title), ==, CHAN_WINDOW_NAME_MAX);
    // Cut at a character, however the limit falls within it.
    for (gsize at = 1; at <= 4; at++) {
        for (gsize i = 0; i + 4 <= size - at; i += 4)
            memcpy(title + at + i, face, sizeof face);
        memset(title, 'B', at);
        h->changed_bits = 0;
        set(window, "_NET_WM_ICON_NAME", "UTF8_STRING", 8, title, (int)size);
        harness_wait(h, h->changed_bits & RA_CHANGED_NAMES);
        const char *name = ra_desktop_window(h->desktop, id)->names[CHAN_NAME_ICON];
        g_assert_true(g_utf8_validate(name, -1, NULL));
        g_assert_cmpuint(strlen(name), ==, at + (CHAN_WINDOW_NAME_MAX - at) / 4 * 4);
        g_assert_true(g_str_has_suffix(name, "\xf0\x9f\x99\x82"));
    }
    // Properties of a wrong type or format, or empty, or cut short.
    static const char *const names[] = {
        "_NET_WM_NAME",     "WM_NAME",          "WM_CLASS",           "WM_HINTS",
        "WM_NORMAL_HINTS",  "WM_TRANSIENT_FOR", "_NET_WM_ICON",       "_NET_WM_WINDOW_TYPE",
        "WM_PROTOCOLS",     "_MOTIF_WM_HINTS",  "_GTK_FRAME_EXTENTS", "_NET_STARTUP_ID",
        "WM_CLIENT_LEADER", "_NET_WM_PID"};
    static const char *const types[] = {"STRING", "UTF8_STRING", "COMPOUND_TEXT", "CARDINAL",
                                        "WINDOW", "ATOM",        "WM_HINTS"};
    const long longs[4] = {-1, 0x7fffffff, -0x7fffffff, 3};
    for (guint n = 0; n < G_N_ELEMENTS(names); n++) {
        for (guint t = 0; t < G_N_ELEMENTS(types); t++) {
            for (int count = 0; count <= 4; count++) {
                set(window, names[n], types[t], 32, longs, count);
                set(window, names[n], types[t], 16, longs, count);
                set(window, names[n], types[t], 8, "\x1b%/2\xff", count);
                harness_settle(h);
            }
        }
    }
    set(window, "_NET_WM_NAME", "UTF8_STRING", 8, "sane", 4);
    harness_wait(h, strcmp(ra_desktop_window(h->desktop, id)->title, "sane") == 0);
    destroy(window, id);
}

static void
test_icons(void)
{
    Window window = harness_window(h, 0, 0, 100, 100);
    guint32 id = map(window, "icons");
    gsize count = 2 + 250 * 250;
    g_autofree long *items = g_new0(long, count);
    static const long sizes[][2] = {{0x10000, 0x10000}, {-1, -1},       {0, 5}, {5, 0},
                                    {250, 251},         {2, 0x7fffffff}};
    for (guint i = 0; i < G_N_ELEMENTS(sizes); i++) {
        memcpy(items, sizes[i], sizeof sizes[i]);
        h->changed_bits = 0;
        set(window, "_NET_WM_ICON", "CARDINAL", 32, items, (int)count);
        harness_wait(h, h->changed_bits & RA_CHANGED_ICON);
        g_assert_cmpuint(ra_desktop_window(h->desktop, id)->n_icons, ==, 0);
    }
    items[0] = items[1] = 250;
    set(window, "_NET_WM_ICON", "CARDINAL", 32, items, (int)count);
    harness_wait(h, ra_desktop_window(h->desktop, id)->n_icons == 1);
    // A pixmap that is none, and one that is the window itself.
    XDeleteProperty(h->client, window, XInternAtom(h->client, "_NET_WM_ICON", False));
    XWMHints hints = {
        .flags = IconPixmapHint | IconMaskHint, .icon_pixmap = 4711, .icon_mask = window};
    XSetWMHints(h->client, window, &hints);
    harness_wait(h, ra_desktop_window(h->desktop, id)->n_icons == 0);
    destroy(window, id);
}

static void
test_transient_loops(void)
{
    Window a = harness_window(h, 0, 0, 100, 100);
    Window b = harness_window(h, 50, 50, 100, 100);
    Window c = harness_window(h, 90, 90, 100, 100);
    guint32 id_a = map(a, "a");
    guint32 id_b = map(b, "b");
    guint32 id_c = map(c, "c");
    h->changed_bits = 0;
    XSetTransientForHint(h->client, a, a);
    harness_wait(h, h->changed_bits & RA_CHANGED_HINTS);
    g_assert_cmpuint(ra_desktop_window(h->desktop, id_a)->owner_id, ==, 0);
    XSetTransientForHint(h->client, a, b);
    XSetTransientForHint(h->client, b, c);
    XSetTransientForHint(h->client, c, a);
    harness_wait(h, ra_desktop_window(h->desktop, id_b)->owner_id == id_c);
    harness_settle(h);
    guint32 at = id_a;
    for (int i = 0; i < 4 && at; i++)
        at = ra_desktop_window(h->desktop, at)->owner_id;
    g_assert_cmpuint(at, ==, 0); // somewhere the ring is open
    ra_desktop_raise(h->desktop, id_a, false);
    ra_desktop_activate(h->desktop, id_b);
    harness_wait(h, h->active == id_b);
    destroy(a, id_a);
    destroy(c, id_c);
    destroy(b, id_b);
}

static void
test_many(void)
{
    static Window windows[MANY + 200];
    guint before = h->n_new;
    for (guint i = 0; i < G_N_ELEMENTS(windows); i++) {
        windows[i] = harness_window(h, (int)i, (int)i, 20, 20);
        XMapWindow(h->client, windows[i]);
    }
    harness_wait(h, h->n_new >= before + MANY);
    harness_settle(h);
    g_autoptr(GPtrArray) told = ra_desktop_windows(h->desktop);
    g_assert_cmpuint(told->len, ==, 1024);
    g_assert_cmpuint(h->stack->len, ==, 1024);
    const RaWindow *any = told->pdata[17];
    ra_desktop_activate(h->desktop, any->id);
    guint32 id = any->id;
    harness_wait(h, h->active == id && g_array_index(h->stack, guint32, 0) == id);
    guint gone = h->n_gone;
    for (guint i = 0; i < G_N_ELEMENTS(windows); i++)
        XDestroyWindow(h->client, windows[i]);
    harness_wait(h, h->n_gone == gone + 1024);
}

// Taken, captured, moved, raised and closed while it goes.
static void
test_vanishing(void)
{
    RaRect rects[16];
    g_autofree guint8 *pixels = g_malloc(400 * 400 * 4);
    for (int i = 0; i < 60; i++) {
        Window window = harness_window(h, 0, 0, 400, 400);
        guint32 id = map(window, "vanishing");
        if (i % 3 == 0)
            XResizeWindow(h->client, window, 100, 100);
        else if (i % 3 == 1)
            XUnmapWindow(h->client, window);
        bool destroyed = i % 3 != 0 || i % 2;
        if (destroyed)
            XDestroyWindow(h->client, window);
        XSync(h->client, False); // the server knows, we have not read it yet
        guint n = ra_desktop_take_damage(h->desktop, id, true, rects, 16);
        g_assert_cmpuint(n, ==, 1);
        gboolean captured = ra_desktop_capture(h->desktop, id, &rects[0], pixels, 1600);
        g_assert_false(captured && destroyed);
        ra_desktop_move_resize(h->desktop, id, &(RaRect){1, 2, 300, 300});
        ra_desktop_raise(h->desktop, id, false);
        ra_desktop_activate(h->desktop, id);
        ra_desktop_set_state(h->desktop, id, RA_MAXIMIZED);
        ra_desktop_close(h->desktop, id);
        if (!destroyed)
            XDestroyWindow(h->client, window);
        harness_wait(h, ra_desktop_window(h->desktop, id) == NULL);
        g_assert_false(ra_desktop_capture(h->desktop, id, &rects[0], pixels, 1600));
        g_assert_cmpuint(ra_desktop_take_damage(h->desktop, id, true, rects, 16), ==, 0);
    }
}

static void
test_messages(void)
{
    Window window = harness_window(h, 10, 10, 100, 100);
    guint32 id = map(window, "messages");
    static const char *const types[] = {"_NET_WM_STATE",
                                        "WM_CHANGE_STATE",
                                        "_NET_ACTIVE_WINDOW",
                                        "_NET_MOVERESIZE_WINDOW",
                                        "_NET_RESTACK_WINDOW",
                                        "_NET_WM_MOVERESIZE",
                                        "_NET_REQUEST_FRAME_EXTENTS"};
    for (guint i = 0; i < 200; i++) {
        long data[5];
        for (guint k = 0; k < 5; k++)
            data[k] = (long)(gint32)g_test_rand_int();
        harness_message(h, i % 5 ? window : (Window)data[4],
                        types[(guint)g_test_rand_int_range(0, G_N_ELEMENTS(types))], data);
        if (i % 50 == 0)
            harness_settle(h);
    }
    harness_settle(h);
    ra_desktop_activate(h->desktop, id);
    harness_wait(h, h->active == id && ra_desktop_window(h->desktop, id)->state != RA_MINIMIZED);
    destroy(window, id);
}

// A burst of drawing all over a window ends in few rectangles that cover it.
static void
test_damage_storm(void)
{
    Window window = harness_window(h, 0, 0, 1000, 800);
    guint32 id = map(window, "storm");
    RaRect rects[8];
    GC gc = XCreateGC(h->client, window, 0, NULL);
    for (int round = 0; round < 20; round++) {
        for (int i = 0; i < 2000; i++) {
            XSetForeground(h->client, gc, (gulong)i * 31 + (gulong)round);
            XFillRectangle(h->client, window, gc, g_test_rand_int_range(0, 1000),
                           g_test_rand_int_range(0, 800), 9, 9);
        }
        XSync(h->client, False);
        harness_wait(h, h->damaged->len > 0);
        g_array_set_size(h->damaged, 0);
        guint n = ra_desktop_take_damage(h->desktop, id, false, rects, 8);
        g_assert_cmpuint(n, >=, 1);
        g_assert_cmpuint(n, <=, 8);
        RaPixels pixels[8];
        g_assert_true(ra_desktop_capture_many(h->desktop, id, rects, n, pixels));
    }
    XFreeGC(h->client, gc);
    destroy(window, id);
}

static void
test_server_gone(void)
{
    Window window = harness_window(h, 0, 0, 100, 100);
    guint32 id = map(window, "last");
    XCloseDisplay(h->client);
    h->client = NULL;
    harness_end_server(h);
    harness_wait(h, h->n_lost == 1);
    RaRect rect = {0, 0, 1, 1};
    guint8 pixel[4];
    ra_desktop_capture(h->desktop, id, &rect, pixel, 4);
    ra_desktop_activate(h->desktop, id);
    ra_desktop_key(h->desktop, 30, true);
    ra_desktop_set_screen(h->desktop, 800, 600, 100, NULL, NULL, 0);
    ra_desktop_set_layout(h->desktop, "", "de", "", "");
    ra_desktop_clipboard_offer(h->desktop, CHAN_CLIP_CLIPBOARD, CHAN_CLIP_TEXT);
    g_assert_cmpuint(h->n_lost, ==, 1);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    h = harness_new(SERVER_XVFB);
    g_assert_nonnull(h);
    g_test_add_func("/desktop/hostile/titles", test_titles);
    g_test_add_func("/desktop/hostile/icons", test_icons);
    g_test_add_func("/desktop/hostile/transient-loops", test_transient_loops);
    g_test_add_func("/desktop/hostile/vanishing", test_vanishing);
    g_test_add_func("/desktop/hostile/messages", test_messages);
    g_test_add_func("/desktop/hostile/damage-storm", test_damage_storm);
    g_test_add_func("/desktop/hostile/many", test_many);
    g_test_add_func("/desktop/hostile/server-gone", test_server_gone);
    int status = g_test_run();
    harness_free(h);
    return status;
}
