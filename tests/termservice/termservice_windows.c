// SPDX-License-Identifier: Apache-2.0

// casement-session with each Windows of the double: three programs in one session, windows changed
// in every way, stacked at random; and each pixel of each is its own, at every moment.

#include "tests/termservice/windows_rig.h"

#include <linux/input-event-codes.h>
#include <string.h>

#define EVENTS 40
#define STACKED 6
#define STEPS 150
#define STEPS_SETTLED 10

static ViewRect
moved_by(ViewRect rect, int x, int y)
{
    rect.x += x;
    rect.y += y;
    return rect;
}

// What the guest or the host's user does to one of three windows, in a word.
typedef struct {
    enum { MOVE, TITLE, PAINT, RAISE, SHOW, HOST_FOCUS, HOST_MOVE, HOST_STATE } kind;
    enum { ONE, TWO, THREE } window;
    const char *what;
    ViewRect to;
    guint32 value; // a seed, or a ViewState
    const char *title;
} Event;

static const Event by_guest[] = {
    {MOVE, ONE, "a move", .to = {40, 30, 400, 300}},
    {MOVE, TWO, "a move and larger", .to = {300, 200, 517, 389}},
    {MOVE, TWO, "smaller", .to = {300, 200, 211, 123}},
    {TITLE, ONE, "a title", .title = "A longer title – with a dash"},
    {PAINT, ONE, "another picture", .value = 3},
    {PAINT, TWO, "another picture of another window", .value = 4},
    {RAISE, ONE, "raised"},
    {MOVE, TWO, "a move below another window", .to = {100, 60, 300, 250}},
    {PAINT, TWO, "a picture of what is covered", .value = 5},
    {RAISE, TWO, "uncovered"},
    {MOVE, ONE, "over the desktop's edge", .to = {-120, -50, 400, 300}},
    {MOVE, ONE, "over the other edges", .to = {1100, 700, 400, 300}},
    {MOVE, ONE, "back", .to = {40, 30, 400, 300}},
    {SHOW, THREE, "minimised", .value = VIEW_STATE_MINIMIZED},
    {PAINT, ONE, "a picture below what was minimised", .value = 6},
    {SHOW, THREE, "restored", .value = VIEW_STATE_NORMAL},
    {SHOW, THREE, "maximised", .value = VIEW_STATE_MAXIMIZED},
    {PAINT, ONE, "a picture below what is maximised", .value = 7},
    {SHOW, THREE, "normal", .value = VIEW_STATE_NORMAL},
    {SHOW, ONE, "hidden", .value = VIEW_STATE_HIDDEN},
    {SHOW, ONE, "shown", .value = VIEW_STATE_NORMAL},
};

static const Event by_host[] = {
    {HOST_FOCUS, TWO, "focused by the host"},
    {HOST_MOVE, TWO, "moved by the host", .to = {500, 90, 300, 250}},
    {HOST_MOVE, TWO, "resized by the host", .to = {480, 80, 350, 280}},
    {HOST_STATE, TWO, "minimised by the host", .value = VIEW_STATE_MINIMIZED},
    {HOST_STATE, TWO, "restored by the host", .value = VIEW_STATE_NORMAL},
    {HOST_STATE, THREE, "maximised by the host", .value = VIEW_STATE_MAXIMIZED},
    {HOST_STATE, THREE, "normal by the host", .value = VIEW_STATE_NORMAL},
    {HOST_FOCUS, ONE, "another focused by the host"},
};

static void
happen(WindowsRig *w, RigWindow *window, const Event *e)
{
    switch (e->kind) {
    case MOVE:
        windows_rig_move(w, window, e->to);
        break;
    case TITLE:
        windows_rig_title(w, window, e->title);
        break;
    case PAINT:
        windows_rig_paint(w, window, e->value);
        break;
    case RAISE:
        windows_rig_raise(w, window);
        break;
    case SHOW:
        windows_rig_show(w, window, (ViewState)e->value);
        break;
    case HOST_FOCUS:
        windows_rig_host_focus(w, window);
        break;
    case HOST_MOVE:
        windows_rig_host_move(w, window, e->to);
        break;
    case HOST_STATE:
        windows_rig_host_state(w, window, (ViewState)e->value);
        break;
    }
    windows_rig_settle(w, e->what);
}

static void
change_popups(WindowsRig *w, RigWindow *one, RigWindow *two)
{
    RigWindow *popup = windows_rig_popup(w, one);
    windows_rig_settle(w, "a popup");
    windows_rig_paint(w, popup, 8);
    windows_rig_settle(w, "the popup's picture");
    windows_rig_raise(w, two);
    windows_rig_settle(w, "another window over the popup");
    windows_rig_raise(w, one);
    windows_rig_settle(w, "the owner raised with its popup");
    windows_rig_close(w, popup);
    windows_rig_settle(w, "no popup");
}

