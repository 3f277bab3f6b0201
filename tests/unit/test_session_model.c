// SPDX-License-Identifier: Apache-2.0

// The window model: what is said to the view, when, and which frames are done.

#include "channel/control.h"
#include "rdpbridge/model.h"
#include "rdpbridge/style.h"
#include "tests/unit/session_model.h"

#include <fcntl.h>
#include <glib.h>
#include <stdlib.h>
#include <string.h>

static void
test_first_commit(Test *t, gconstpointer data)
{
    BridgeSource s = model_source(t, 1, 40, 30);

    model_order(t, 1, 40, 30, BRIDGE_SHOW);
    g_assert_cmpuint(t->asked, ==, 1);
    g_assert_cmpuint(model_said(t, VIEW_MSG_WINDOW), ==, 0); // its program is not known yet
    bridge_model_set_app(t->model, 1, 2);
    g_assert_cmpuint(model_said(t, VIEW_MSG_WINDOW), ==, 1);
    g_assert_cmpuint(t->window.app_index, ==, 2);
    g_assert_cmpuint(model_said(t, VIEW_MSG_TITLE), ==, 1);
    bridge_model_map(t->model, &s);
    g_assert_cmpuint(model_said(t, VIEW_MSG_COMMIT), ==,
                     0); // nothing painted: nothing black is shown
    model_frame(t, &s, 7, (ViewRect){0, 0, 40, 30});
    g_assert_cmpuint(model_said(t, VIEW_MSG_BUFFER), ==, 1);
    g_assert_cmpuint(model_said(t, VIEW_MSG_COMMIT), ==, 1);
    g_assert_cmpuint(t->commit.n_damage, ==, 1);
    g_assert_cmpint(t->commit.geometry.x, ==, 5);
    g_assert_cmpuint(t->commit.geometry.width, ==, 40);
    g_assert_cmpuint(t->done->len, ==, 0); // not shown yet
    bridge_model_shown(t->model, 1, t->commit.serial);
    g_assert_cmpuint(t->done->len, ==, 1);
    g_assert_cmpuint(g_array_index(t->done, guint32, 0), ==, 7);
}

static void
test_app_unknown_in_time(Test *t, gconstpointer data)
{
    model_order(t, 1, 40, 30, BRIDGE_SHOW);
    g_assert_cmpint(bridge_model_due(t->model), >, t->now);
    t->now = bridge_model_due(t->model);
    bridge_model_expire(t->model);
    g_assert_cmpuint(model_said(t, VIEW_MSG_WINDOW), ==, 1);
    g_assert_cmpuint(t->window.app_index, ==, CTL_APP_NONE);
}

static void
owned_by(Test *t, guint32 id, guint32 owner)
{
    BridgeOrder o = {.fields = BRIDGE_ORDER_OWNER, .owner_id = owner};

    g_assert_true(bridge_model_order(t->model, id, false, &o));
}

// A dialogue whose owner comes after it, or comes back as another window, is told of as its.
static void
test_owner_comes_later(Test *t, gconstpointer data)
{
    model_order(t, 2, 40, 30, BRIDGE_SHOW);
    bridge_model_set_app(t->model, 2, 2);
    owned_by(t, 2, 1);
    g_assert_cmpuint(t->window.id, ==, 2);
    g_assert_cmpuint(t->window.owner_id, ==, 0);
    model_order(t, 1, 40, 30, BRIDGE_SHOW);
    bridge_model_set_app(t->model, 1, 2);
    g_assert_cmpuint(t->window.id, ==, 2);
    g_assert_cmpuint(t->window.owner_id, ==, 1);
    g_array_set_size(t->types, 0);
    bridge_model_delete(t->model, 1);
    g_assert_cmpuint(model_said(t, VIEW_MSG_WINDOW), ==, 0); // it keeps the application that it had
    owned_by(t, 2, 3);
    g_assert_cmpuint(t->window.owner_id, ==, 0);
    model_order(t, 3, 40, 30, BRIDGE_SHOW);
    bridge_model_set_app(t->model, 3, 2);
    g_assert_cmpuint(t->window.owner_id, ==, 3);
}

// Each waits for the next one: all come with the last.
static void
test_chain_of_owners(Test *t, gconstpointer data)
{
    const guint32 n = 10;

    for (guint32 id = 1; id <= n; id++) {
        model_order(t, id, 40, 30, BRIDGE_SHOW);
        owned_by(t, id, id < n ? id + 1 : 0);
    }
    for (guint32 id = 1; id < n; id++)
        bridge_model_set_app(t->model, id, 2);
    g_assert_cmpuint(model_said(t, VIEW_MSG_WINDOW), ==, 0);
    bridge_model_set_app(t->model, n, 2);
    g_assert_cmpuint(model_said(t, VIEW_MSG_WINDOW), ==, n);
    g_assert_cmpuint(t->window.id, ==, 1);
    g_assert_cmpuint(t->window.owner_id, ==, 2);
}

