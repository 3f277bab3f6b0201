// SPDX-License-Identifier: Apache-2.0
// Windows of programs as casement-remoteapp's X11 half tells of them, on an X server of its own.
#include "tests/integration/desktop_harness.h"

#include <X11/Xatom.h>
#include <X11/Xutil.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static Harness *h;

static void
test_toplevel(void)
{
    Window window = harness_window(h, 40, 50, 300, 200);
    XClassHint class = {(char *)"some", (char *)"Some"};
    XSetClassHint(h->client, window, &class);
    const RaWindow *w = harness_map(h, window, "Größe 100 %");
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
    harness_unmap(h, window);
    g_assert_cmpuint(h->last_gone, ==, id);
    g_assert_null(ra_desktop_window(h->desktop, id));
}

static void
test_pixels(void)
{
    Window window = harness_window(h, 100, 100, 400, 300);
    const RaWindow *w = harness_map(h, window, "pixels");
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
    harness_unmap(h, window);
}

static gboolean
above(guint32 upper, guint32 lower)
{
    gint at_upper = -1;
    gint at_lower = -1;
    for (guint i = 0; i < h->stack->len; i++) {
        guint32 id = g_array_index(h->stack, guint32, i);
        at_upper = id == upper ? (gint)i : at_upper;
        at_lower = id == lower ? (gint)i : at_lower;
    }
    return at_upper >= 0 && at_lower >= 0 && at_upper < at_lower;
}

static long
property(Window window, const char *name, guint index)
{
    Atom type;
    int format;
    gulong n = 0;
    gulong left;
    guint8 *data = NULL;
    XGetWindowProperty(h->client, window, XInternAtom(h->client, name, False), 0, 64, False,
                       AnyPropertyType, &type, &format, &n, &left, &data);
    long value = n > index && format == 32 ? ((long *)(gpointer)data)[index] : -1;
    if (data)
        XFree(data);
    return value;
}

static gboolean
has_state(Window window, const char *state)
{
    long atom = (long)XInternAtom(h->client, state, False);
    for (guint i = 0; i < 16; i++) {
        if (property(window, "_NET_WM_STATE", i) == atom)
            return TRUE;
    }
    return FALSE;
}

static void
test_dialog(void)
{
    Window parent = harness_window(h, 100, 100, 400, 300);
    guint32 parent_id = harness_map(h, parent, "parent")->id;
    Window dialog = XCreateSimpleWindow(h->client, DefaultRootWindow(h->client), 0, 0, 200, 100, 0,
                                        0, 0xffffff);
    XSetTransientForHint(h->client, dialog, parent);
    harness_set_atom(h, dialog, "_NET_WM_STATE", "_NET_WM_STATE_MODAL");
    const RaWindow *w = harness_map(h, dialog, "dialog");
    guint32 id = w->id;
    g_assert_cmpint(w->kind, ==, RA_KIND_DIALOG);
    g_assert_cmpuint(w->owner_id, ==, parent_id);
    g_assert_true(w->modal);
    // It named no place: in the middle of its owner.
    g_assert_cmpint(w->rect.x, ==, 200);
    g_assert_cmpint(w->rect.y, ==, 200);
    harness_wait(h, h->active == id);
    ra_desktop_raise(h->desktop, parent_id, false);
    harness_settle(h);
    g_assert_true(above(id, parent_id));
    ra_desktop_raise(h->desktop, parent_id, true);
    harness_settle(h);
    g_assert_true(above(parent_id, id));
    ra_desktop_raise(h->desktop, parent_id, false);
    harness_settle(h);
    g_assert_true(above(id, parent_id));
    harness_unmap(h, dialog);
    harness_wait(h, h->active == parent_id);
    harness_unmap(h, parent);
    harness_wait(h, h->active == 0);
}

