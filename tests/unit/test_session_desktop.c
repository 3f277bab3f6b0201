// SPDX-License-Identifier: Apache-2.0

// What is cut out of a desktop for which window, when it is shown, and what is asked for again.

#include "channel/control.h"
#include "rdpbridge/desktop.h"
#include "rdpbridge/style.h"

#include <glib.h>
#include <string.h>
#include <sys/mman.h>

#define WIDTH 64
#define HEIGHT 48
#define LOWER 1
#define UPPER 2

typedef struct {
    BridgeModel *model;
    BridgeDesktop *desktop;
    int64_t now;
    guint8 *buffers[4]; // mapped, by window
    guint32 widths[4], heights[4];
    guint commits[4];
    ViewRect asked[BRIDGE_REFRESH_MAX];
    guint n_asked, asks;
    guint32 pixels[WIDTH * HEIGHT];
} Test;

static guint
slot(guint32 id)
{
    return id == BRIDGE_SCREEN_ID ? 3 : id;
}

static int64_t
on_now(void *user)
{
    return ((Test *)user)->now;
}

static void
unmap(Test *t, guint i)
{
    if (t->buffers[i])
        munmap(t->buffers[i], (gsize)t->widths[i] * 4 * t->heights[i]);
    t->buffers[i] = NULL;
}

static void
on_view(void *user, const void *message, size_t size, int fd)
{
    Test *t = user;

    g_assert_true(view_check(CHAN_SPAN(message, size)));
    if (view_type(CHAN_SPAN(message, size)) == VIEW_MSG_COMMIT) {
        t->commits[slot(((const ViewCommit *)message)->id)]++;
    } else if (view_type(CHAN_SPAN(message, size)) == VIEW_MSG_BUFFER) {
        const ViewBuffer *b = message;
        guint i = slot(b->window_id);
        unmap(t, i);
        t->widths[i] = b->width;
        t->heights[i] = b->height;
        t->buffers[i] = mmap(NULL, (gsize)b->stride * b->height, PROT_READ, MAP_SHARED, fd, 0);
        g_assert_true(t->buffers[i] != MAP_FAILED);
    }
}

static void
on_changed(void *user, const BridgeWindow *window)
{
}

static void
on_id(void *user, uint32_t id)
{
}

static void
on_done(void *user, uint64_t frame)
{
}

static const BridgeModelOut model_out = {on_now, on_view, on_changed, on_id, on_id, on_done};

static void
on_refresh(void *user, const ViewRect *rects, unsigned count)
{
    Test *t = user;

    g_assert_cmpuint(count, >, 0);
    g_assert_cmpuint(count, <=, BRIDGE_REFRESH_MAX);
    memcpy(t->asked, rects, count * sizeof rects[0]);
    t->n_asked = count;
    t->asks++;
}

static const BridgeDesktopOut desktop_out = {on_now, on_refresh};

static void
set_up(Test *t, gconstpointer data)
{
    t->now = 1000000;
    t->model = bridge_model_new(10, &model_out, t);
    bridge_model_view_attached(t->model);
    t->desktop = bridge_desktop_new(t->model, &desktop_out, t);
    bridge_desktop_set_pixels(t->desktop, (const uint8_t *)t->pixels, WIDTH * 4, WIDTH, HEIGHT);
    bridge_desktop_set_monitored(t->desktop, true);
}

static void
tear_down(Test *t, gconstpointer data)
{
    bridge_desktop_free(t->desktop);
    bridge_model_free(t->model);
    for (guint i = 0; i < G_N_ELEMENTS(t->buffers); i++)
        unmap(t, i);
}

static void
order(Test *t, guint32 id, ViewRect at)
{
    BridgeOrder o = {.fields = BRIDGE_ORDER_SHOW | BRIDGE_ORDER_OFFSET | BRIDGE_ORDER_SIZE,
                     .show = BRIDGE_SHOW,
                     .x = at.x,
                     .y = at.y,
                     .width = at.width,
                     .height = at.height};

    g_assert_true(bridge_model_order(t->model, id, true, &o));
    bridge_model_set_app(t->model, id, CTL_APP_NONE);
}

static void
stack(Test *t, guint32 top, guint32 below)
{
    bridge_model_stack(t->model, (const uint32_t[]){top, below}, 2);
}