// It waits for one that comes with it, as long as that is about to be told of.
static void
test_owner_comes_with_it(Test *t, gconstpointer data)
{
    BridgeOrder o = {.fields = BRIDGE_ORDER_STYLE | BRIDGE_ORDER_SHOW | BRIDGE_ORDER_OWNER |
                               BRIDGE_ORDER_OFFSET | BRIDGE_ORDER_SIZE,
                     .style = BRIDGE_WS_CAPTION,
                     .show = BRIDGE_SHOW,
                     .owner_id = 1,
                     .width = 20,
                     .height = 10};

    for (guint i = 0; i < 3; i++) {
        guint32 dialogue = 10 + i;
        g_array_set_size(t->types, 0);
        model_order(t, 1, 40, 30, i == 2 ? BRIDGE_HIDE : BRIDGE_SHOW);
        g_assert_true(bridge_model_order(t->model, dialogue, true, &o));
        g_assert_cmpuint(model_said(t, VIEW_MSG_WINDOW), ==, 0);
        if (i == 0) {
            bridge_model_set_app(t->model, 1, 2);
        } else if (i == 1) {
            bridge_model_delete(t->model, 1); // it never comes
        } else {
            t->now = bridge_model_due(t->model); // it stays hidden
            bridge_model_expire(t->model);
        }
        g_assert_cmpuint(t->window.id, ==, dialogue);
        g_assert_cmpuint(t->window.owner_id, ==, i == 0 ? 1 : 0);
        bridge_model_delete(t->model, dialogue);
        bridge_model_delete(t->model, 1);
    }
}

// Two of one application are of two programs: the view must know of which before it makes them.
static void
test_minimised_waits_for_properties(Test *t, gconstpointer data)
{
    ChanWindowSaid said = {
        .window = 1,
        .type = CHAN_WINDOW_PROPS,
        .props = {.states = CHAN_STATE_HIDDEN, .program = 5},
    };

    model_order(t, 1, 40, 30, BRIDGE_SHOW_MINIMIZED);
    bridge_model_set_app(t->model, 1, 3);
    g_assert_cmpuint(model_said(t, VIEW_MSG_WINDOW), ==, 0);
    bridge_model_said(t->model, &said);
    g_assert_cmpuint(model_said(t, VIEW_MSG_WINDOW), ==, 1);
    g_assert_cmpuint(model_said(t, VIEW_MSG_PROPS), ==, 1);
    g_assert_cmpuint(model_said(t, VIEW_MSG_COMMIT), ==, 1);
    g_assert_cmpuint(g_array_index(t->types, guint32, t->types->len - 1), ==, VIEW_MSG_COMMIT);
    // One that says nothing is shown all the same, and another server's is not waited for.
    model_order(t, 2, 40, 30, BRIDGE_SHOW_MINIMIZED);
    bridge_model_set_app(t->model, 2, 3);
    g_assert_cmpuint(model_said(t, VIEW_MSG_WINDOW), ==, 1);
    t->now = bridge_model_due(t->model);
    bridge_model_expire(t->model);
    g_assert_cmpuint(t->commit.id, ==, 2);
    bridge_model_set_foreign(t->model, true);
    model_order(t, 3, 40, 30, BRIDGE_SHOW_MINIMIZED);
    bridge_model_set_app(t->model, 3, 3);
    g_assert_cmpuint(t->commit.id, ==, 3);
}

static void
test_hidden_is_not_said(Test *t, gconstpointer data)
{
    BridgeSource s = model_source(t, 1, 40, 30);

    model_order(t, 1, 0, 0, BRIDGE_HIDE);
    bridge_model_set_app(t->model, 1, 2);
    bridge_model_map(t->model, &s);
    model_frame(t, &s, 3, (ViewRect){0, 0, 40, 30});
    g_assert_cmpuint(t->types->len, ==, 0);
    g_assert_cmpuint(t->done->len, ==, 1); // the guest does not wait for it
    bridge_model_delete(t->model, 1);
    g_assert_cmpuint(t->types->len, ==, 0);
}

// The view counts buffers until it is told that they are gone.
static void
test_closed_with_its_buffer(Test *t, gconstpointer data)
{
    BridgeSource s;

    model_shown_window(t, &s);
    bridge_model_delete(t->model, 1);
    g_assert_cmpuint(t->types->len, ==, 2);
    g_assert_cmpuint(g_array_index(t->types, guint32, 0), ==, VIEW_MSG_WINDOW_GONE);
    g_assert_cmpuint(g_array_index(t->types, guint32, 1), ==, VIEW_MSG_BUFFER_GONE);
}

