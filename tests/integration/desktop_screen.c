// SPDX-License-Identifier: Apache-2.0
// The guest's desktop follows the client's: size, work area, monitors, scale.
#include "tests/integration/desktop_harness.h"

#include <X11/Xatom.h>
#include <X11/Xutil.h>
#include <X11/extensions/Xrandr.h>
#include <string.h>

static Harness *h;
static bool xorg;

static guint32
map(Window window, const char *title)
{
    const RaWindow *w = NULL;
    harness_set_text(h, window, "_NET_WM_NAME", title);
    XMapWindow(h->client, window);
    harness_wait(h, (w = harness_find(h, title)) != NULL);
    return w->id;
}

static void
set_size(int width, int height)
{
    ra_desktop_set_screen(h->desktop, width, height, 100, NULL, NULL, 0);
    harness_settle(h);
}

static void
assert_root(int width, int height)
{
    XWindowAttributes root;
    int w;
    int ht;
    ra_desktop_screen_size(h->desktop, &w, &ht);
    g_assert_cmpint(w, ==, width);
    g_assert_cmpint(ht, ==, height);
    g_assert_true(XGetWindowAttributes(h->client, DefaultRootWindow(h->client), &root));
    g_assert_cmpint(root.width, ==, width);
    g_assert_cmpint(root.height, ==, height);
}

static void
test_sizes(void)
{
    static const int sizes[][2] = {{1920, 1080}, {1366, 768}, {3840, 2160}, {1001, 777},
                                   {5120, 1440}, {800, 600},  {1280, 1024}};
    if (!xorg) {
        set_size(1920, 1080);
        assert_root(1280, 1024); // no larger than it began
        return;
    }
    for (guint i = 0; i < G_N_ELEMENTS(sizes); i++) {
        set_size(sizes[i][0], sizes[i][1]);
        assert_root(sizes[i][0], sizes[i][1]);
        // Where the pointer is sent, there it is, whatever the size.
        Window root;
        Window child;
        int at[4];
        guint mask;
        ra_desktop_pointer_move(h->desktop, sizes[i][0] - 1, sizes[i][1] - 3);
        harness_wait(h, (XQueryPointer(h->client, DefaultRootWindow(h->client), &root, &child,
                                       &at[0], &at[1], &at[2], &at[3], &mask),
                         at[0] == sizes[i][0] - 1 && at[1] == sizes[i][1] - 3));
    }
    XRRScreenResources *r = XRRGetScreenResourcesCurrent(h->client, DefaultRootWindow(h->client));
    guint ours = 0;
    for (int i = 0; i < r->nmode; i++)
        ours += g_str_has_prefix(r->modes[i].name, "casement-");
    XRRFreeScreenResources(r);
    g_assert_cmpuint(ours, <=, 1); // old ones are taken away
}

static void
test_work_area(void)
{
    RaRect area = {10, 30, 1200, 900};
    Window window = harness_window(h, 100, 100, 400, 300);
    guint32 id = map(window, "big");
    const RaWindow *w = ra_desktop_window(h->desktop, id);
    ra_desktop_set_state(h->desktop, id, RA_MAXIMIZED);
    harness_wait(h, w->rect.width == 1280 && w->rect.height == 1024);
    ra_desktop_set_screen(h->desktop, 1280, 1024, 100, &area, NULL, 0);
    harness_wait(h, memcmp(&w->rect, &area, sizeof area) == 0);
    ra_desktop_set_state(h->desktop, id, RA_FULLSCREEN);
    harness_wait(h, w->rect.width == 1280 && w->rect.x == 0);
    RaRect monitors[] = {{0, 0, 640, 1024}, {640, 0, 640, 1024}};
    ra_desktop_set_screen(h->desktop, 1280, 1024, 100, &area, monitors, 2);
    harness_wait(h, w->rect.width == 640 && w->rect.height == 1024);
    int n = 0;
    XRRMonitorInfo *told = XRRGetMonitors(h->client, DefaultRootWindow(h->client), True, &n);
    XRRFreeMonitors(told);
    g_assert_cmpint(n, ==, 2);
    set_size(1280, 1024);
    told = XRRGetMonitors(h->client, DefaultRootWindow(h->client), True, &n);
    XRRFreeMonitors(told);
    g_assert_cmpint(n, ==, 1);
    XDestroyWindow(h->client, window);
    harness_wait(h, ra_desktop_window(h->desktop, id) == NULL);
}