static void
paint(Test *t, ViewRect rect, guint32 colour)
{
    for (guint32 y = 0; y < rect.height; y++)
        for (guint32 x = 0; x < rect.width; x++)
            t->pixels[((guint32)rect.y + y) * WIDTH + (guint32)rect.x + x] = colour;
    bridge_desktop_damage(t->desktop, rect);
}

// Nothing more comes, and the view has put what it got.
static void
settle(Test *t)
{
    bridge_desktop_settle(t->desktop);
    for (guint32 id = LOWER; id <= UPPER; id++)
        bridge_model_shown(t->model, id, t->commits[id]);
}

static void
pass(Test *t, gint64 ms)
{
    t->now += ms * 1000;
    bridge_model_expire(t->model);
    if (bridge_desktop_due(t->desktop) != 0 && bridge_desktop_due(t->desktop) <= t->now)
        bridge_desktop_expire(t->desktop);
    settle(t);
}

static guint32
pixel(const Test *t, guint32 id, guint x, guint y)
{
    guint i = slot(id);

    g_assert_nonnull(t->buffers[i]);
    g_assert_true(x < t->widths[i] && y < t->heights[i]);
    const guint32 *p = (const guint32 *)(gconstpointer)t->buffers[i];
    return p[y * t->widths[i] + x] & 0xffffff;
}

static void
assert_asked(const Test *t, ViewRect rect)
{
    bool found = false;

    for (guint i = 0; i < t->n_asked && !found; i++)
        found = memcmp(&t->asked[i], &rect, sizeof rect) == 0;
    g_assert_true(found);
}

// A window of 20 × 16 at 4, 4 and one at 12, 10 that covers a corner of it, painted in their own
// numbers.
static void
two_windows(Test *t)
{
    order(t, LOWER, (ViewRect){4, 4, 20, 16});
    paint(t, (ViewRect){4, 4, 20, 16}, LOWER);
    settle(t);
    order(t, UPPER, (ViewRect){12, 10, 20, 16});
    paint(t, (ViewRect){12, 10, 20, 16}, UPPER);
    settle(t);
}

static void
test_own_pixels(Test *t, gconstpointer data)
{
    two_windows(t);
    g_assert_cmphex(pixel(t, LOWER, 0, 0), ==, LOWER);
    g_assert_cmphex(pixel(t, UPPER, 0, 0), ==, UPPER);
    g_assert_cmphex(pixel(t, LOWER, 19, 15), ==, LOWER); // covered, and what it was
    paint(t, (ViewRect){0, 0, WIDTH, HEIGHT}, 7);
    settle(t);
    g_assert_cmphex(pixel(t, LOWER, 0, 0), ==, 7);
    g_assert_cmphex(pixel(t, LOWER, 19, 15), ==, LOWER);
    g_assert_cmpuint(t->asks, ==, 0);
}

// A window comes with all that is seen of it, which is asked for once where it does not come.
static void
test_whole_or_late(Test *t, gconstpointer data)
{
    order(t, LOWER, (ViewRect){4, 4, 20, 16});
    paint(t, (ViewRect){4, 4, 20, 10}, LOWER);
    settle(t);
    g_assert_cmpuint(t->commits[LOWER], ==, 0);
    pass(t, 70);
    g_assert_cmpuint(t->asks, ==, 1);
    assert_asked(t, (ViewRect){4, 14, 20, 6});
    paint(t, (ViewRect){4, 14, 20, 6}, LOWER);
    settle(t);
    g_assert_cmpuint(t->commits[LOWER], ==, 1);
    order(t, UPPER, (ViewRect){30, 4, 20, 16});
    settle(t);
    pass(t, 70);
    pass(t, 350);
    g_assert_cmpuint(t->asks, ==, 2);
    g_assert_cmpuint(t->commits[UPPER], ==, 1); // black
    g_assert_cmphex(pixel(t, UPPER, 3, 3), ==, 0);
}

static void
test_resize_keeps(Test *t, gconstpointer data)
{
    two_windows(t);
    order(t, LOWER, (ViewRect){4, 4, 30, 20}); // some of what is new of it is covered
    paint(t, (ViewRect){4, 4, 30, 6}, 5);
    paint(t, (ViewRect){4, 10, 8, 14}, 5);
    paint(t, (ViewRect){32, 10, 2, 14}, 5);
    settle(t);
    g_assert_cmpuint(t->widths[LOWER], ==, 30);
    g_assert_cmphex(pixel(t, LOWER, 0, 0), ==, 5);
    g_assert_cmphex(pixel(t, LOWER, 29, 19), ==, 5);
    g_assert_cmphex(pixel(t, LOWER, 10, 10), ==, LOWER);
    g_assert_cmphex(pixel(t, LOWER, 22, 18), ==, 0);
    g_assert_cmphex(pixel(t, UPPER, 0, 0), ==, UPPER);
}