// One commit in flight; damage comes together meanwhile, and frames are done with theirs.
static void
test_flow(Test *t, gconstpointer data)
{
    BridgeSource s;
    guint32 serial;

    model_shown_window(t, &s);
    model_frame(t, &s, 1, (ViewRect){0, 0, 8, 8});
    serial = t->commit.serial;
    model_frame(t, &s, 2, (ViewRect){10, 0, 8, 8});
    model_frame(t, &s, 3, (ViewRect){20, 20, 8, 8});
    g_assert_cmpuint(model_said(t, VIEW_MSG_COMMIT), ==, 1);
    g_assert_cmpuint(t->done->len, ==, 0);
    bridge_model_shown(t->model, 1, serial);
    g_assert_cmpuint(t->done->len, ==, 1);
    g_assert_cmpuint(model_said(t, VIEW_MSG_COMMIT), ==, 2);
    g_assert_cmpuint(t->commit.n_damage, ==, 2);
    bridge_model_shown(t->model, 1, serial); // again: nothing
    g_assert_cmpuint(t->done->len, ==, 1);
    bridge_model_shown(t->model, 1, serial + 100); // never sent
    g_assert_cmpuint(t->done->len, ==, 1);
    bridge_model_shown(t->model, 1, t->commit.serial);
    g_assert_cmpuint(t->done->len, ==, 3);
    g_assert_cmpint(bridge_model_due(t->model), ==, 0);
}

static void
test_no_tearing(Test *t, gconstpointer data)
{
    BridgeSource s;

    model_shown_window(t, &s);
    model_frame(t, &s, 1, (ViewRect){0, 0, 8, 8});
    model_frame(t, &s, 2, (ViewRect){10, 0, 8, 8});
    bridge_model_frame_begin(t->model);
    bridge_damage_add(&s.damage, (ViewRect){20, 0, 8, 8});
    s.touched = true;
    bridge_model_shown(t->model, 1, t->commit.serial);
    g_assert_cmpuint(model_said(t, VIEW_MSG_COMMIT), ==, 1); // not in the middle of a frame
    bridge_model_frame_end(t->model, true, 3);
    g_assert_cmpuint(model_said(t, VIEW_MSG_COMMIT), ==, 2);
    bridge_model_shown(t->model, 1, t->commit.serial);
    g_assert_cmpuint(t->done->len, ==, 3);
}

// The frame that was open is another window's, or nobody's: what waited for its end leaves all the
// same.
static void
test_frame_of_others(Test *t, gconstpointer data)
{
    BridgeSource s;

    model_shown_window(t, &s);
    model_frame(t, &s, 1, (ViewRect){0, 0, 8, 8});
    model_frame(t, &s, 2, (ViewRect){10, 0, 8, 8});
    bridge_model_frame_begin(t->model);
    bridge_model_shown(t->model, 1, t->commit.serial);
    g_assert_cmpuint(model_said(t, VIEW_MSG_COMMIT), ==, 1);
    bridge_model_frame_end(t->model, true, 3);
    g_assert_cmpuint(model_said(t, VIEW_MSG_COMMIT), ==, 2);
    bridge_model_frame_begin(t->model);
    bridge_model_view_attached(t->model);
    bridge_model_frame_end(t->model, true, 4);
    g_assert_cmpuint(model_said(t, VIEW_MSG_COMMIT), ==, 3);
}

// The order with the new size comes first: what is shown waits for pixels of that size.
static void
test_resize_is_atomic(Test *t, gconstpointer data)
{
    BridgeSource s, bigger;

    model_shown_window(t, &s);
    model_order(t, 1, 50, 35, BRIDGE_SHOW);
    g_assert_cmpuint(model_said(t, VIEW_MSG_COMMIT), ==, 0);
    model_frame(t, &s, 1, (ViewRect){0, 0, 8, 8}); // still of the old size
    g_assert_cmpuint(model_said(t, VIEW_MSG_COMMIT), ==, 0);
    g_assert_cmpuint(t->done->len, ==, 1); // and yet the guest goes on
    bigger = model_source(t, 1, 50, 35);
    bigger.surface_id = 2;
    bridge_model_map(t->model, &bigger);
    g_assert_cmpuint(model_said(t, VIEW_MSG_COMMIT), ==, 0);
    model_frame(t, &bigger, 2, (ViewRect){0, 0, 50, 35});
    g_assert_cmpuint(model_said(t, VIEW_MSG_BUFFER), ==, 1);
    g_assert_cmpuint(model_said(t, VIEW_MSG_COMMIT), ==, 1);
    g_assert_cmpuint(model_said(t, VIEW_MSG_BUFFER_GONE), ==, 1);
    g_assert_cmpuint(t->commit.geometry.width, ==, 50);
    bridge_model_unmap(t->model, &s);
    g_assert_cmpint(bridge_model_due(t->model), >, 0); // of the flight only
    bridge_model_shown(t->model, 1, t->commit.serial);
    g_assert_cmpint(bridge_model_due(t->model), ==, 0);
}

