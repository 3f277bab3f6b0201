// SPDX-License-Identifier: Apache-2.0
// Real programs of several toolkits on the headless display, and a window manager that comes back.
#include "tests/integration/desktop_harness.h"

#include <X11/Xatom.h>
#include <X11/Xutil.h>
#include <X11/cursorfont.h>
#include <linux/input-event-codes.h>
#include <string.h>
#include <unistd.h>

static Harness *h;

// An installed program, as the guest's menu has it.
static void
install(const char *id, const char *content)
{
    g_autofree char *dir = g_build_filename(h->dir, "share", "applications", NULL);
    g_autofree char *file = g_build_filename(dir, id, NULL);
    g_assert_cmpint(g_mkdir_with_parents(dir, 0700), ==, 0);
    g_assert_true(g_file_set_contents(file, content, -1, NULL));
}

static guint32
start(const char *const argv[], const char *title)
{
    const RaWindow *w = NULL;
    harness_run(h, argv);
    harness_wait(h, (w = harness_find(h, title)) != NULL);
    return w->id;
}

static const RaWindow *
told(guint32 id)
{
    const RaWindow *w = ra_desktop_window(h->desktop, id);
    g_assert_nonnull(w);
    return w;
}

static void
close_window(guint32 id)
{
    ra_desktop_close(h->desktop, id);
    harness_wait(h, ra_desktop_window(h->desktop, id) == NULL);
}

static void
test_xterm(void)
{
    // It answers a request to close only once its child runs.
    g_autofree char *ready = g_build_filename(h->dir, "ready", NULL);
    g_autofree char *script = g_strdup_printf("touch %s; exec cat", ready);
    const char *argv[] = {"xterm", "-T", "a terminal", "-e", "sh", "-c", script, NULL};
    guint32 id = start(argv, "a terminal");
    harness_wait(h, g_file_test(ready, G_FILE_TEST_EXISTS));
    const RaWindow *w = told(id);
    g_assert_cmpint(w->kind, ==, RA_KIND_NORMAL);
    g_assert_cmpstr(w->app_id, ==, "test-xterm.desktop");
    g_assert_cmpuint(w->pid, ==, (guint)g_array_index(h->children, pid_t, h->children->len - 1));
    g_assert_cmpint(w->inc_width, >, 1);
    g_assert_cmpuint(w->n_icons, >, 0); // by WM_HINTS
    close_window(id);
}

static void
test_expected(void)
{
    // A program without a class that any entry knows: told apart by how it was started.
    g_setenv("DESKTOP_STARTUP_ID", "casement-test-1", TRUE);
    ra_desktop_expect(h->desktop, "wrapped.desktop", 0, "casement-test-1");
    const char *argv[] = {"zenity", "--info", "--title", "by startup id", "--text", "x", NULL};
    guint32 id = start(argv, "by startup id");
    g_unsetenv("DESKTOP_STARTUP_ID");
    g_assert_cmpstr(told(id)->startup_id, ==, "casement-test-1");
    g_assert_cmpstr(told(id)->app_id, ==, "wrapped.desktop");
    close_window(id);
    const char *by_pid[] = {"xclock", "-title", "by pid", NULL};
    id = start(by_pid, "by pid");
    g_assert_cmpstr(told(id)->app_id, ==, "");
    // Told late: the window is matched then.
    ra_desktop_expect(h->desktop, "clock.desktop", told(id)->pid, NULL);
    harness_wait(h, strcmp(told(id)->app_id, "clock.desktop") == 0);
    g_assert_true(h->changed_bits & RA_CHANGED_APP);
    close_window(id);
}

// A GTK program: its menu is a popup with pixels of its own, and closes again.
static void
test_mousepad(void)
{
    const char *argv[] = {"mousepad", "--disable-server", NULL};
    harness_run(h, argv);
    const RaWindow *w = NULL;
    harness_wait(h, (w = harness_newest(h)) && w->title[0] && w->mapped &&
                        strcmp(w->app_id, "org.xfce.mousepad.desktop") == 0);
    guint32 id = w->id;
    g_assert_cmpint(w->kind, ==, RA_KIND_NORMAL);
    harness_wait(h, told(id)->n_icons > 0 && h->active == id);
    ra_desktop_key(h->desktop, KEY_LEFTALT, true);
    ra_desktop_key(h->desktop, KEY_F, true);
    ra_desktop_key(h->desktop, KEY_F, false);
    ra_desktop_key(h->desktop, KEY_LEFTALT, false);
    harness_wait(h, (w = harness_newest(h)) && w->kind == RA_KIND_POPUP);
    guint32 menu = w->id;
    g_assert_cmpuint(w->owner_id, ==, id);
    g_assert_cmpuint(g_array_index(h->stack, guint32, 0), ==, menu);
    harness_wait(h, harness_pixel(h, menu, w->rect.width / 2, w->rect.height / 2) != 0);
    ra_desktop_key(h->desktop, KEY_ESC, true);
    ra_desktop_key(h->desktop, KEY_ESC, false);
    harness_wait(h, ra_desktop_window(h->desktop, menu) == NULL);
    close_window(id);
}