static void
test_group_dialog(void)
{
    Window leader = harness_window(h, 0, 0, 1, 1);
    XWMHints hints = {.flags = WindowGroupHint, .window_group = leader};
    Window parent = harness_window(h, 100, 100, 400, 300);
    XSetWMHints(h->client, parent, &hints);
    guint32 parent_id = harness_map(h, parent, "of group")->id;
    Window dialog = harness_window(h, 150, 150, 200, 100);
    XSetWMHints(h->client, dialog, &hints);
    XSetTransientForHint(h->client, dialog, DefaultRootWindow(h->client));
    const RaWindow *w = harness_map(h, dialog, "for group");
    g_assert_cmpuint(w->owner_id, ==, parent_id);
    g_assert_cmpuint(w->group.owner, ==, CHAN_OWNER_ALL);
    g_assert_cmpuint(w->group.group, ==, leader);
    guint32 id = w->id;
    XSetTransientForHint(h->client, dialog, parent);
    harness_wait(h, harness_told(h, id)->group.owner == CHAN_OWNER_WINDOW);
    // It names none: RAIL has the group's all the same, and a client of ours is told that it does.
    harness_set_atom(h, dialog, "_NET_WM_WINDOW_TYPE", "_NET_WM_WINDOW_TYPE_DIALOG");
    XDeleteProperty(h->client, dialog, XA_WM_TRANSIENT_FOR);
    harness_wait(h, harness_told(h, id)->group.owner == CHAN_OWNER_NONE);
    g_assert_cmpuint(harness_told(h, id)->owner_id, ==, parent_id);
    hints.flags = 0;
    XSetWMHints(h->client, dialog, &hints);
    harness_wait(h, harness_told(h, id)->group.group == None);
    g_assert_cmpuint(harness_told(h, parent_id)->group.group, ==, leader);
    harness_unmap(h, dialog);
    harness_unmap(h, parent);
    XDestroyWindow(h->client, leader);
}

static Window
popup(const char *type, int x, int y)
{
    XSetWindowAttributes attributes = {.override_redirect = True, .background_pixel = 0x112233};
    Window w =
        XCreateWindow(h->client, DefaultRootWindow(h->client), x, y, 80, 60, 0, CopyFromParent,
                      InputOutput, CopyFromParent, CWOverrideRedirect | CWBackPixel, &attributes);
    if (type)
        harness_set_atom(h, w, "_NET_WM_WINDOW_TYPE", type);
    return w;
}

static void
test_popups(void)
{
    Window parent = harness_window(h, 100, 100, 400, 300);
    guint32 parent_id = harness_map(h, parent, "parent")->id;
    harness_wait(h, h->active == parent_id);
    Window menu = popup("_NET_WM_WINDOW_TYPE_POPUP_MENU", 150, 150);
    const RaWindow *w = harness_map(h, menu, "menu");
    guint32 menu_id = w->id;
    g_assert_cmpint(w->kind, ==, RA_KIND_POPUP);
    g_assert_cmpuint(w->owner_id, ==, parent_id);
    g_assert_true(w->undecorated);
    g_assert_false(w->resizable);
    Window submenu = popup(NULL, 230, 150);
    XSetTransientForHint(h->client, submenu, menu);
    w = harness_map(h, submenu, "submenu");
    g_assert_cmpint(w->kind, ==, RA_KIND_POPUP);
    g_assert_cmpuint(w->owner_id, ==, menu_id);
    Window tip = popup("_NET_WM_WINDOW_TYPE_TOOLTIP", 150, 300);
    w = harness_map(h, tip, "tip");
    g_assert_cmpint(w->kind, ==, RA_KIND_TOOLTIP);
    g_assert_cmpuint(h->active, ==, parent_id);
    Window other = harness_window(h, 120, 120, 400, 300);
    guint32 other_id = harness_map(h, other, "other")->id;
    harness_wait(h, h->active == other_id);
    ra_desktop_raise(h->desktop, parent_id, false);
    harness_wait(h, above(parent_id, other_id));
    g_assert_true(above(menu_id, parent_id));
    harness_unmap(h, tip);
    harness_unmap(h, submenu);
    harness_unmap(h, menu);
    harness_unmap(h, other);
    harness_unmap(h, parent);
}

static void
test_unseen(void)
{
    // Windows without pixels, and those that toolkits keep for grabs, are nobody's business.
    guint before = h->n_new;
    Window only = XCreateWindow(h->client, DefaultRootWindow(h->client), 0, 0, 50, 50, 0,
                                CopyFromParent, InputOnly, CopyFromParent, 0, NULL);
    XSetWindowAttributes unmanaged = {.override_redirect = True};
    Window dot =
        XCreateWindow(h->client, DefaultRootWindow(h->client), 0, 0, 1, 1, 0, CopyFromParent,
                      InputOutput, CopyFromParent, CWOverrideRedirect, &unmanaged);
    XMapWindow(h->client, only);
    XMapWindow(h->client, dot);
    Window seen = harness_window(h, 10, 10, 20, 20);
    harness_map(h, seen, "seen");
    g_assert_cmpuint(h->n_new, ==, before + 1);
    harness_unmap(h, seen);
    XDestroyWindow(h->client, only);
    XDestroyWindow(h->client, dot);
    harness_settle(h);
}