static void
test_size_that_never_comes(Test *t, gconstpointer data)
{
    BridgeSource s;

    model_shown_window(t, &s);
    model_order(t, 1, 50, 35, BRIDGE_SHOW);
    t->now = bridge_model_due(t->model);
    bridge_model_expire(t->model);
    g_assert_cmpuint(model_said(t, VIEW_MSG_COMMIT), ==, 1);
    g_assert_cmpuint(t->commit.geometry.width, ==, 50);
    g_assert_cmpuint(model_said(t, VIEW_MSG_BUFFER), ==, 0);
}

static void
test_move(Test *t, gconstpointer data)
{
    BridgeOrder o = {.fields = BRIDGE_ORDER_OFFSET, .x = 77, .y = 88};
    BridgeSource s;

    model_shown_window(t, &s);
    bridge_model_order(t->model, 1, false, &o);
    g_assert_cmpuint(t->commit.n_damage, ==, 0);
    g_assert_cmpint(t->commit.geometry.x, ==, 77);
    // Not answered by the view (nothing was put): the next pixels leave at once.
    model_frame(t, &s, 1, (ViewRect){0, 0, 8, 8});
    g_assert_cmpuint(model_said(t, VIEW_MSG_COMMIT), ==, 2);
}

static void
test_minimise(Test *t, gconstpointer data)
{
    BridgeOrder o = {.fields = BRIDGE_ORDER_SHOW | BRIDGE_ORDER_OFFSET | BRIDGE_ORDER_SIZE,
                     .show = BRIDGE_SHOW_MINIMIZED,
                     .x = -32000,
                     .y = -32000,
                     .width = 160,
                     .height = 28};
    BridgeSource s;

    model_shown_window(t, &s);
    bridge_model_order(t->model, 1, false, &o);
    g_assert_cmpuint(t->commit.state, ==, VIEW_STATE_MINIMIZED);
    g_assert_cmpuint(t->commit.geometry.width, ==, 40);
    g_assert_cmpint(t->commit.geometry.x, ==, 5);
    model_frame(t, &s, 1, (ViewRect){0, 0, 8, 8});
    g_assert_cmpuint(t->done->len, ==, 1);
    model_order(t, 1, 40, 30, BRIDGE_SHOW);
    g_assert_cmpuint(t->commit.state, ==, VIEW_STATE_NORMAL);
    g_assert_cmpuint(t->commit.n_damage, ==, 1); // what changed meanwhile
}

static void
test_hide_and_show(Test *t, gconstpointer data)
{
    BridgeSource s;

    model_shown_window(t, &s);
    model_order(t, 1, 40, 30, BRIDGE_HIDE);
    g_assert_cmpuint(t->commit.state, ==, VIEW_STATE_HIDDEN);
    model_order(t, 1, 40, 30, BRIDGE_HIDE);
    g_assert_cmpuint(model_said(t, VIEW_MSG_COMMIT), ==, 1);
    bridge_model_shown(t->model, 1, t->commit.serial);
    model_order(t, 1, 40, 30, BRIDGE_SHOW);
    g_assert_cmpuint(t->commit.state, ==, VIEW_STATE_NORMAL);
}

// More icons than a guest may have: windows go without, and memory is bounded.
static void
test_icon_bomb(Test *t, gconstpointer data)
{
    const guint fit = LIMIT_ICON_BYTES / (256 * 256 * 4);
    BridgeOrder o = {.fields = BRIDGE_ORDER_STYLE, .style = BRIDGE_WS_CAPTION};

    bridge_model_set_max(t->model, VIEW_WINDOWS_MAX);
    for (guint32 id = 1; id <= fit + 3; id++) {
        g_assert_true(bridge_model_order(t->model, id, true, &o));
        bridge_model_take_icon(t->model, id, malloc(256 * 256 * 4), 256, 256);
        g_assert_cmpint(bridge_model_window(t->model, id)->icon != NULL, ==, id <= fit);
    }
    bridge_model_delete(t->model, 1);
    bridge_model_take_icon(t->model, fit + 1, malloc(256 * 256 * 4), 256, 256);
    g_assert_nonnull(bridge_model_window(t->model, fit + 1)->icon);
}

// A view that lags behind is told where a window is, and not where it was meanwhile.
static void
test_one_untold(Test *t, gconstpointer data)
{
    BridgeSource s;

    model_shown_window(t, &s);
    model_said(t, VIEW_MSG_COMMIT);
    guint before = t->commit.serial;
    for (int x = 1; x <= 1000; x++) {
        BridgeOrder o = {.fields = BRIDGE_ORDER_OFFSET, .x = x, .y = 7};
        bridge_model_order(t->model, 1, false, &o);
    }
    g_assert_cmpuint(t->commit.serial, ==, before + 1);
    bridge_model_shown(t->model, 1, t->commit.serial);
    g_assert_cmpuint(t->commit.serial, ==, before + 2);
    g_assert_cmpint(t->commit.geometry.x, ==, 1000);
    bridge_model_shown(t->model, 1, t->commit.serial);
    g_assert_cmpuint(t->commit.serial, ==, before + 2);
}

