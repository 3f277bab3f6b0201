// SPDX-License-Identifier: Apache-2.0

// What of a foreign server's window is its frame, and a window whose frame is cut off.

#include "rdpbridge/style.h"
#include "tests/unit/session_model.h"

#include <string.h>

#define WIDTH 400
#define HEIGHT 300

// Insets of the client area in a window of WIDTH × HEIGHT; one by one, so that title bars are
// learned from those before.
typedef struct {
    const char *what;
    guint32 ex_style, scale;
    int left, top, right, bottom;
    ViewFrame frame;
} Row;

static const Row rows[] = {
    {"a menu, and no title bar was seen", 0, 100, 8, 51, 8, 8, {8, 8, 31, 8}},
    {"at twice the scale", 0, 200, 16, 98, 16, 16, {16, 16, 62, 16}},
    {"plain", 0, 100, 4, 30, 4, 4, {4, 4, 30, 4}},
    {"a menu", 0, 100, 4, 49, 4, 4, {4, 4, 30, 4}},
    {"a lower title bar", 0, 100, 4, 23, 4, 4, {4, 4, 23, 4}},
    {"a menu below it", 0, 100, 4, 42, 4, 4, {4, 4, 23, 4}},
    {"scroll bars", 0, 100, 4, 23, 21, 21, {4, 4, 23, 4}},
    {"a scroll bar at the left", 0, 100, 21, 23, 4, 4, {4, 4, 23, 4}},
    {"a tool window", BRIDGE_WS_EX_TOOLWINDOW, 100, 3, 18, 3, 3, {3, 3, 18, 3}},
    {"no border (Windows 10 draws it outside)", 0, 100, 0, 23, 0, 0, {0, 0, 23, 0}},
    {"one that draws its title bar", 0, 100, 8, 0, 8, 8, {0}},
    {"one that draws all", 0, 100, 0, 0, 0, 0, {0}},
    {"a border and no title bar", 0, 100, 8, 8, 8, 8, {0}},
    {"to the left of the window", 0, 100, -8, 31, 8, 8, {0}},
    {"above the window", 0, 100, 8, -31, 8, 8, {0}},
    {"beyond the window", 0, 100, 8, 31, -9, 8, {0}},
    {"beyond its lower edge", 0, 100, 8, 31, 8, -9, {0}},
    {"past the window", 0, 100, WIDTH, 31, -8, 8, {0}},
};

static void
test_frames(void)
{
    guint32 caption = 0;

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        const Row *r = &rows[i];
        BridgeFramed w = {.client = {r->left, r->top, (guint32)(WIDTH - r->left - r->right),
                                     (guint32)(HEIGHT - r->top - r->bottom)},
                          .style = BRIDGE_WS_CAPTION,
                          .ex_style = r->ex_style,
                          .width = WIDTH,
                          .height = HEIGHT,
                          .scale_percent = r->scale};
        g_test_message("%s", r->what);
        ViewFrame f = bridge_frame_of(&w, &caption);
        g_assert_cmpmem(&f, sizeof f, &r->frame, sizeof f);
        w.style = BRIDGE_WS_CAPTION & 0x00800000u; // a border alone
        f = bridge_frame_of(&w, &caption);
        g_assert_cmpmem(&f, sizeof f, &(ViewFrame){0}, sizeof f);
    }
}

// Windows XP tells no size of the client area.
static void
test_corner_alone(void)
{
    guint32 caption = 0;
    BridgeFramed w = {.client = {.untrusted_x = 4, .untrusted_y = 30},
                      .style = BRIDGE_WS_CAPTION,
                      .width = WIDTH,
                      .height = HEIGHT,
                      .scale_percent = 100};
    ViewFrame f = bridge_frame_of(&w, &caption);

    g_assert_cmpmem(&f, sizeof f, (&(ViewFrame){4, 4, 30, 4}), sizeof f);
    w.client.untrusted_width = w.client.untrusted_height = G_MAXUINT32;
    f = bridge_frame_of(&w, &caption);
    g_assert_cmpmem(&f, sizeof f, &(ViewFrame){0}, sizeof f);
    w.client = (BridgeClientArea){0, VIEW_FRAME_MAX + 1, 0, 0};
    w.height = VIEW_SIDE_MAX;
    w.ex_style = BRIDGE_WS_EX_TOOLWINDOW;
    f = bridge_frame_of(&w, &caption);
    g_assert_cmpmem(&f, sizeof f, &(ViewFrame){0}, sizeof f);
}