// Generated layouts: what is set is what programs see, in order, and nothing is left of the former.
static void
test_layouts(void)
{
    guint32 seed = (guint32)g_test_rand_int();
    g_autoptr(GRand) rand = g_rand_new_with_seed(seed);

    g_test_message("seed %u", seed);
    for (int round = 0; round < 40; round++) {
        RaRect monitors[16] = {0};
        guint n = (guint)g_rand_int_range(rand, 2, 17);
        for (guint i = 0; i < n; i++) {
            monitors[i] =
                (RaRect){g_rand_int_range(rand, 0, 1000), g_rand_int_range(rand, 0, 700), 0, 0};
            monitors[i].width = g_rand_int_range(rand, 200, 1281 - monitors[i].x);
            monitors[i].height = g_rand_int_range(rand, 200, 1025 - monitors[i].y);
        }
        ra_desktop_set_screen(h->desktop, 1280, 1024, 100, NULL, monitors, n);
        int told = 0;
        XRRMonitorInfo *list = NULL;
        harness_wait(h,
                     (XRRFreeMonitors(list),
                      list = XRRGetMonitors(h->client, DefaultRootWindow(h->client), True, &told),
                      told == (int)n && list[n - 1].width == monitors[n - 1].width));
        for (guint i = 0; i < n; i++) {
            g_assert_cmpint(list[i].x, ==, monitors[i].x);
            g_assert_cmpint(list[i].y, ==, monitors[i].y);
            g_assert_cmpint(list[i].width, ==, monitors[i].width);
            g_assert_cmpint(list[i].height, ==, monitors[i].height);
            g_assert_cmpint(list[i].primary, ==, i == 0);
        }
        XRRFreeMonitors(list);
    }
    set_size(1280, 1024);
}

// The output of a monitor that programs are told of, which has the place and size of it.
static RROutput
output_of(const XRRMonitorInfo *monitor)
{
    g_assert_cmpint(monitor->noutput, ==, 1);
    XRRScreenResources *r = XRRGetScreenResourcesCurrent(h->client, DefaultRootWindow(h->client));
    XRROutputInfo *output = XRRGetOutputInfo(h->client, r, monitor->outputs[0]);
    g_assert_cmpuint(output->crtc, !=, None);
    XRRCrtcInfo *crtc = XRRGetCrtcInfo(h->client, r, output->crtc);
    g_assert_cmpint(crtc->x, ==, monitor->x);
    g_assert_cmpint(crtc->y, ==, monitor->y);
    g_assert_cmpuint(crtc->width, ==, (guint)monitor->width);
    g_assert_cmpuint(crtc->height, ==, (guint)monitor->height);
    XRRFreeCrtcInfo(crtc);
    XRRFreeOutputInfo(output);
    XRRFreeScreenResources(r);
    return monitor->outputs[0];
}

static void
show_equal(int n, int width, int height)
{
    RaRect monitors[] = {
        {width, 0, width, height}, {0, 0, width, height}, {2 * width, 0, width, height}};
    int told = 0;
    ra_desktop_set_screen(h->desktop, n * width, height, 100, NULL, monitors, (guint)n);
    harness_settle(h);
    XRRMonitorInfo *list = XRRGetMonitors(h->client, DefaultRootWindow(h->client), True, &told);
    g_assert_cmpint(told, ==, n);
    for (int i = 0; i < n; i++) {
        g_assert_cmpint(list[i].x, ==, monitors[i].x);
        g_assert_cmpint(list[i].width, ==, width);
        g_assert_cmpint(list[i].height, ==, height);
        for (int other = 0; other < i; other++)
            g_assert_cmpuint(output_of(&list[i]), !=, output_of(&list[other]));
    }
    XRRFreeMonitors(list);
}