// One that never answers is told all the same, in the end.
static void
test_untold_expires(Test *t, gconstpointer data)
{
    BridgeSource s;
    BridgeOrder o = {.fields = BRIDGE_ORDER_OFFSET, .x = 1, .y = 7};

    model_shown_window(t, &s);
    bridge_model_order(t->model, 1, false, &o);
    o.x = 2;
    bridge_model_order(t->model, 1, false, &o);
    g_assert_cmpint(t->commit.geometry.x, ==, 1);
    t->now = bridge_model_due(t->model);
    bridge_model_expire(t->model);
    g_assert_cmpint(t->commit.geometry.x, ==, 2);
}

static void
test_new_view(Test *t, gconstpointer data)
{
    BridgeSource s;

    model_shown_window(t, &s);
    model_frame(t, &s, 1, (ViewRect){0, 0, 8, 8});
    bridge_model_view_lost(t->model);
    g_assert_cmpuint(t->done->len, ==, 1);
    g_array_set_size(t->types, 0);
    model_frame(t, &s, 2, (ViewRect){10, 0, 8, 8});
    g_assert_cmpuint(t->types->len, ==, 0);
    g_assert_cmpuint(t->done->len, ==, 2);
    bridge_model_view_attached(t->model);
    g_assert_cmpuint(model_said(t, VIEW_MSG_WINDOW), ==, 1);
    g_assert_cmpuint(model_said(t, VIEW_MSG_BUFFER), ==, 1);
    g_assert_cmpuint(model_said(t, VIEW_MSG_COMMIT), ==, 1);
    g_assert_cmpuint(t->commit.serial, ==, 1);
    g_assert_cmpuint(t->damage[0].width, ==, 40);
    g_assert_cmpuint(t->damage[0].height, ==, 30);
}

// The guest deleted the surface: the pixels that are there are the new view's too.
static void
test_new_view_without_surface(Test *t, gconstpointer data)
{
    BridgeSource s;

    model_shown_window(t, &s);
    bridge_model_unmap(t->model, &s);
    bridge_model_view_lost(t->model);
    g_array_set_size(t->types, 0);
    bridge_model_view_attached(t->model);
    g_assert_cmpuint(model_said(t, VIEW_MSG_COMMIT), ==, 1);
    g_assert_cmpuint(t->commit.n_damage, ==, 1);
}

static void
test_view_does_not_answer(Test *t, gconstpointer data)
{
    BridgeSource s;

    model_shown_window(t, &s);
    model_frame(t, &s, 1, (ViewRect){0, 0, 8, 8});
    t->now = bridge_model_due(t->model);
    bridge_model_expire(t->model);
    g_assert_cmpuint(t->done->len, ==, 1);
}

static void
test_host_moves(Test *t, gconstpointer data)
{
    BridgeSource s;

    model_shown_window(t, &s);
    // A move is done when it is asked for: servers say nothing of it.
    g_assert_true(bridge_model_configured(t->model, 1, 1, (ViewRect){50, 60, 40, 30}));
    g_assert_cmpuint(t->commit.serial_configured, ==, 1);
    g_assert_cmpint(t->commit.geometry.x, ==, 50);
    bridge_model_shown(t->model, 1, t->commit.serial);
    // What the guest has already is not asked for.
    g_assert_false(bridge_model_configured(t->model, 1, 2, (ViewRect){50, 60, 40, 30}));
    g_assert_cmpuint(t->commit.serial_configured, ==, 2);
    bridge_model_shown(t->model, 1, t->commit.serial);
    // A resize waits for the guest's order, or for some time.
    g_assert_true(bridge_model_configured(t->model, 1, 3, (ViewRect){50, 60, 44, 33}));
    model_frame(t, &s, 1, (ViewRect){0, 0, 8, 8});
    g_assert_cmpuint(t->commit.serial_configured, ==, 2);
    bridge_model_shown(t->model, 1, t->commit.serial);
    t->now = bridge_model_due(t->model);
    bridge_model_expire(t->model);
    g_assert_cmpuint(t->commit.serial_configured, ==, 3);
    g_assert_cmpuint(t->commit.geometry.width, ==, 40);
    g_assert_false(bridge_model_configured(t->model, 99, 1, (ViewRect){0, 0, 1, 1}));
}