static void
test_cut_and_add(void)
{
    const ViewFrame f = {8, 8, 31, 8};
    const ViewRect whole = {-100, 20, WIDTH, HEIGHT}, small = {5, 6, 16, 40};
    ViewRect seen = bridge_frame_cut(&f, whole), back = bridge_frame_add(&f, seen);

    g_assert_cmpmem(&seen, sizeof seen, (&(ViewRect){-92, 51, 384, 261}), sizeof seen);
    g_assert_cmpmem(&back, sizeof back, &whole, sizeof whole);
    seen = bridge_frame_cut(&f, small); // nothing would be left
    g_assert_cmpmem(&seen, sizeof seen, &small, sizeof small);
    back = bridge_frame_add(&f, (ViewRect){0, 0, VIEW_SIDE_MAX, VIEW_SIDE_MAX});
    g_assert_cmpuint(back.width, ==, VIEW_SIDE_MAX);
    g_assert_cmpuint(back.height, ==, VIEW_SIDE_MAX);
    g_assert_cmpuint(bridge_frame_less(0, 8, 8), ==, 0);
    g_assert_cmpuint(bridge_frame_less(136, 8, 8), ==, 120);
    g_assert_cmpuint(bridge_frame_less(16, 8, 8), ==, 1);
}

// 40×30 at 5, 6 with 3 at three sides and 10 above.
static void
framed_window(Test *t, BridgeSource *s)
{
    BridgeOrder o = {.fields = BRIDGE_ORDER_CLIENT | BRIDGE_ORDER_CLIENT_SIZE,
                     .client = {3, 10, 34, 17}};

    bridge_model_set_foreign(t->model, true);
    bridge_model_set_host_frames(t->model, true);
    for (guint i = 0; i < G_N_ELEMENTS(t->pixels); i++)
        t->pixels[i] = (guint8)(i / 4 % 64 + i / 256 * 3);
    model_order(t, 1, 40, 30, BRIDGE_SHOW);
    g_assert_true(bridge_model_order(t->model, 1, false, &o));
    bridge_model_set_app(t->model, 1, 2);
    *s = model_source(t, 1, 40, 30);
    bridge_model_map(t->model, s);
}

static void
check_pixels(const Test *t, const BridgeSurface *b)
{
    g_assert_cmpuint(b->width, ==, 34);
    g_assert_cmpuint(b->height, ==, 17);
    for (guint y = 0; y < 17; y++)
        g_assert_cmpmem(b->pixels + y * b->stride, 34 * 4, t->pixels + ((y + 10) * 64 + 3) * 4,
                        34 * 4);
}

static void
test_pixels(Test *t, gconstpointer data)
{
    BridgeSource s;

    framed_window(t, &s);
    g_assert_false(t->window.flags & VIEW_FLAG_UNDECORATED);
    model_frame(t, &s, 1, (ViewRect){0, 0, 40, 30});
    g_assert_cmpmem(&t->commit.geometry, sizeof(ViewRect), (&(ViewRect){8, 16, 34, 17}),
                    sizeof(ViewRect));
    check_pixels(t, bridge_model_window(t->model, 1)->buffer);
    bridge_model_shown(t->model, 1, t->commit.serial);
    memset(t->pixels, 7, sizeof t->pixels);
    model_frame(t, &s, 2, (ViewRect){0, 8, 8, 5});
    g_assert_cmpuint(t->commit.n_damage, ==, 1);
    g_assert_cmpmem(&t->damage[0], sizeof(ViewRect), (&(ViewRect){0, 0, 5, 3}), sizeof(ViewRect));
    bridge_model_shown(t->model, 1, t->commit.serial);
    // The title bar's are no news, and nobody waits for them.
    guint32 serial = t->commit.serial;
    guint done = t->done->len;
    model_frame(t, &s, 3, (ViewRect){0, 0, 40, 10});
    g_assert_cmpuint(t->commit.serial, ==, serial);
    g_assert_cmpuint(t->done->len, ==, done + 1);
}