static void
wait_rect(guint32 id, int x, int y, int width, int height)
{
    RaRect want = {x, y, width, height};
    harness_wait(h, memcmp(&harness_told(h, id)->rect, &want, sizeof want) == 0);
}

static void
test_geometry(void)
{
    XEvent event;
    Window window = harness_window(h, 100, 100, 400, 300);
    XSelectInput(h->client, window, StructureNotifyMask);
    guint32 id = harness_map(h, window, "geometry")->id;
    XMoveResizeWindow(h->client, window, 50, 60, 500, 200);
    wait_rect(id, 50, 60, 500, 200);
    RaRect rect = {70, 80, 320, 240};
    ra_desktop_move_resize(h->desktop, id, &rect);
    wait_rect(id, 70, 80, 320, 240);
    // ICCCM 4.1.5: a move alone, and a request that changes nothing, are answered in root
    // coordinates.
    while (XCheckTypedWindowEvent(h->client, window, ConfigureNotify, &event))
        ;
    XMoveWindow(h->client, window, 71, 80);
    do
        harness_wait(h, XCheckTypedWindowEvent(h->client, window, ConfigureNotify, &event));
    while (!event.xconfigure.send_event);
    g_assert_cmpint(event.xconfigure.x, ==, 71);
    long data[5] = {1 << 8 | 1 << 10, 33, 0, 222, 0};
    harness_message(h, window, "_NET_MOVERESIZE_WINDOW", data);
    wait_rect(id, 33, 80, 222, 240);
    harness_unmap(h, window);
}

static void
fill_pattern(Window window, int width, int height)
{
    XImage *image = XGetImage(h->client, window, 0, 0, (guint)width, (guint)height, ~0ul, ZPixmap);
    for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++)
            XPutPixel(image, x, y, (gulong)((x * 7919 + y * 104729) & 0xffffff));
    }
    GC gc = XCreateGC(h->client, window, 0, NULL);
    XPutImage(h->client, window, gc, image, 0, 0, 0, 0, (guint)width, (guint)height);
    XFreeGC(h->client, gc);
    XDestroyImage(image);
    XSync(h->client, False);
}

static void
assert_pattern(guint32 id, int width, int height)
{
    RaRect rects[2] = {{0, 0, width, height / 2}, {0, height / 2, width, height - height / 2}};
    RaPixels pixels[2];
    harness_wait(h, harness_told(h, id)->rect.width == width &&
                        harness_told(h, id)->rect.height == height);
    g_assert_true(ra_desktop_capture_many(h->desktop, id, rects, 2, pixels));
    for (int y = 0; y < height; y++) {
        const RaPixels *p = &pixels[y >= height / 2];
        const guint8 *row = p->data + (gsize)(y - (y >= height / 2 ? height / 2 : 0)) * p->stride;
        for (int x = 0; x < width; x++) {
            guint32 pixel = ((const guint32 *)(gconstpointer)row)[x] & 0xffffff;
            g_assert_cmphex(pixel, ==, (guint)(x * 7919 + y * 104729) & 0xffffff);
        }
    }
}

static void
test_pixels_exact(void)
{
    Window window = harness_window(h, 0, 0, 640, 480);
    guint32 id = harness_map(h, window, "exact")->id;
    fill_pattern(window, 640, 480);
    assert_pattern(id, 640, 480);
    // Covered, partly outside the screen, and of another size: still what the program drew.
    Window cover = harness_window(h, 0, 0, 800, 600);
    harness_map(h, cover, "cover");
    assert_pattern(id, 640, 480);
    XMoveWindow(h->client, window, -300, 900);
    harness_wait(h, harness_told(h, id)->rect.x == -300);
    assert_pattern(id, 640, 480);
    g_array_set_size(h->damaged, 0);
    XResizeWindow(h->client, window, 801, 333);
    harness_wait(h, harness_told(h, id)->rect.width == 801);
    fill_pattern(window, 801, 333);
    assert_pattern(id, 801, 333);
    RaRect rects[4];
    harness_wait(h, ra_desktop_take_damage(h->desktop, id, false, rects, 1) == 1);
    g_assert_cmpint(rects[0].width, ==, 801);
    g_assert_cmpint(rects[0].height, ==, 333);
    RaRect outside = {800, 0, 2, 2};
    guint8 bytes[16];
    g_assert_false(ra_desktop_capture(h->desktop, id, &outside, bytes, 8));
    harness_unmap(h, cover);
    harness_unmap(h, window);
}