// A resize and a move, one right after the other: the order that answers the resize has the former
// place, and of the move none comes.
static void
test_move_overtakes_order(Test *t, gconstpointer data)
{
    BridgeOrder late = {.fields = BRIDGE_ORDER_SIZE | BRIDGE_ORDER_OFFSET,
                        .x = 10,
                        .y = 20,
                        .width = 44,
                        .height = 33};
    BridgeSource s;

    model_shown_window(t, &s);
    g_assert_true(bridge_model_configured(t->model, 1, 1, (ViewRect){10, 20, 44, 33}));
    g_assert_true(bridge_model_configured(t->model, 1, 2, (ViewRect){50, 60, 44, 33}));
    bridge_model_order(t->model, 1, false, &late);
    const BridgeWindow *w = bridge_model_window(t->model, 1);
    g_assert_cmpint(w->rect.x, ==, 50);
    g_assert_cmpint(w->rect.y, ==, 60);
    g_assert_cmpuint(w->followed_serial, ==, 2);
    // Later the guest moves by itself, and that counts.
    late.x = 70;
    bridge_model_order(t->model, 1, false, &late);
    g_assert_cmpint(w->rect.x, ==, 70);
}

static void
test_popups_are_not_moved(Test *t, gconstpointer data)
{
    BridgeOrder o = {.fields = BRIDGE_ORDER_STYLE | BRIDGE_ORDER_OWNER | BRIDGE_ORDER_SHOW |
                               BRIDGE_ORDER_SIZE | BRIDGE_ORDER_OFFSET,
                     .style = BRIDGE_WS_POPUP,
                     .owner_id = 1,
                     .show = BRIDGE_SHOW,
                     .width = 20,
                     .height = 20};
    BridgeSource s;

    model_shown_window(t, &s);
    bridge_model_order(t->model, 2, true, &o);
    g_assert_cmpuint(t->window.kind, ==, VIEW_KIND_POPUP);
    g_assert_cmpuint(t->window.owner_id, ==, 1);
    g_assert_cmpuint(t->window.app_index, ==, 2); // its owner's
    g_assert_false(bridge_model_configured(t->model, 2, 1, (ViewRect){9, 9, 20, 20}));
}

static void
test_stack(Test *t, gconstpointer data)
{
    const guint32 ids[] = {0xdead, 2, 1, 2, 3};
    BridgeSource s;

    model_shown_window(t, &s);
    model_order(t, 2, 10, 10, BRIDGE_SHOW);
    bridge_model_set_app(t->model, 2, 0);
    model_order(t, 3, 0, 0, BRIDGE_HIDE); // never said
    bridge_model_stack(t->model, ids, G_N_ELEMENTS(ids));
    g_assert_cmpuint(t->stack.count, ==, 2);
    g_assert_cmpuint(t->stack_ids[0], ==, 2);
    g_assert_cmpuint(t->stack_ids[1], ==, 1);
    bridge_model_active(t->model, 2);
    g_assert_cmpuint(t->active, ==, 2);
    bridge_model_active(t->model, 0xdead); // a marker
    g_assert_cmpuint(t->active, ==, 0);
    // One that the view does not know yet is told of with it.
    model_order(t, 4, 10, 10, BRIDGE_SHOW);
    bridge_model_active(t->model, 4);
    g_assert_cmpuint(t->active, ==, 0);
    g_assert_cmpuint(bridge_model_active_window(t->model), ==, 4);
    bridge_model_set_app(t->model, 4, 0);
    g_assert_cmpuint(t->active, ==, 4);
}

static void
test_limits(Test *t, gconstpointer data)
{
    const guint32 odd[4] = {100, G_MAXUINT32, 50, 20000};
    BridgeOrder o = {.fields = BRIDGE_ORDER_SHOW, .show = BRIDGE_SHOW};

    for (guint32 id = 1; id <= 10; id++)
        model_order(t, id, 10, 10, BRIDGE_SHOW);
    g_assert_false(bridge_model_order(t->model, 11, true, &o));
    g_assert_null(bridge_model_window(t->model, 11));
    g_assert_true(bridge_model_order(t->model, 12, false, &o)); // an update of none: ignored
    bridge_model_set_app(t->model, 1, 0);
    bridge_model_set_limits(t->model, 1, odd); // said only what view_check takes
    g_assert_cmpuint(t->window.min_width, ==, 50);
    g_assert_cmpuint(t->window.min_height, ==, 0);
    g_assert_cmpuint(t->window.max_height, ==, 0);
    model_order(t, 1, G_MAXUINT32, G_MAXUINT32, BRIDGE_SHOW);
    g_assert_cmpuint(bridge_model_window(t->model, 1)->rect.width, ==, VIEW_SIDE_MAX);
    bridge_model_delete(t->model, 1);
    g_assert_cmpuint(t->gone, ==, 1);
    bridge_model_delete(t->model, 1);
    g_assert_cmpuint(t->gone, ==, 1);
}