// Each has an output, which is all that toolkits look at, whether or not the server knows the size.
static void
test_equal_monitors(void)
{
    static const int sizes[][2] = {{1366, 768}, {2560, 1440}, {1920, 1080}, {1001, 777}};
    if (!xorg) {
        g_test_skip("Xvfb has one output");
        return;
    }
    for (guint i = 0; i < G_N_ELEMENTS(sizes); i++) {
        show_equal(2, sizes[i][0], sizes[i][1]);
        show_equal(3, sizes[i][0], sizes[i][1]);
    }
    set_size(1280, 1024);
}

// A window that names no place comes up inside the work area, and not on the one before.
static void
test_placement(void)
{
    RaRect area = {100, 200, 700, 600};
    ra_desktop_set_screen(h->desktop, 1280, 1024, 100, &area, NULL, 0);
    RaRect last = {0};
    for (int i = 0; i < 12; i++) {
        Window window =
            XCreateSimpleWindow(h->client, DefaultRootWindow(h->client), 0, 0, 300, 200, 0, 0, 0);
        const RaWindow *w = ra_desktop_window(h->desktop, map(window, "placed"));
        g_assert_cmpint(w->rect.x, >=, area.x);
        g_assert_cmpint(w->rect.y, >=, area.y);
        g_assert_cmpint(w->rect.x + 300, <=, area.x + area.width);
        g_assert_cmpint(w->rect.y + 200, <=, area.y + area.height);
        g_assert_false(w->rect.x == last.x && w->rect.y == last.y);
        last = w->rect;
        harness_set_text(h, window, "_NET_WM_NAME", "old");
        harness_wait(h, !harness_find(h, "placed"));
    }
    Window huge =
        XCreateSimpleWindow(h->client, DefaultRootWindow(h->client), 0, 0, 3000, 2000, 0, 0, 0);
    const RaWindow *w = ra_desktop_window(h->desktop, map(huge, "huge"));
    g_assert_cmpint(w->rect.x, ==, area.x);
    g_assert_cmpint(w->rect.y, ==, area.y);
}

static void
test_scale(void)
{
    ra_desktop_set_screen(h->desktop, 1280, 1024, 200, NULL, NULL, 0);
    harness_settle(h);
    const char *argv[] = {"xrdb", "-query", NULL};
    g_autofree char *resources = harness_output(h, argv, NULL);
    g_assert_nonnull(strstr(resources, "Xft.dpi:\t192"));
    Atom selection = XInternAtom(h->client, "_XSETTINGS_S0", False);
    Window owner = XGetSelectionOwner(h->client, selection);
    g_assert_cmpuint(owner, !=, None);
    Atom type;
    int format;
    gulong n;
    gulong left;
    guint8 *data = NULL;
    XGetWindowProperty(h->client, owner, XInternAtom(h->client, "_XSETTINGS_SETTINGS", False), 0,
                       1024, False, AnyPropertyType, &type, &format, &n, &left, &data);
    g_assert_cmpuint(n, >, 12);
    g_assert_nonnull(memmem(data, n, "Gdk/WindowScalingFactor", 23));
    XFree(data);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    xorg = g_strcmp0(argc > 1 ? argv[1] : "", "xorg") == 0;
    h = harness_new(xorg ? SERVER_XORG : SERVER_XVFB);
    if (!h && xorg)
        return 77; // no Xorg with the dummy driver here
    g_assert_nonnull(h);
    g_test_add_func("/desktop/screen/sizes", test_sizes);
    g_test_add_func("/desktop/screen/work-area", test_work_area);
    g_test_add_func("/desktop/screen/layouts", test_layouts);
    g_test_add_func("/desktop/screen/equal-monitors", test_equal_monitors);
    g_test_add_func("/desktop/screen/placement", test_placement);
    g_test_add_func("/desktop/screen/scale", test_scale);
    int status = g_test_run();
    harness_free(h);
    return status;
}