static void
test_alpha(void)
{
    XVisualInfo visual;
    g_assert_true(XMatchVisualInfo(h->client, DefaultScreen(h->client), 32, TrueColor, &visual));
    Window root = DefaultRootWindow(h->client);
    XSetWindowAttributes attributes = {
        .colormap = XCreateColormap(h->client, root, visual.visual, AllocNone),
        .background_pixel = 0x40102030};
    Window window =
        XCreateWindow(h->client, root, 10, 10, 100, 100, 0, 32, InputOutput, visual.visual,
                      CWColormap | CWBackPixel | CWBorderPixel, &attributes);
    long extents[4] = {10, 11, 12, 13};
    XChangeProperty(h->client, window, XInternAtom(h->client, "_GTK_FRAME_EXTENTS", False),
                    XA_CARDINAL, 32, PropModeReplace, (guint8 *)extents, 4);
    const RaWindow *w = harness_map(h, window, "alpha");
    g_assert_true(w->alpha);
    g_assert_true(w->undecorated);
    g_assert_true(w->props.flags & CHAN_WINDOW_FRAME);
    g_assert_cmpuint(w->props.frame_left, ==, 10);
    g_assert_cmpuint(w->props.frame_right, ==, 11);
    g_assert_cmpuint(w->props.frame_top, ==, 12);
    g_assert_cmpuint(w->props.frame_bottom, ==, 13);
    guint32 pixel = 0;
    RaRect rect = {50, 50, 1, 1};
    g_assert_true(ra_desktop_capture(h->desktop, w->id, &rect, (guint8 *)&pixel, 4));
    g_assert_cmphex(pixel, ==, 0x40102030);
    harness_unmap(h, window);
}

static guint32
pixel_at(guint32 id, int x, int y)
{
    guint32 pixel = 0xdeadbeef;
    RaRect rect = {x, y, 1, 1};
    g_assert_true(ra_desktop_capture(h->desktop, id, &rect, (guint8 *)&pixel, 4));
    return pixel;
}

// What the server has there is the root's: opaque, and black.
static void
test_alpha_grows(void)
{
    XVisualInfo visual;
    g_assert_true(XMatchVisualInfo(h->client, DefaultScreen(h->client), 32, TrueColor, &visual));
    Window root = DefaultRootWindow(h->client);
    const guint32 backgrounds[] = {0, 0x40102030};
    for (gsize i = 0; i < G_N_ELEMENTS(backgrounds); i++) {
        XSetWindowAttributes attributes = {
            .colormap = XCreateColormap(h->client, root, visual.visual, AllocNone),
            .bit_gravity = NorthWestGravity,
            .background_pixel = backgrounds[i]};
        Window window = XCreateWindow(
            h->client, root, 10, 10, 100, 100, 0, 32, InputOutput, visual.visual,
            CWColormap | CWBorderPixel | CWBitGravity | (backgrounds[i] ? CWBackPixel : 0u),
            &attributes);
        GC gc = XCreateGC(h->client, window, 0, NULL);
        const RaWindow *w = harness_map(h, window, "grows");
        XSetForeground(h->client, gc, 0x80405060);
        XFillRectangle(h->client, window, gc, 0, 0, 100, 100);
        harness_settle(h);
        XMoveResizeWindow(h->client, window, 10, 10, 150, 130);
        harness_wait(h, w->rect.width == 150 && w->rect.height == 130);
        harness_settle(h);
        g_assert_cmphex(pixel_at(w->id, 50, 50), ==, 0x80405060);
        g_assert_cmphex(pixel_at(w->id, 140, 20), ==, backgrounds[i]);
        g_assert_cmphex(pixel_at(w->id, 20, 120), ==, backgrounds[i]);
        XFreeGC(h->client, gc);
        harness_unmap(h, window);
    }
}

static bool
supports(const char *name)
{
    Atom type;
    int format;
    unsigned long n = 0, rest;
    guint8 *bytes = NULL;
    bool found = false;
    g_assert_cmpint(XGetWindowProperty(h->client, DefaultRootWindow(h->client),
                                       XInternAtom(h->client, "_NET_SUPPORTED", False), 0, 4096,
                                       False, XA_ATOM, &type, &format, &n, &rest, &bytes),
                    ==, Success);
    const Atom *atoms = (const Atom *)(gconstpointer)bytes;
    for (unsigned long i = 0; i < n; i++)
        found |= atoms[i] == XInternAtom(h->client, name, False);
    XFree(bytes);
    return found;
}