// A guest that numbers frames wildly or sends many gets each answered, once.
static void
test_frames_are_bounded(Test *t, gconstpointer data)
{
    BridgeSource s;

    model_shown_window(t, &s);
    for (guint i = 0; i < 1000; i++)
        model_frame(t, &s, i % 3, (ViewRect){0, 0, 8, 8});
    for (guint i = 0; i < 10; i++)
        bridge_model_shown(t->model, 1, t->commit.serial);
    g_assert_cmpuint(t->done->len, ==, 1000);
}

static void
test_any_orders(Test *t, gconstpointer data)
{
    BridgeSource sources[8];

    for (guint i = 0; i < 8; i++) {
        sources[i] = model_source(t, i % 4 + 1, 8 + i, 8 + i);
        sources[i].surface_id = (guint16)i;
    }
    for (guint i = 0; i < 20000; i++) {
        guint32 id = (guint32)g_test_rand_int_range(1, 6), n = (guint32)g_test_rand_int_range(0, 8);
        BridgeSource *s = &sources[n];
        switch (g_test_rand_int_range(0, 9)) {
        case 0:
            model_order(t, id, 8 + n, 8 + n, (guint32)g_test_rand_int_range(0, 7));
            break;
        case 1:
            bridge_model_delete(t->model, id);
            break;
        case 2:
            bridge_model_map(t->model, s);
            break;
        case 3:
            bridge_model_unmap(t->model, s);
            break;
        case 4:
        case 5:
            model_frame(t, s, i, (ViewRect){0, 0, 4, 4});
            s->touched = false;
            break;
        case 6:
            bridge_model_shown(t->model, id, (guint32)g_test_rand_int_range(0, 50));
            break;
        case 7:
            t->now += 100000;
            bridge_model_expire(t->model);
            break;
        default:
            if (n == 0)
                bridge_model_view_lost(t->model);
            bridge_model_view_attached(t->model);
        }
    }
    bridge_model_view_lost(t->model); // nothing is owed to the guest then
    g_array_set_size(t->done, 0);
    bridge_model_frame_end(t->model, true, G_MAXUINT32);
    g_assert_cmpuint(t->done->len, ==, 1);
}

#define ADD(name, function)                                                                        \
    g_test_add("/session/model/" name, Test, NULL, model_set_up, function, model_tear_down)

static void
styled(Test *t, guint32 id, guint32 style, guint32 ex_style, const char *title)
{
    BridgeOrder o = {.fields = BRIDGE_ORDER_STYLE | BRIDGE_ORDER_TITLE,
                     .style = style,
                     .ex_style = ex_style,
                     .title = title};

    g_assert_true(bridge_model_order(t->model, id, false, &o));
    model_answer(t);
}

static void
test_scenery(Test *t, gconstpointer data)
{
    const guint32 shadow = BRIDGE_WS_EX_LAYERED | BRIDGE_WS_EX_TRANSPARENT;
    BridgeSource s;

    model_shown_window(t, &s);
    styled(t, 1, BRIDGE_WS_POPUP, shadow, "");
    g_assert_cmpuint(t->commit.state, ==, VIEW_STATE_NORMAL); // our own guest's tooltip
    bridge_model_set_foreign(t->model, true);
    styled(t, 1, BRIDGE_WS_POPUP, shadow, "");
    g_assert_cmpuint(t->commit.state, ==, VIEW_STATE_HIDDEN);
    g_assert_true(bridge_model_hidden(t->model, bridge_model_window(t->model, 1)));
    g_array_set_size(t->types, 0);
    model_frame(t, &s, 101, (ViewRect){0, 0, 40, 30});
    g_assert_cmpuint(model_said(t, VIEW_MSG_COMMIT), ==, 0); // nor painted
    g_assert_cmpuint(g_array_index(t->done, guint32, t->done->len - 1), ==, 101);
    styled(t, 1, BRIDGE_WS_POPUP, BRIDGE_WS_EX_LAYERED, "");
    g_assert_cmpuint(t->commit.state, ==, VIEW_STATE_NORMAL);
    styled(t, 1, BRIDGE_WS_POPUP, BRIDGE_WS_EX_TOOLWINDOW, "Program Manager");
    g_assert_cmpuint(t->commit.state, ==, VIEW_STATE_HIDDEN);
    styled(t, 1, BRIDGE_WS_POPUP, BRIDGE_WS_EX_TOOLWINDOW, "Palette");
    g_assert_cmpuint(t->commit.state, ==, VIEW_STATE_NORMAL);
    styled(t, 1, BRIDGE_WS_POPUP, BRIDGE_WS_EX_TOOLWINDOW, "TF_FloatingLangBar_WndTitle");
    g_assert_cmpuint(t->commit.state, ==, VIEW_STATE_HIDDEN);
    styled(t, 1, BRIDGE_WS_CAPTION, BRIDGE_WS_EX_TOOLWINDOW, "Program Manager");
    g_assert_cmpuint(t->commit.state, ==, VIEW_STATE_NORMAL); // a program's, so called
}