static void
test_events(gconstpointer profile)
{
    WindowsRig *w = windows_rig_new(profile, "");
    RigWindow *one = windows_rig_exec(w, "one");
    windows_rig_settle(w, "a program");
    RigWindow *two = windows_rig_exec(w, "two");
    windows_rig_settle(w, "a second program");
    RigWindow *three = windows_rig_exec(w, "three");
    windows_rig_settle(w, "a third program");
    RigWindow *const windows[] = {[ONE] = one, [TWO] = two, [THREE] = three};
    for (guint i = 0; i < G_N_ELEMENTS(by_guest); i++)
        happen(w, windows[by_guest[i].window], &by_guest[i]);
    change_popups(w, one, two);
    for (guint i = 0; i < G_N_ELEMENTS(by_host); i++)
        happen(w, windows[by_host[i].window], &by_host[i]);
    RigWindow *four = windows_rig_open(w, "by itself");
    windows_rig_settle(w, "a window by itself");
    windows_rig_move(w, four, moved_by(four->rect, 30, 20));
    windows_rig_settle(w, "the topmost moved");
    windows_rig_close(w, four);
    windows_rig_settle(w, "closed");
    g_assert_cmpuint(w->events, ==, EVENTS);
    // One connection, by which all came, and it is there.
    g_assert_cmpuint(double_rig_count(w->rig, "connected"), ==, 1);
    g_assert_cmpuint(double_rig_count(w->rig, "disconnected"), ==, 0);
    if (w->classic) // drawing orders were among it
        g_assert_cmpuint(double_rig_count(w->rig, "scrblt"), >, 0);
    windows_rig_free(w);
}

// A new view is told and shown everything again, what is covered included.
static void
test_new_view(gconstpointer profile)
{
    WindowsRig *w = windows_rig_new(profile, "");
    windows_rig_exec(w, "one");
    RigWindow *two = windows_rig_exec(w, "two");
    windows_rig_settle(w, "two programs");
    harness_new_view(w->h);
    windows_rig_settle(w, "a new view");
    windows_rig_paint(w, two, 3);
    windows_rig_move(w, two, moved_by(two->rect, 200, 100));
    windows_rig_settle(w, "what was below the other");
    windows_rig_free(w);
}

// ---- stacking ----

static ViewRect
random_place(GRand *random)
{
    return (ViewRect){g_rand_int_range(random, -100, 700), g_rand_int_range(random, -60, 500),
                      (guint32)g_rand_int_range(random, 120, 520),
                      (guint32)g_rand_int_range(random, 90, 420)};
}

static ViewRect
moved(GRand *random, ViewRect rect)
{
    int x = g_rand_int_range(random, -80, 81);
    return moved_by(rect, x, g_rand_int_range(random, -80, 81));
}

static void
step(WindowsRig *w, GRand *random)
{
    RigWindow *window =
        g_ptr_array_index(w->stack, g_rand_int_range(random, 0, (gint32)w->stack->len));
    bool visible = window->state == VIEW_STATE_NORMAL;
    switch (g_rand_int_range(random, 0, 10)) {
    case 0:
        windows_rig_move(w, window, random_place(random));
        break;
    case 1:
        windows_rig_paint(w, window, (guint32)g_rand_int_range(random, 1, 1000));
        break;
    case 2:
        windows_rig_show(w, window, visible ? VIEW_STATE_MINIMIZED : VIEW_STATE_NORMAL);
        break;
    case 3:
        if (visible)
            windows_rig_host_focus(w, window);
        break;
    case 4: // what the host moves it has been told of
        windows_rig_settle(w, "before the host moves a window");
        if (visible)
            windows_rig_host_move(w, window, moved(random, window->rect));
        break;
    case 5:
        windows_rig_move(w, window, moved(random, window->rect));
        break;
    case 6:
        windows_rig_shape(w, window, g_rand_int_range(random, 0, 40));
        break;
    default:
        windows_rig_raise(w, window);
        break;
    }
}

static guint32
seed_of_run(void)
{
    const char *text = g_getenv("CASEMENT_SEED");
    return text != NULL ? (guint32)g_ascii_strtoull(text, NULL, 0) : g_random_int();
}

static void
test_stacking(gconstpointer profile)
{
    guint32 seed = seed_of_run();
    GRand *random = g_rand_new_with_seed(seed);
    WindowsRig *w = windows_rig_new(profile, "");
    g_test_message("CASEMENT_SEED=%u", seed);
    windows_rig_exec(w, "one");
    while (w->stack->len < STACKED)
        windows_rig_open(w, "stacked");
    for (guint i = 0; i < STEPS; i++) {
        step(w, random);
        if (i % STEPS_SETTLED == 0)
            windows_rig_settle(w, "some steps");
    }
    windows_rig_settle(w, "all steps");
    windows_rig_free(w);
    g_rand_free(random);
}

static const char *const profiles[] = {"xp", "7", "10", "11"};

static void
add(const char *name, GTestDataFunc function, guint from, guint to)
{
    for (guint i = from; i < to; i++) {
        g_autofree char *path = g_strdup_printf("/termservice/windows/%s/%s", name, profiles[i]);
        g_test_add_data_func(path, profiles[i], function);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    add("events", test_events, 0, 4);
    add("new-view", test_new_view, 0, 4);
    add("stacking", test_stacking, 0, 4);
    return g_test_run();
}