// Its surface is mapped to twice its size.
static void
test_scaled_pixels(Test *t, gconstpointer data)
{
    BridgeSource s;

    framed_window(t, &s);
    s.scale = (BridgeScale){20, 15, 40, 30};
    s.scaled = true;
    model_frame(t, &s, 1, (ViewRect){0, 0, 40, 30});
    const BridgeSurface *b = bridge_model_window(t->model, 1)->buffer;
    for (guint y = 0; y < 17; y++)
        for (guint x = 0; x < 34; x++)
            g_assert_cmpuint(b->pixels[y * b->stride + x * 4], ==,
                             t->pixels[((y + 10) / 2 * 64 + (x + 3) / 2) * 4]);
}

static void
test_moved_by_the_host(Test *t, gconstpointer data)
{
    BridgeSource s;

    framed_window(t, &s);
    model_frame(t, &s, 1, (ViewRect){0, 0, 40, 30});
    bridge_model_shown(t->model, 1, t->commit.serial);
    const BridgeWindow *w = bridge_model_window(t->model, 1);
    g_assert_false(bridge_model_configured(t->model, 1, 1, (ViewRect){8, 16, 34, 17}));
    model_answer(t);
    g_assert_true(bridge_model_configured(t->model, 1, 2, (ViewRect){50, 60, 34, 17}));
    g_assert_cmpmem(&w->rect, sizeof w->rect, (&(ViewRect){47, 50, 40, 30}), sizeof w->rect);
    g_assert_cmpint(t->commit.geometry.x, ==, 50);
    g_assert_cmpuint(t->commit.serial_configured, ==, 2);
    bridge_model_set_limits(t->model, 1, (guint32[4]){20, 20, 0, 100});
    g_assert_cmpuint(t->window.min_width, ==, 14);
    g_assert_cmpuint(t->window.min_height, ==, 7);
    g_assert_cmpuint(t->window.max_width, ==, 0);
    g_assert_cmpuint(t->window.max_height, ==, 87);
}

// It begins to draw its title bar, in the same size, and is a popup.
static void
test_no_more(Test *t, gconstpointer data)
{
    BridgeOrder own = {.fields = BRIDGE_ORDER_CLIENT | BRIDGE_ORDER_CLIENT_SIZE,
                       .client = {0, 0, 40, 30}};
    BridgeOrder parked = {.fields = BRIDGE_ORDER_SHOW | BRIDGE_ORDER_OFFSET | BRIDGE_ORDER_CLIENT,
                          .show = BRIDGE_SHOW_MINIMIZED,
                          .x = -32000,
                          .y = -32000};
    BridgeSource s;

    framed_window(t, &s);
    model_frame(t, &s, 1, (ViewRect){0, 0, 40, 30});
    bridge_model_shown(t->model, 1, t->commit.serial);
    g_assert_true(bridge_model_order(t->model, 1, false, &parked)); // has no client area to tell of
    g_assert_cmpuint(t->commit.state, ==, VIEW_STATE_MINIMIZED);
    g_assert_cmpint(t->commit.geometry.y, ==, 16);
    model_answer(t);
    g_assert_true(bridge_model_order(
        t->model, 1, false, &(BridgeOrder){.fields = BRIDGE_ORDER_SHOW, .show = BRIDGE_SHOW}));
    model_answer(t);
    g_assert_true(bridge_model_order(t->model, 1, false, &own));
    g_assert_true(t->window.flags & VIEW_FLAG_UNDECORATED);
    g_assert_cmpint(t->commit.geometry.y, ==, 6);
    g_assert_cmpuint(bridge_model_window(t->model, 1)->buffer->height, ==, 30);
}

// Our own server has none to cut off.
static void
test_ours(Test *t, gconstpointer data)
{
    BridgeSource s;

    framed_window(t, &s);
    bridge_model_set_foreign(t->model, false);
    model_order(t, 1, 40, 30, BRIDGE_SHOW);
    model_frame(t, &s, 1, (ViewRect){0, 0, 40, 30});
    g_assert_cmpuint(t->commit.geometry.height, ==, 30);
}

#define ADD(name, function)                                                                        \
    g_test_add("/session/frame/" name, Test, NULL, model_set_up, function, model_tear_down)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/session/frame/frames", test_frames);
    g_test_add_func("/session/frame/corner-alone", test_corner_alone);
    g_test_add_func("/session/frame/cut-and-add", test_cut_and_add);
    ADD("pixels", test_pixels);
    ADD("scaled-pixels", test_scaled_pixels);
    ADD("moved-by-the-host", test_moved_by_the_host);
    ADD("no-more", test_no_more);
    ADD("ours", test_ours);
    return g_test_run();
}