// Another server's windows bring their frames along.
static void
test_frames_of_others(Test *t, gconstpointer data)
{
    const BridgeWindow *w;
    BridgeSource s;

    model_shown_window(t, &s);
    styled(t, 1, BRIDGE_WS_CAPTION, 0, "Notes");
    w = bridge_model_window(t->model, 1);
    g_assert_false(w->flags & VIEW_FLAG_UNDECORATED);
    bridge_model_set_foreign(t->model, true);
    styled(t, 1, BRIDGE_WS_CAPTION | BRIDGE_WS_THICKFRAME, 0, "Notes");
    g_assert_true(w->flags & VIEW_FLAG_UNDECORATED);
    // A frameless one that covers the screen is full-screen, one with a frame is maximised.
    model_order(t, 1, 40, 30, BRIDGE_SHOW_MAXIMIZED);
    g_assert_cmpuint(t->commit.state, ==, VIEW_STATE_MAXIMIZED);
}

static void
test_cloaked(Test *t, gconstpointer data)
{
    BridgeSource s;

    model_shown_window(t, &s);
    bridge_model_cloak(t->model, 1, true);
    g_assert_cmpuint(t->commit.state, ==, VIEW_STATE_HIDDEN);
    model_answer(t);
    bridge_model_cloak(t->model, 1, true);
    g_assert_cmpuint(model_said(t, VIEW_MSG_COMMIT), ==, 1);
    bridge_model_cloak(t->model, 1, false);
    g_assert_cmpuint(t->commit.state, ==, VIEW_STATE_NORMAL);
    bridge_model_cloak(t->model, 2, true); // none
}

static void
parked(Test *t, guint32 id, guint32 show)
{
    BridgeOrder o = {.fields = BRIDGE_ORDER_SHOW | BRIDGE_ORDER_OFFSET | BRIDGE_ORDER_SIZE,
                     .show = show,
                     .x = -32000,
                     .y = -32000,
                     .width = 160,
                     .height = 28};

    g_assert_true(bridge_model_order(t->model, id, true, &o));
}

static void
test_parked(Test *t, gconstpointer data)
{
    BridgeSource s;

    // An order of the place may come before the one of the state.
    model_shown_window(t, &s);
    parked(t, 1, BRIDGE_SHOW);
    parked(t, 1, BRIDGE_SHOW_MINIMIZED);
    g_assert_cmpuint(t->commit.state, ==, VIEW_STATE_MINIMIZED);
    g_assert_cmpint(t->commit.geometry.x, ==, 5);
    g_assert_cmpuint(t->commit.geometry.width, ==, 40);
    // One that was minimised before the session began is in the taskbar.
    bridge_model_set_foreign(t->model, true);
    parked(t, 2, BRIDGE_SHOW_MINIMIZED);
    bridge_model_set_app(t->model, 2, 3);
    g_assert_cmpuint(t->commit.id, ==, 2);
    g_assert_cmpuint(t->commit.state, ==, VIEW_STATE_MINIMIZED);
    g_assert_cmpint(t->commit.geometry.x, ==, 0);
    g_assert_cmpuint(t->commit.geometry.width, ==, 160);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("first-commit", test_first_commit);
    ADD("owner-later", test_owner_comes_later);
    ADD("owner-with-it", test_owner_comes_with_it);
    ADD("owner-chain", test_chain_of_owners);
    ADD("app-unknown-in-time", test_app_unknown_in_time);
    ADD("minimised-waits-for-properties", test_minimised_waits_for_properties);
    ADD("hidden-is-not-said", test_hidden_is_not_said);
    ADD("closed-with-its-buffer", test_closed_with_its_buffer);
    ADD("flow", test_flow);
    ADD("no-tearing", test_no_tearing);
    ADD("frame-of-others", test_frame_of_others);
    ADD("resize-is-atomic", test_resize_is_atomic);
    ADD("size-that-never-comes", test_size_that_never_comes);
    ADD("move", test_move);
    ADD("frames-of-others", test_frames_of_others);
    ADD("minimise", test_minimise);
    ADD("hide-and-show", test_hide_and_show);
    ADD("icon-bomb", test_icon_bomb);
    ADD("one-untold", test_one_untold);
    ADD("untold-expires", test_untold_expires);
    ADD("new-view", test_new_view);
    ADD("new-view-without-surface", test_new_view_without_surface);
    ADD("view-does-not-answer", test_view_does_not_answer);
    ADD("host-moves", test_host_moves);
    ADD("move-overtakes-order", test_move_overtakes_order);
    ADD("popups-are-not-moved", test_popups_are_not_moved);
    ADD("stack", test_stack);
    ADD("limits", test_limits);
    ADD("frames-are-bounded", test_frames_are_bounded);
    ADD("any-orders", test_any_orders);
    ADD("scenery", test_scenery);
    ADD("cloaked", test_cloaked);
    ADD("parked", test_parked);
    return g_test_run();
}