static void *
property_of(Window window, const char *name)
{
    Atom type;
    int format;
    unsigned long n, rest;
    unsigned char *bytes = NULL;
    g_assert_cmpint(XGetWindowProperty(h->client, window, XInternAtom(h->client, name, False), 0,
                                       64, False, AnyPropertyType, &type, &format, &n, &rest,
                                       &bytes),
                    ==, Success);
    g_assert_cmpuint(n, >, 0);
    return bytes;
}

static bool
wm_is(const char *name)
{
    Window *check = property_of(DefaultRootWindow(h->client), "_NET_SUPPORTING_WM_CHECK");
    char *found = property_of(*check, "_NET_WM_NAME");
    bool same = strcmp(found, name) == 0;
    XFree(found);
    XFree(check);
    return same;
}

// Chromium draws its own frame under those that it knows.
static void
test_window_managers_name(void)
{
    g_assert_true(wm_is("casement-remoteapp"));
    ra_desktop_set_looks(h->desktop, CHAN_LOOKS_DEFAULT | 3u << CHAN_LOOKS_WM_SHIFT);
    harness_settle(h);
    g_assert_true(wm_is("Mutter"));
    ra_desktop_set_looks(h->desktop, CHAN_LOOKS_ALL);
    harness_settle(h);
    g_assert_true(wm_is("casement-remoteapp"));
    ra_desktop_set_looks(h->desktop, CHAN_LOOKS_DEFAULT);
    harness_settle(h);
}

// As toolkits find out whether to draw shadows, and windows without focus in another way.
static void
test_looks(void)
{
    Atom compositor = XInternAtom(h->client, "_NET_WM_CM_S0", False);
    g_assert_cmpuint(XGetSelectionOwner(h->client, compositor), ==, None);
    g_assert_true(supports("_GTK_FRAME_EXTENTS"));
    g_assert_true(supports("_NET_WM_STATE_FOCUSED"));
    ra_desktop_set_looks(h->desktop, CHAN_LOOKS_COMPOSITED);
    harness_wait(h, XGetSelectionOwner(h->client, compositor) != None);
    g_assert_false(supports("_GTK_FRAME_EXTENTS"));
    g_assert_false(supports("_NET_WM_STATE_FOCUSED"));
    ra_desktop_set_looks(h->desktop, CHAN_LOOKS_DEFAULT);
    harness_wait(h, XGetSelectionOwner(h->client, compositor) == None);
    harness_wait(h, supports("_GTK_FRAME_EXTENTS"));
}

static long
edges_of(Window window)
{
    Atom type;
    int format;
    gulong n;
    gulong rest;
    guint8 *bytes = NULL;
    XGetWindowProperty(h->client, window, XInternAtom(h->client, "_GTK_EDGE_CONSTRAINTS", False), 0,
                       1, False, XA_CARDINAL, &type, &format, &n, &rest, &bytes);
    long edges = n == 1 ? *(long *)(gpointer)bytes : -1;
    if (bytes)
        XFree(bytes);
    return edges;
}

// What a window manager says of a window's edges, programs go by only where it says so of all.
static void
test_edges(void)
{
    Window window = harness_window(h, 100, 100, 400, 300);
    const RaWindow *w = harness_map(h, window, "edges");
    ChanWindowHost host = {.x = 100, .y = 100, .width = 400, .height = 300};
    g_assert_false(supports("_GTK_EDGE_CONSTRAINTS"));
    ra_desktop_set_looks(h->desktop, CHAN_LOOKS_DEFAULT | CHAN_LOOKS_EDGES);
    host.edges = 89;
    ra_desktop_set_host(h->desktop, w->id, &host);
    harness_wait(h, edges_of(window) == 89);
    g_assert_true(supports("_GTK_EDGE_CONSTRAINTS"));
    host.edges = 0;
    ra_desktop_set_host(h->desktop, w->id, &host);
    harness_wait(h, edges_of(window) == -1);
    ra_desktop_set_looks(h->desktop, CHAN_LOOKS_DEFAULT);
    harness_unmap(h, window);
}

