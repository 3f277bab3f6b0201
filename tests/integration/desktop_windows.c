// SPDX-License-Identifier: Apache-2.0
// Windows of programs as casement-remoteapp's X11 half tells of them, on an X server of its own.
#include "tests/integration/desktop_harness.h"

#include <X11/Xatom.h>
#include <X11/Xutil.h>
#include <string.h>
#include <unistd.h>

static Harness *h;

static const RaWindow *
map(Window window, const char *title)
{
    harness_set_text(h, window, "_NET_WM_NAME", title);
    XMapWindow(h->client, window);
    const RaWindow *told = NULL;
    harness_wait(h, (told = harness_find(h, title)) != NULL);
    return told;
}

static void
unmap(Window window)
{
    guint before = h->n_gone;
    XDestroyWindow(h->client, window);
    harness_wait(h, h->n_gone > before);
}

static void
test_toplevel(void)
{
    Window window = harness_window(h, 40, 50, 300, 200);
    XClassHint class = {(char *)"some", (char *)"Some"};
    XSetClassHint(h->client, window, &class);
    const RaWindow *w = map(window, "Größe 100 %");
    g_assert_cmpint(w->kind, ==, RA_KIND_NORMAL);
    g_assert_cmpint(w->state, ==, RA_NORMAL);
    g_assert_cmpint(w->rect.x, ==, 40);
    g_assert_cmpint(w->rect.y, ==, 50);
    g_assert_cmpint(w->rect.width, ==, 300);
    g_assert_cmpint(w->rect.height, ==, 200);
    g_assert_true(w->mapped);
    g_assert_true(w->resizable);
    g_assert_true(w->closable);
    g_assert_false(w->alpha);
    g_assert_cmpuint(w->owner_id, ==, 0);
    g_assert_cmpuint(w->pid, ==, (guint)getpid());
    guint32 id = w->id;
    harness_wait(h, h->active == id);
    harness_set_text(h, window, "_NET_WM_NAME", "other");
    harness_wait(h, harness_find(h, "other"));
    g_assert_true(h->changed_bits & RA_CHANGED_TITLE);
    unmap(window);
    g_assert_cmpuint(h->last_gone, ==, id);
    g_assert_null(ra_desktop_window(h->desktop, id));
}

static void
test_pixels(void)
{
    Window window = harness_window(h, 100, 100, 400, 300);
    const RaWindow *w = map(window, "pixels");
    guint32 id = w->id;
    RaRect rects[16];
    harness_wait(h, h->n_damaged > 0);
    while (ra_desktop_take_damage(h->desktop, id, false, rects, 16) > 0)
        harness_settle(h);
    g_assert_cmphex(harness_pixel(h, id, 0, 0), ==, 0x336699);
    g_array_set_size(h->damaged, 0);
    GC gc = XCreateGC(h->client, window, 0, NULL);
    XSetForeground(h->client, gc, 0xff8800);
    XFillRectangle(h->client, window, gc, 30, 40, 64, 64);
    harness_wait(h, h->damaged->len > 0);
    g_assert_cmpuint(g_array_index(h->damaged, guint32, 0), ==, id);
    guint n = ra_desktop_take_damage(h->desktop, id, false, rects, 16);
    g_assert_cmpuint(n, ==, 1);
    g_assert_cmpint(rects[0].x, ==, 30);
    g_assert_cmpint(rects[0].y, ==, 40);
    g_assert_cmpint(rects[0].width, ==, 64);
    g_assert_cmpint(rects[0].height, ==, 64);
    g_assert_cmphex(harness_pixel(h, id, 30, 40), ==, 0xff8800);
    g_assert_cmphex(harness_pixel(h, id, 93, 103), ==, 0xff8800);
    g_assert_cmphex(harness_pixel(h, id, 94, 104), ==, 0x336699);
    XFreeGC(h->client, gc);
    unmap(window);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    h = harness_new(SERVER_XVFB);
    g_assert_nonnull(h);
    g_test_add_func("/desktop/toplevel", test_toplevel);
    g_test_add_func("/desktop/pixels", test_pixels);
    int status = g_test_run();
    harness_free(h);
    return status;
}
