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

static void
change_by_guest(WindowsRig *w, RigWindow *one, RigWindow *two)
{
    windows_rig_move(w, one, (ViewRect){40, 30, 400, 300});
    windows_rig_settle(w, "a move");
    windows_rig_move(w, two, (ViewRect){300, 200, 517, 389});
    windows_rig_settle(w, "a move and larger");
    windows_rig_move(w, two, (ViewRect){300, 200, 211, 123});
    windows_rig_settle(w, "smaller");
    windows_rig_title(w, one, "A longer title – with a dash");
    windows_rig_settle(w, "a title");
    windows_rig_paint(w, one, 3);
    windows_rig_settle(w, "another picture");
    windows_rig_paint(w, two, 4);
    windows_rig_settle(w, "another picture of another window");
    windows_rig_raise(w, one);
    windows_rig_settle(w, "raised");
    windows_rig_move(w, two, (ViewRect){100, 60, 300, 250});
    windows_rig_settle(w, "a move below another window");
    windows_rig_paint(w, two, 5);
    windows_rig_settle(w, "a picture of what is covered");
    windows_rig_raise(w, two);
    windows_rig_settle(w, "uncovered");
    windows_rig_move(w, one, (ViewRect){-120, -50, 400, 300});
    windows_rig_settle(w, "over the desktop's edge");
    windows_rig_move(w, one, (ViewRect){1100, 700, 400, 300});
    windows_rig_settle(w, "over the other edges");
    windows_rig_move(w, one, (ViewRect){40, 30, 400, 300});
    windows_rig_settle(w, "back");
}

static void
change_states(WindowsRig *w, RigWindow *one, RigWindow *three)
{
    windows_rig_show(w, three, VIEW_STATE_MINIMIZED);
    windows_rig_settle(w, "minimised");
    windows_rig_paint(w, one, 6);
    windows_rig_settle(w, "a picture below what was minimised");
    windows_rig_show(w, three, VIEW_STATE_NORMAL);
    windows_rig_settle(w, "restored");
    windows_rig_show(w, three, VIEW_STATE_MAXIMIZED);
    windows_rig_settle(w, "maximised");
    windows_rig_paint(w, one, 7);
    windows_rig_settle(w, "a picture below what is maximised");
    windows_rig_show(w, three, VIEW_STATE_NORMAL);
    windows_rig_settle(w, "normal");
    windows_rig_show(w, one, VIEW_STATE_HIDDEN);
    windows_rig_settle(w, "hidden");
    windows_rig_show(w, one, VIEW_STATE_NORMAL);
    windows_rig_settle(w, "shown");
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
change_by_host(WindowsRig *w, RigWindow *one, RigWindow *two, RigWindow *three)
{
    windows_rig_host_focus(w, two);
    windows_rig_settle(w, "focused by the host");
    windows_rig_host_move(w, two, (ViewRect){500, 90, 300, 250});
    windows_rig_settle(w, "moved by the host");
    windows_rig_host_move(w, two, (ViewRect){480, 80, 350, 280});
    windows_rig_settle(w, "resized by the host");
    windows_rig_host_state(w, two, VIEW_STATE_MINIMIZED);
    windows_rig_settle(w, "minimised by the host");
    windows_rig_host_state(w, two, VIEW_STATE_NORMAL);
    windows_rig_settle(w, "restored by the host");
    windows_rig_host_state(w, three, VIEW_STATE_MAXIMIZED);
    windows_rig_settle(w, "maximised by the host");
    windows_rig_host_state(w, three, VIEW_STATE_NORMAL);
    windows_rig_settle(w, "normal by the host");
    windows_rig_host_focus(w, one);
    windows_rig_settle(w, "another focused by the host");
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
    change_by_guest(w, one, two);
    change_states(w, one, three);
    change_popups(w, one, two);
    change_by_host(w, one, two, three);
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