static void
test_cursor(void)
{
    Window window = harness_window(h, 100, 100, 200, 200);
    harness_set_text(h, window, "_NET_WM_NAME", "cursors");
    XDefineCursor(h->client, window, XCreateFontCursor(h->client, XC_xterm));
    XMapWindow(h->client, window);
    harness_wait(h, harness_find(h, "cursors"));
    ra_desktop_pointer_move(h->desktop, 600, 600);
    harness_settle(h);
    guint before = h->n_cursor;
    ra_desktop_pointer_move(h->desktop, 150, 150);
    harness_wait(h, h->n_cursor > before);
    g_assert_cmpint(h->cursor.width, >, 0);
    g_assert_cmpint(h->cursor.hot_x, <, h->cursor.width);
    guint32 serial = h->cursor.serial;
    XColor black = {0};
    char nothing = 0;
    Pixmap empty = XCreateBitmapFromData(h->client, window, &nothing, 1, 1);
    XDefineCursor(h->client, window,
                  XCreatePixmapCursor(h->client, empty, empty, &black, &black, 0, 0));
    harness_wait(h, h->cursor.serial != serial);
    g_assert_cmpint(h->cursor.width, ==, 0); // hidden
    XDestroyWindow(h->client, window);
    harness_wait(h, !harness_find(h, "cursors"));
}

// A window manager that comes back finds the windows as they were.
static void
test_adoption(void)
{
    Window minimized = harness_window(h, 10, 10, 100, 100);
    harness_set_text(h, minimized, "_NET_WM_NAME", "minimised before");
    XMapWindow(h->client, minimized);
    harness_wait(h, harness_find(h, "minimised before"));
    ra_desktop_set_state(h->desktop, harness_find(h, "minimised before")->id, RA_MINIMIZED);
    Window parent = harness_window(h, 100, 100, 300, 200);
    harness_set_text(h, parent, "_NET_WM_NAME", "owner before");
    XMapWindow(h->client, parent);
    harness_wait(h, harness_find(h, "owner before"));
    Window dialog = harness_window(h, 150, 150, 100, 100);
    harness_set_text(h, dialog, "_NET_WM_NAME", "dialog before");
    XSetTransientForHint(h->client, dialog, parent);
    XMapWindow(h->client, dialog);
    harness_wait(h, harness_find(h, "dialog before") &&
                        h->active == harness_find(h, "dialog before")->id);
    harness_stop_desktop(h);
    h->active = 0;
    harness_start_desktop(h);
    harness_wait(h, harness_find(h, "dialog before") && harness_find(h, "owner before") &&
                        harness_find(h, "minimised before"));
    const RaWindow *d = harness_find(h, "dialog before");
    const RaWindow *o = harness_find(h, "owner before");
    g_assert_cmpuint(d->owner_id, ==, o->id);
    g_assert_cmpint(d->kind, ==, RA_KIND_DIALOG);
    g_assert_cmpint(d->rect.x, ==, 150);
    harness_wait(h, h->active == d->id);
    g_assert_cmpint(harness_find(h, "minimised before")->state, ==, RA_MINIMIZED);
    harness_wait(h, harness_pixel(h, o->id, 1, 1) == 0x336699);
    // A second one is refused in words.
    g_autoptr(GError) error = NULL;
    static const RaDesktopEvents no_events;
    g_assert_null(ra_desktop_new(NULL, h->display, &no_events, NULL, &error));
    g_assert_nonnull(strstr(error->message, "has a window manager"));
    XDestroyWindow(h->client, dialog);
    XDestroyWindow(h->client, parent);
    XDestroyWindow(h->client, minimized);
    harness_wait(h, !harness_find(h, "minimised before"));
}

static gboolean
on_time(gpointer user)
{
    *(bool *)user = true;
    return G_SOURCE_REMOVE;
}

// With a quiet program open nothing runs. (What is measured is time, so it is waited for.)
static void
test_idle(void)
{
    const char *argv[] = {"xterm", "+bc", "-T", "quiet", "-e", "cat", NULL};
    guint32 id = start(argv, "quiet");
    RaRect rects[8];
    bool over = false;
    for (guint quiet = 0; quiet < 5; quiet++) {
        guint before = h->n_damaged;
        over = false;
        g_timeout_add(100, on_time, &over);
        while (!over)
            g_main_context_iteration(NULL, TRUE);
        while (ra_desktop_take_damage(h->desktop, id, false, rects, 8) > 0 ||
               h->n_damaged != before) {
            before = h->n_damaged;
            quiet = 0;
        }
    }
    over = false;
    guint turns = 0;
    g_timeout_add(3000, on_time, &over);
    while (!over) {
        g_main_context_iteration(NULL, TRUE);
        turns++;
    }
    g_assert_cmpuint(turns, <=, 3);
    close_window(id);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    h = harness_new(SERVER_XVFB);
    g_assert_nonnull(h);
    harness_stop_desktop(h); // it is to see the programs of this test's own menu
    g_autofree char *share = g_build_filename(h->dir, "share", NULL);
    g_setenv("XDG_DATA_HOME", share, TRUE);
    g_setenv("XDG_DATA_DIRS", "/nonexistent", TRUE);
    install("test-xterm.desktop", "[Desktop Entry]\nType=Application\nName=Terminal\nExec=xterm\n"
                                  "StartupWMClass=XTerm\n");
    install("org.xfce.mousepad.desktop",
            "[Desktop Entry]\nType=Application\nName=Editor\nExec=mousepad\n");
    harness_start_desktop(h);
    g_test_add_func("/desktop/programs/xterm", test_xterm);
    g_test_add_func("/desktop/programs/expected", test_expected);
    g_test_add_func("/desktop/programs/mousepad", test_mousepad);
    g_test_add_func("/desktop/programs/cursor", test_cursor);
    g_test_add_func("/desktop/programs/adoption", test_adoption);
    g_test_add_func("/desktop/programs/idle", test_idle);
    int status = g_test_run();
    harness_free(h);
    return status;
}