// Pixels that came before the order that tells whose they are.
static void
test_pixels_before_order(Test *t, gconstpointer data)
{
    two_windows(t);
    paint(t, (ViewRect){4, 4, 20, 16}, LOWER + 8);
    stack(t, LOWER, UPPER);
    settle(t);
    g_assert_cmphex(pixel(t, UPPER, 0, 0), ==, UPPER);
    pass(t, 70);
    assert_asked(t, (ViewRect){12, 10, 12, 10});
    paint(t, (ViewRect){12, 10, 12, 10}, LOWER + 8);
    settle(t);
    g_assert_cmphex(pixel(t, LOWER, 19, 15), ==, LOWER + 8);
    // And of a window that moves.
    paint(t, (ViewRect){40, 4, 20, 16}, LOWER + 9);
    paint(t, (ViewRect){4, 4, 20, 16}, 0xbad);
    order(t, LOWER, (ViewRect){40, 4, 20, 16});
    settle(t);
    g_assert_cmphex(pixel(t, LOWER, 0, 0), ==, LOWER + 8);
    pass(t, 70);
    assert_asked(t, (ViewRect){40, 4, 20, 16});
    // A little only: what came is not in its place in the window.
    paint(t, (ViewRect){40, 4, 20, 16}, 0xbad);
    order(t, LOWER, (ViewRect){43, 6, 20, 16});
    settle(t);
    g_assert_cmphex(pixel(t, LOWER, 0, 0), ==, LOWER + 8);
}

// Where the guest has a window that the host has moved is not known until it says so, or for a
// while.
static void
test_host_moves(Test *t, gconstpointer data)
{
    two_windows(t);
    g_assert_true(bridge_model_configured(t->model, UPPER, 1, (ViewRect){4, 4, 20, 16}));
    paint(t, (ViewRect){0, 0, WIDTH, HEIGHT}, 0xbad);
    settle(t);
    g_assert_cmphex(pixel(t, UPPER, 0, 0), ==, UPPER);
    g_assert_cmphex(pixel(t, LOWER, 0, 0), ==, LOWER);
    pass(t, 310);
    pass(t, 70);
    assert_asked(t, (ViewRect){4, 4, 20, 16});
    paint(t, (ViewRect){4, 4, 20, 16}, UPPER + 8);
    settle(t);
    g_assert_cmphex(pixel(t, UPPER, 0, 0), ==, UPPER + 8);
    g_assert_cmphex(pixel(t, LOWER, 0, 0), ==, LOWER);
}

static void
test_shape(Test *t, gconstpointer data)
{
    BridgeRegion shape = {0};
    BridgeOrder o = {.fields = BRIDGE_ORDER_SHAPE, .shape = &shape};

    two_windows(t);
    bridge_region_add(&shape, (ViewRect){14, 10, 18, 16}); // without its two left columns
    g_assert_true(bridge_model_order(t->model, UPPER, false, &o));
    paint(t, (ViewRect){0, 0, WIDTH, HEIGHT}, 7);
    settle(t);
    g_assert_cmphex(pixel(t, UPPER, 0, 0), ==, UPPER);
    g_assert_cmphex(pixel(t, UPPER, 2, 0), ==, 7);
    g_assert_cmphex(pixel(t, LOWER, 9, 8), ==, 7);
    g_assert_cmphex(pixel(t, LOWER, 10, 8), ==, LOWER);
    bridge_region_clear(&shape); // elsewhere: none
    bridge_region_add(&shape, (ViewRect){50, 40, 5, 5});
    g_assert_true(bridge_model_order(t->model, UPPER, false, &o));
    paint(t, (ViewRect){0, 0, WIDTH, HEIGHT}, 8);
    settle(t);
    g_assert_cmphex(pixel(t, UPPER, 0, 0), ==, 8);
    bridge_region_clear(&shape);
}