// Taken off in the guest, and told, since some window managers leave it.
static void
test_border(void)
{
    Window window = harness_window(h, 100, 100, 400, 300);
    XSetWindowBorderWidth(h->client, window, 3);
    const RaWindow *w = harness_map(h, window, "border");
    g_assert_cmpuint(w->props.border_width, ==, 3);
    g_assert_cmpint(w->rect.width, ==, 400);
    harness_unmap(h, window);
}

static void
test_states(void)
{
    Window window = harness_window(h, 100, 100, 400, 300);
    guint32 id = harness_map(h, window, "states")->id;
    long data[5] = {1, (long)XInternAtom(h->client, "_NET_WM_STATE_MAXIMIZED_VERT", False),
                    (long)XInternAtom(h->client, "_NET_WM_STATE_MAXIMIZED_HORZ", False), 1, 0};
    harness_message(h, window, "_NET_WM_STATE", data);
    harness_wait(h, harness_told(h, id)->state == RA_MAXIMIZED);
    wait_rect(id, 0, 0, 1280, 1024);
    harness_wait(h, has_state(window, "_NET_WM_STATE_MAXIMIZED_VERT"));
    ra_desktop_set_state(h->desktop, id, RA_FULLSCREEN);
    harness_wait(h, harness_told(h, id)->state == RA_FULLSCREEN);
    ra_desktop_set_state(h->desktop, id, RA_NORMAL);
    harness_wait(h, harness_told(h, id)->state == RA_NORMAL);
    wait_rect(id, 100, 100, 400, 300);
    harness_wait(h, !has_state(window, "_NET_WM_STATE_MAXIMIZED_VERT"));
    data[0] = 2;
    data[1] = (long)XInternAtom(h->client, "_NET_WM_STATE_ABOVE", False);
    data[2] = (long)XInternAtom(h->client, "_NET_WM_STATE_DEMANDS_ATTENTION", False);
    harness_message(h, window, "_NET_WM_STATE", data);
    harness_wait(h, harness_told(h, id)->above && harness_told(h, id)->urgent);
    harness_message(h, window, "_NET_WM_STATE", data);
    harness_wait(h, !harness_told(h, id)->above && !harness_told(h, id)->urgent);
    harness_unmap(h, window);
}

static void
test_minimize(void)
{
    Window other = harness_window(h, 500, 500, 200, 200);
    guint32 other_id = harness_map(h, other, "other")->id;
    Window window = harness_window(h, 100, 100, 400, 300);
    guint32 id = harness_map(h, window, "minimize")->id;
    harness_wait(h, h->active == id);
    fill_pattern(window, 400, 300);
    assert_pattern(id, 400, 300);
    XIconifyWindow(h->client, window, DefaultScreen(h->client));
    harness_wait(h, harness_told(h, id)->state == RA_MINIMIZED && h->active == other_id);
    harness_wait(h, property(window, "WM_STATE", 0) == IconicState);
    g_assert_true(has_state(window, "_NET_WM_STATE_HIDDEN"));
    g_assert_true(above(other_id, id));
    // What it showed is still to be had, for a session that begins now.
    assert_pattern(id, 400, 300);
    // Its program has it shown again (ICCCM 4.1.4).
    XMapWindow(h->client, window);
    harness_wait(h, harness_told(h, id)->state == RA_NORMAL && h->active == id);
    harness_wait(h, !has_state(window, "_NET_WM_STATE_HIDDEN"));
    fill_pattern(window, 400, 300);
    assert_pattern(id, 400, 300);
    ra_desktop_set_state(h->desktop, id, RA_MINIMIZED);
    harness_wait(h, harness_told(h, id)->state == RA_MINIMIZED && h->active == other_id);
    ra_desktop_activate(h->desktop, id);
    harness_wait(h, harness_told(h, id)->state == RA_NORMAL && h->active == id);
    harness_wait(h, property(window, "WM_STATE", 0) == NormalState);
    g_assert_true(above(id, other_id));
    ra_desktop_set_state(h->desktop, id, RA_MAXIMIZED);
    ra_desktop_set_state(h->desktop, id, RA_MINIMIZED);
    harness_wait(h, harness_told(h, id)->state == RA_MINIMIZED);
    long data[5] = {2, 0, 0, 0, 0};
    harness_message(h, window, "_NET_ACTIVE_WINDOW", data);
    harness_wait(h, harness_told(h, id)->state == RA_MAXIMIZED);
    ra_desktop_set_state(h->desktop, id, RA_MINIMIZED);
    harness_wait(h, harness_told(h, id)->state == RA_MINIMIZED);
    ra_desktop_set_state(h->desktop, id, RA_NORMAL);
    harness_wait(h, harness_told(h, id)->state == RA_MAXIMIZED);
    // One that is withdrawn while it is minimised is gone, though the server has nothing to tell.
    ra_desktop_set_state(h->desktop, id, RA_MINIMIZED);
    harness_wait(h, harness_told(h, id)->state == RA_MINIMIZED);
    guint before = h->n_gone;
    XWithdrawWindow(h->client, window, DefaultScreen(h->client));
    harness_wait(h, h->n_gone > before);
    XDestroyWindow(h->client, window);
    harness_unmap(h, other);
}

static int
on_cut_off(Display *dpy)
{
    _exit(0);
}

// Another process with a window that takes no WM_DELETE_WINDOW.
G_NORETURN static void
be_deaf(void)
{
    XEvent event;
    XSetIOErrorHandler(on_cut_off);
    h->client = XOpenDisplay(h->display);
    Window window = harness_window(h, 100, 100, 400, 300);
    harness_set_text(h, window, "_NET_WM_NAME", "deaf");
    XMapWindow(h->client, window);
    for (;;)
        XNextEvent(h->client, &event);
}

static void
test_close(void)
{
    XEvent event;
    Window window = harness_window(h, 100, 100, 400, 300);
    Atom protocol = XInternAtom(h->client, "WM_DELETE_WINDOW", False);
    Atom focus = XInternAtom(h->client, "WM_TAKE_FOCUS", False);
    Atom protocols[] = {protocol, focus};
    XSetWMProtocols(h->client, window, protocols, 2);
    guint32 id = harness_map(h, window, "close")->id;
    harness_wait(h, XCheckTypedWindowEvent(h->client, window, ClientMessage, &event));
    g_assert_cmpuint((Atom)event.xclient.data.l[0], ==, focus);
    g_assert_cmpint(event.xclient.data.l[1], >, 0);
    ra_desktop_close(h->desktop, id);
    harness_wait(h, XCheckTypedWindowEvent(h->client, window, ClientMessage, &event));
    g_assert_cmpuint((Atom)event.xclient.data.l[0], ==, protocol);
    harness_unmap(h, window);
    // A program that knows no such message is cut off.
    pid_t pid = fork();
    g_assert_cmpint(pid, >=, 0);
    if (pid == 0)
        be_deaf();
    const RaWindow *w = NULL;
    harness_wait(h, (w = harness_find(h, "deaf")) != NULL);
    guint before = h->n_gone;
    ra_desktop_close(h->desktop, w->id);
    harness_wait(h, h->n_gone > before);
    int status;
    g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
}

static void
test_withdraw(void)
{
    Window window = harness_window(h, 100, 100, 400, 300);
    guint32 id = harness_map(h, window, "withdrawn")->id;
    guint before = h->n_gone;
    XWithdrawWindow(h->client, window, DefaultScreen(h->client));
    harness_wait(h, h->n_gone > before);
    harness_wait(h, property(window, "WM_STATE", 0) == -1);
    const RaWindow *w = harness_map(h, window, "withdrawn");
    g_assert_cmpuint(w->id, !=, id);
    harness_unmap(h, window);
}

static void
test_hints(void)
{
    Window window = harness_window(h, 100, 100, 400, 300);
    XSizeHints hints = {.flags = USPosition | PMinSize | PMaxSize | PResizeInc | PBaseSize,
                        .min_width = 400,
                        .min_height = 300,
                        .max_width = 400,
                        .max_height = 300,
                        .width_inc = 7,
                        .height_inc = 13,
                        .base_width = 4,
                        .base_height = 5};
    XSetWMNormalHints(h->client, window, &hints);
    long motif[5] = {2, 0, 0, 0, 0};
    Atom atom = XInternAtom(h->client, "_MOTIF_WM_HINTS", False);
    XChangeProperty(h->client, window, atom, atom, 32, PropModeReplace, (guint8 *)motif, 5);
    const RaWindow *w = harness_map(h, window, "hints");
    guint32 id = w->id;
    g_assert_false(w->resizable);
    g_assert_true(w->undecorated);
    g_assert_cmpint(w->inc_width, ==, 7);
    g_assert_cmpint(w->inc_height, ==, 13);
    g_assert_cmpint(w->base_height, ==, 5);
    hints.max_width = 4000;
    XSetWMNormalHints(h->client, window, &hints);
    harness_wait(h, harness_told(h, id)->resizable);
    g_assert_cmpint(harness_told(h, id)->max_width, ==, 4000);
    XDeleteProperty(h->client, window, atom);
    harness_wait(h, !harness_told(h, id)->undecorated);
    long data[5] = {55, 66, 8, 1, 1};
    harness_message(h, window, "_NET_WM_MOVERESIZE", data);
    harness_wait(h, h->move_loop == 8);
    harness_unmap(h, window);
}