// While another desktop has the screen, none of it is a window's.
static void
test_screen(Test *t, gconstpointer data)
{
    two_windows(t);
    bridge_desktop_set_monitored(t->desktop, false);
    paint(t, (ViewRect){0, 0, WIDTH, HEIGHT}, 9);
    settle(t);
    g_assert_cmphex(pixel(t, LOWER, 0, 0), ==, LOWER);
    g_assert_cmphex(pixel(t, UPPER, 0, 0), ==, UPPER);
    order(t, BRIDGE_SCREEN_ID, (ViewRect){0, 0, WIDTH, HEIGHT});
    g_assert_cmphex(pixel(t, BRIDGE_SCREEN_ID, 63, 47), ==, 9);
    bridge_model_delete(t->model, BRIDGE_SCREEN_ID);
    bridge_desktop_set_monitored(t->desktop, true);
    settle(t);
    g_assert_cmphex(pixel(t, LOWER, 0, 0), ==, LOWER);
    pass(t, 70);
    assert_asked(t, (ViewRect){12, 10, 20, 16});
    paint(t, (ViewRect){0, 0, WIDTH, HEIGHT}, 7);
    settle(t);
    g_assert_cmphex(pixel(t, LOWER, 0, 0), ==, 7);
}

// The shell's window is no window, wherever it stands; what else the host does not show covers.
static void
test_scenery(Test *t, gconstpointer data)
{
    BridgeOrder o = {.fields = BRIDGE_ORDER_STYLE,
                     .ex_style = BRIDGE_WS_EX_LAYERED | BRIDGE_WS_EX_TRANSPARENT};

    bridge_model_set_foreign(t->model, true);
    two_windows(t);
    g_assert_true(bridge_model_order(t->model, UPPER, false, &o));
    paint(t, (ViewRect){0, 0, WIDTH, HEIGHT}, 7);
    settle(t);
    g_assert_cmphex(pixel(t, LOWER, 0, 0), ==, 7);
    g_assert_cmphex(pixel(t, LOWER, 19, 15), ==, LOWER);
    order(t, UPPER, (ViewRect){0, 0, WIDTH, HEIGHT});
    paint(t, (ViewRect){0, 0, WIDTH, HEIGHT}, 8);
    settle(t);
    g_assert_cmphex(pixel(t, LOWER, 19, 15), ==, 8);
    // Nor is a window that the guest shows to nobody.
    o.ex_style = 0;
    g_assert_true(bridge_model_order(t->model, UPPER, false, &o));
    order(t, UPPER, (ViewRect){12, 10, 20, 16});
    settle(t);
    bridge_model_cloak(t->model, UPPER, true);
    paint(t, (ViewRect){0, 0, WIDTH, HEIGHT}, 9);
    settle(t);
    g_assert_cmphex(pixel(t, LOWER, 19, 15), ==, 9);
}

static void
test_given_up(Test *t, gconstpointer data)
{
    two_windows(t);
    bridge_desktop_set_pixels(t->desktop, NULL, 0, 0, 0);
    order(t, LOWER, (ViewRect){0, 0, 30, 30});
    bridge_desktop_damage(t->desktop, (ViewRect){0, 0, 64, 48});
    pass(t, 1000);
    g_assert_cmpint(bridge_desktop_due(t->desktop), ==, 0);
    g_assert_cmpuint(t->asks, ==, 0);
}

// Windows that are told of again are kept, the others are not.
static void
test_told_again(Test *t, gconstpointer data)
{
    two_windows(t);
    bridge_model_sync_began(t->model);
    order(t, UPPER, (ViewRect){12, 10, 20, 16});
    g_assert_nonnull(bridge_model_window(t->model, LOWER));
    bridge_model_sync_completed(t->model);
    g_assert_null(bridge_model_window(t->model, LOWER));
    g_assert_nonnull(bridge_model_window(t->model, UPPER));
    paint(t, (ViewRect){0, 0, WIDTH, HEIGHT}, 7);
    settle(t);
    g_assert_cmphex(pixel(t, UPPER, 0, 0), ==, 7);
}

static ViewRect
any_rect(GRand *random)
{
    return (ViewRect){
        g_rand_int_range(random, -40000, 40000), g_rand_int_range(random, -40000, 100),
        (guint32)g_rand_int_range(random, 0, 70000), (guint32)g_rand_int_range(random, 0, 300)};
}