// A ratio stays one, however large its numbers: GDK 3 writes 65536 over what makes it.
static void
test_aspects(void)
{
    enum { MAX = CHAN_WINDOW_SIDE_MAX, RATIOS = 6 };
    static const int said[][2] = {{65536, 49152}, {4, 3},     {G_MAXINT, 1},
                                  {3, G_MAXINT},  {65536, 0}, {-65536, 65536}};
    static const guint32 told[][2] = {{16384, 12288}, {4, 3},     {MAX, 1},
                                      {1, MAX},       {16384, 0}, {0, 16384}};
    Window window = harness_window(h, 50, 50, 320, 240);
    guint32 id = harness_map(h, window, "aspects")->id;

    for (guint i = 0, j = 1; i < RATIOS; i++, j = (i + 1) % RATIOS) {
        XSizeHints hints = {.flags = PAspect,
                            .min_aspect = {said[i][0], said[i][1]},
                            .max_aspect = {said[j][0], said[j][1]}};
        XSetWMNormalHints(h->client, window, &hints);
        harness_settle(h);
        const ChanWindowProps *p = &harness_told(h, id)->props;
        g_assert_cmpuint(p->min_aspect_num, ==, told[i][0]);
        g_assert_cmpuint(p->min_aspect_den, ==, told[i][1]);
        g_assert_cmpuint(p->max_aspect_num, ==, told[j][0]);
        g_assert_cmpuint(p->max_aspect_den, ==, told[j][1]);
    }
    harness_unmap(h, window);
}

static void
test_titles(void)
{
    Window window = harness_window(h, 100, 100, 400, 300);
    XChangeProperty(h->client, window, XA_WM_NAME, XA_STRING, 8, PropModeReplace,
                    (const guint8 *)"caf\xe9", 4);
    XMapWindow(h->client, window);
    const RaWindow *w = NULL;
    harness_wait(h, (w = harness_find(h, "café")) != NULL);
    guint32 id = w->id;
    XChangeProperty(h->client, window, XA_WM_NAME, XInternAtom(h->client, "COMPOUND_TEXT", False),
                    8, PropModeReplace, (const guint8 *)"\x1b%GŁódź\x1b%@", 13);
    harness_wait(h, strcmp(harness_told(h, id)->title, "Łódź") == 0);
    harness_set_text(h, window, "_NET_WM_NAME", "new \xff name");
    harness_wait(h, strcmp(harness_told(h, id)->title, "new \xef\xbf\xbd name") == 0);
    harness_unmap(h, window);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    h = harness_new(SERVER_XVFB);
    g_assert_nonnull(h);
    g_test_add_func("/desktop/toplevel", test_toplevel);
    g_test_add_func("/desktop/pixels", test_pixels);
    g_test_add_func("/desktop/pixels-exact", test_pixels_exact);
    g_test_add_func("/desktop/alpha", test_alpha);
    g_test_add_func("/desktop/alpha-grows", test_alpha_grows);
    g_test_add_func("/desktop/looks", test_looks);
    g_test_add_func("/desktop/wm-name", test_window_managers_name);
    g_test_add_func("/desktop/edges", test_edges);
    g_test_add_func("/desktop/border", test_border);
    g_test_add_func("/desktop/dialog", test_dialog);
    g_test_add_func("/desktop/group-dialog", test_group_dialog);
    g_test_add_func("/desktop/popups", test_popups);
    g_test_add_func("/desktop/unseen", test_unseen);
    g_test_add_func("/desktop/geometry", test_geometry);
    g_test_add_func("/desktop/states", test_states);
    g_test_add_func("/desktop/minimize", test_minimize);
    g_test_add_func("/desktop/close", test_close);
    g_test_add_func("/desktop/withdraw", test_withdraw);
    g_test_add_func("/desktop/hints", test_hints);
    g_test_add_func("/desktop/aspects", test_aspects);
    g_test_add_func("/desktop/titles", test_titles);
    int status = g_test_run();
    harness_free(h);
    return status;
}