static void
test_any(Test *t, gconstpointer data)
{
    GRand *random = g_rand_new_with_seed(11);
    BridgeRegion shape = {0};

    for (guint i = 0; i < 20000; i++) {
        guint32 id = (guint32)g_rand_int_range(random, LOWER, UPPER + 1);
        ViewRect r = any_rect(random);
        BridgeOrder o = {.fields = (guint32)g_rand_int_range(random, 0, 128) & ~BRIDGE_ORDER_TITLE,
                         .show = (guint32)g_rand_int_range(random, 0, 6),
                         .x = r.x,
                         .y = r.y,
                         .width = r.width & 127,
                         .height = r.height,
                         .shape = &shape};
        shape.count = 0;
        r.x = CLAMP(r.x, -32767, 32767);
        r.y = CLAMP(r.y, -32767, 32767);
        r.width = MIN(r.width, 16384);
        bridge_region_add(&shape, r);
        g_assert_true(bridge_model_order(t->model, id, true, &o));
        bridge_model_set_app(t->model, id, CTL_APP_NONE);
        bridge_desktop_damage(t->desktop, r);
        if (i % 3 == 0)
            pass(t, 20);
        if (i % 7 == 0)
            stack(t, id, 0);
        if (i % 50 == 0)
            bridge_model_delete(t->model, id);
        if (i % 64 == 0)
            bridge_desktop_set_monitored(t->desktop, i % 128 == 0);
    }
    bridge_region_clear(&shape);
    g_rand_free(random);
}

// Regions against a picture of them.

static guint
count_of(const BridgeRegion *region, bool (*has)[32])
{
    guint n = 0;

    memset(has, 0, 32 * 32 * sizeof(bool));
    for (guint i = 0; i < region->count; i++) {
        const ViewRect *r = &region->rects[i];
        for (guint32 y = 0; y < r->height; y++)
            for (guint32 x = 0; x < r->width; x++, n++)
                has[r->y + (gint32)y][r->x + (gint32)x] = true;
    }
    return n;
}

static void
draw(bool (*picture)[32], ViewRect r, guint what)
{
    for (gint32 y = 0; y < 32; y++)
        for (gint32 x = 0; x < 32; x++) {
            bool in =
                x >= r.x && y >= r.y && x < r.x + (gint32)r.width && y < r.y + (gint32)r.height;
            if (what == 0)
                picture[y][x] = picture[y][x] || in;
            else if (what == 1)
                picture[y][x] = picture[y][x] && !in;
            else
                picture[y][x] = picture[y][x] && in;
        }
}

static void
change(BridgeRegion *region, ViewRect r, guint what)
{
    BridgeRegion other = {0};

    bridge_region_add(&other, r);
    if (what == 0)
        bridge_region_add(region, r);
    else if (what == 1)
        bridge_region_take_all(region, &other);
    else
        bridge_region_keep(region, &other);
    bridge_region_clear(&other);
}

static void
test_region(void)
{
    static bool picture[32][32], has[32][32];
    GRand *random = g_rand_new_with_seed(5);
    BridgeRegion region = {0};

    for (guint i = 0; i < 20000; i++) {
        guint what = (guint)g_rand_int_range(random, 0, 12), n = 0;
        gint32 x = g_rand_int_range(random, 0, 32), y = g_rand_int_range(random, 0, 32);
        ViewRect r = {x, y, (guint32)g_rand_int_range(random, 0, 33 - x),
                      (guint32)g_rand_int_range(random, 0, 33 - y)};
        what = what < 6 ? 0 : what < 11 ? 1 : 2;
        change(&region, r, what);
        draw(picture, r, what);
        n = count_of(&region, has);
        g_assert_cmpmem(has, sizeof has, picture, sizeof picture);
        for (gint32 p = 0; p < 32 * 32; p++)
            n -= picture[p / 32][p % 32];
        g_assert_cmpuint(n, ==, 0); // none is there twice
    }
    bridge_region_clear(&region);
    g_rand_free(random);
}

#define ADD(name, function)                                                                        \
    g_test_add("/session/desktop/" name, Test, NULL, set_up, function, tear_down)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("own-pixels", test_own_pixels);
    ADD("whole-or-late", test_whole_or_late);
    ADD("resize-keeps", test_resize_keeps);
    ADD("pixels-before-order", test_pixels_before_order);
    ADD("host-moves", test_host_moves);
    ADD("shape", test_shape);
    ADD("screen", test_screen);
    ADD("scenery", test_scenery);
    ADD("given-up", test_given_up);
    ADD("told-again", test_told_again);
    ADD("any", test_any);
    g_test_add_func("/session/desktop/region", test_region);
    return g_test_run();
}
