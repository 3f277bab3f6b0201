// SPDX-License-Identifier: Apache-2.0

// What a guest of our own says of its windows beside RAIL, in the window model.

#include "rdpbridge/model.h"
#include "tests/unit/session_model.h"

#include <glib.h>

#define ADD(name, function)                                                                        \
    g_test_add("/session/properties/" name, Test, NULL, model_set_up, function, model_tear_down)

static void
say(Test *t, const ChanWindowSaid *said)
{
    g_array_set_size(t->types, 0);
    bridge_model_said(t->model, said);
}

static void
test_properties(Test *t, gconstpointer data)
{
    static const guint8 pixels[16 * 16 * 4];
    g_autofree ChanWindowSaid *m = g_new0(ChanWindowSaid, 1);
    BridgeSource s;

    *m = (ChanWindowSaid){.type = CHAN_WINDOW_PROPS, .window = 1};
    say(t, m); // of no window
    model_shown_window(t, &s);
    m->props.size_flags = CHAN_SIZE_INCREMENTS;
    m->props.width_inc = 6;
    say(t, m);
    g_assert_cmpuint(model_said(t, VIEW_MSG_PROPS), ==, 1);
    say(t, m);
    g_assert_cmpuint(model_said(t, VIEW_MSG_PROPS), ==, 0); // nothing new
    // A set of icons is told when it is whole, and none that is broken.
    *m = (ChanWindowSaid){.type = CHAN_WINDOW_ICON, .window = 1};
    m->icon = (ChanWindowIcon){1, 2, 16, 16, CHAN_SPAN(pixels, sizeof pixels)};
    say(t, m);
    m->icon.index = 0;
    say(t, m);
    g_assert_cmpuint(model_said(t, VIEW_MSG_ICON), ==, 0);
    m->icon.index = 1;
    say(t, m);
    g_assert_cmpuint(model_said(t, VIEW_MSG_ICON), ==, 2);
    *m = (ChanWindowSaid){
        .type = CHAN_WINDOW_SHAPE, .window = 1, .shape = {.shaped = 1, .count = 1}};
    say(t, m);
    g_assert_cmpuint(model_said(t, VIEW_MSG_SHAPE), ==, 1);
    // Another view is told all of it again.
    bridge_model_view_lost(t->model);
    g_array_set_size(t->types, 0);
    bridge_model_view_attached(t->model);
    g_assert_cmpuint(model_said(t, VIEW_MSG_PROPS), ==, 1);
    g_assert_cmpuint(model_said(t, VIEW_MSG_ICON), ==, 2);
    g_assert_cmpuint(model_said(t, VIEW_MSG_SHAPE), ==, 1);
    *m = (ChanWindowSaid){.type = CHAN_WINDOW_ICON, .window = 1};
    say(t, m);
    g_assert_cmpuint(model_said(t, VIEW_MSG_ICONS_GONE), ==, 1);
}

static void
say_large_icon(Test *t, guint8 colour)
{
    const gsize size = (gsize)1024 * 1024 * 4;
    g_autofree guint8 *pixels = g_malloc(size);
    g_autofree ChanWindowSaid *m = g_new0(ChanWindowSaid, 1);

    memset(pixels, colour, size);
    *m = (ChanWindowSaid){.type = CHAN_WINDOW_ICON, .window = 1};
    m->icon = (ChanWindowIcon){0, 1, 1024, 1024, CHAN_SPAN(pixels, size)};
    say(t, m);
}

// A program that changes them for ever has so many bytes a second; the last ones count.
static void
test_icons_paced(Test *t, gconstpointer data)
{
    BridgeSource s;
    guint8 n = 0;

    model_shown_window(t, &s);
    do
        say_large_icon(t, n++);
    while (model_said(t, VIEW_MSG_ICON) > 0);
    g_assert_cmpuint(n, >, LIMIT_ICON_BYTES_BURST / (1024 * 1024 * 4));
    g_assert_cmpuint(n, <, 3 * LIMIT_ICON_BYTES_BURST / (1024 * 1024 * 4));
    say_large_icon(t, 0xee);
    g_assert_cmpuint(model_said(t, VIEW_MSG_ICON), ==, 0);
    gint64 due = bridge_model_due(t->model);
    g_assert_cmpint(due, >, t->now);
    g_assert_cmpint(due, <=, t->now + G_USEC_PER_SEC);
    t->now = due;
    bridge_model_expire(t->model);
    g_assert_cmpuint(model_said(t, VIEW_MSG_ICON), ==, 1);
    g_assert_cmpuint(bridge_model_window(t->model, 1)->properties.icons[0].pixels[0], ==, 0xee);
}

// A set of more than a window may have is none.
static void
test_icons_too_large(Test *t, gconstpointer data)
{
    const gsize size = (gsize)1024 * 1024 * 4;
    g_autofree guint8 *pixels = g_malloc0(size);
    g_autofree ChanWindowSaid *m = g_new0(ChanWindowSaid, 1);
    BridgeSource s;

    model_shown_window(t, &s);
    for (guint8 i = 0; i < 2; i++) {
        *m = (ChanWindowSaid){.type = CHAN_WINDOW_ICON, .window = 1};
        m->icon = (ChanWindowIcon){i, 2, 1024, 1024, CHAN_SPAN(pixels, size)};
        say(t, m);
    }
    g_assert_cmpuint(model_said(t, VIEW_MSG_ICON), ==, 0);
}

static void
say_names(Test *t, const char *title, const char *icon)
{
    g_autofree ChanWindowSaid *m = g_new0(ChanWindowSaid, 1);

    *m = (ChanWindowSaid){.type = CHAN_WINDOW_NAMES, .window = 1};
    if (title)
        chan_window_names_add(&m->names, CHAN_NAME_OLD_TITLE, CHAN_SPAN_TEXT(title));
    if (icon)
        chan_window_names_add(&m->names, CHAN_NAME_ICON, CHAN_SPAN_TEXT(icon));
    say(t, m);
}

// They count in the place of the title of RAIL's orders, which is cut.
static void
test_names(Test *t, gconstpointer data)
{
    g_autofree char *longest = g_strnfill(VIEW_TITLE_MAX, 'x');
    const BridgeOrder order = {.fields = BRIDGE_ORDER_TITLE, .title = "cut"};
    BridgeSource s;

    say_names(t, "of no window", NULL);
    model_shown_window(t, &s);
    const BridgeWindow *w = bridge_model_window(t->model, 1);
    say_names(t, longest, "icon");
    g_assert_cmpuint(model_said(t, VIEW_MSG_NAMES), ==, 1);
    g_assert_cmpstr(w->title, ==, longest);
    say_names(t, longest, "icon");
    g_assert_cmpuint(model_said(t, VIEW_MSG_NAMES), ==, 0); // nothing new
    bridge_model_order(t->model, 1, false, &order);
    g_assert_cmpuint(model_said(t, VIEW_MSG_TITLE), ==, 0);
    g_assert_cmpstr(w->title, ==, longest);
    say_names(t,
              "\xe2\x80\xae"
              "evil",
              "icon");
    g_assert_cmpuint(model_said(t, VIEW_MSG_NAMES), ==, 1);
    g_assert_cmpstr(w->title, ==, "evil");
    say_names(t, "evil", NULL);
    g_assert_cmpuint(model_said(t, VIEW_MSG_NAMES), ==, 1);
    // Another view is told them again, and no title.
    bridge_model_view_lost(t->model);
    g_array_set_size(t->types, 0);
    bridge_model_view_attached(t->model);
    g_assert_cmpuint(model_said(t, VIEW_MSG_NAMES), ==, 1);
    g_assert_cmpuint(model_said(t, VIEW_MSG_TITLE), ==, 0);
}

// Told before what makes it a window, and again to another view.
static void
test_group(Test *t, gconstpointer data)
{
    ChanWindowSaid m = {.type = CHAN_WINDOW_GROUP, .window = 1, .group = {.group = 7, .owner = 1}};
    BridgeSource s;

    say(t, &m); // of no window
    model_shown_window(t, &s);
    g_array_set_size(t->types, 0);
    say(t, &m);
    g_assert_cmpuint(model_said(t, VIEW_MSG_GROUP), ==, 1);
    say(t, &m);
    g_assert_cmpuint(model_said(t, VIEW_MSG_GROUP), ==, 0); // nothing new
    m.group.leader = 8;
    say(t, &m);
    g_assert_cmpuint(model_said(t, VIEW_MSG_GROUP), ==, 1);
    bridge_model_view_lost(t->model);
    g_array_set_size(t->types, 0);
    bridge_model_view_attached(t->model);
    g_assert_cmpuint(model_said(t, VIEW_MSG_GROUP), ==, 1);
}

// A question is told until the host has said where it has the window.
static void
test_workspace(Test *t, gconstpointer data)
{
    g_autofree ChanWindowSaid *m = g_new0(ChanWindowSaid, 1);
    BridgeSource s;

    *m = (ChanWindowSaid){.type = CHAN_WINDOW_WORKSPACE, .window = 1, .workspace = 2};
    say(t, m); // of no window
    g_assert_null(bridge_model_workspace_said(t->model, 1, 2));
    model_shown_window(t, &s);
    say(t, m);
    g_assert_cmpuint(model_said(t, VIEW_MSG_WORKSPACE), ==, 1);
    say(t, m); // its program asks again: the user may have moved it
    g_assert_cmpuint(model_said(t, VIEW_MSG_WORKSPACE), ==, 1);
    bridge_model_view_lost(t->model);
    g_array_set_size(t->types, 0);
    bridge_model_view_attached(t->model);
    g_assert_cmpuint(model_said(t, VIEW_MSG_WORKSPACE), ==, 1);
    // Another view is asked for the one where the last had it.
    g_assert_nonnull(bridge_model_workspace_said(t->model, 1, 3));
    bridge_model_view_lost(t->model);
    g_array_set_size(t->types, 0);
    bridge_model_view_attached(t->model);
    g_assert_cmpuint(model_said(t, VIEW_MSG_WORKSPACE), ==, 1);
    g_assert_cmpuint(t->workspace, ==, 3);
}

// A guest of our own says which state it follows; RAIL has fewer, and nobody to say so.
static void
test_states(Test *t, gconstpointer data)
{
    ChanWindowSaid m = {.type = CHAN_WINDOW_PROPS, .window = 1};
    BridgeSource s;

    model_shown_window(t, &s);
    bridge_model_state_set(t->model, 1, 7, 0);
    model_order(t, 1, 40, 30, BRIDGE_SHOW_MAXIMIZED);
    m.props.states = CHAN_STATE_FULLSCREEN;
    m.props.states_serial = 6;
    model_answer(t);
    say(t, &m);
    g_assert_cmpuint(t->commit.state, ==, VIEW_STATE_FULLSCREEN);
    g_assert_cmpuint(t->commit.state_serial, ==, 6);
    m.props.states = CHAN_STATE_HIDDEN | CHAN_STATE_FULLSCREEN;
    m.props.states_serial = 7;
    model_answer(t);
    say(t, &m);
    g_assert_cmpuint(t->commit.state, ==, VIEW_STATE_MINIMIZED);
    g_assert_cmpuint(t->commit.state_serial, ==, 7);
    model_answer(t);
    m.props.states = CHAN_STATE_MAXIMIZED_VERT; // one way alone is no state of RAIL's
    say(t, &m);
    g_assert_cmpuint(t->commit.state, ==, VIEW_STATE_NORMAL);
}

static void
order_place(Test *t, int32_t x, uint32_t width)
{
    const BridgeOrder order = {.fields = BRIDGE_ORDER_OFFSET | BRIDGE_ORDER_SIZE,
                               .x = x,
                               .y = 20,
                               .width = width,
                               .height = 30};

    bridge_model_order(t->model, 1, false, &order);
    model_answer(t);
}

// Says it, and the view keeps up.
static void
say_answered(Test *t, const ChanWindowSaid *said)
{
    model_answer(t);
    say(t, said);
    model_answer(t);
}

// What a guest of our own says of its place before it has told the host's last one back is of the
// past, also where the size is the right one; what it says then is its program's wish.
static void
test_places_told_back(Test *t, gconstpointer data)
{
    ChanWindowSaid m = {.type = CHAN_WINDOW_PROPS, .window = 1};
    BridgeSource s;

    model_shown_window(t, &s);
    say_answered(t, &m);
    g_assert_true(bridge_model_configured(t->model, 1, 1, (ViewRect){50, 60, 40, 30}));
    bridge_model_window(t->model, 1)->place_serial = 1;
    g_assert_true(bridge_model_configured(t->model, 1, 2, (ViewRect){70, 20, 40, 30}));
    bridge_model_window(t->model, 1)->place_serial = 2;
    m.props.place_serial = 1;
    order_place(t, 50, 40);
    say_answered(t, &m);
    g_assert_cmpuint(t->commit.serial_configured, <, 2);
    order_place(t, 70, 40);
    m.props.place_serial = 2;
    say_answered(t, &m);
    g_assert_cmpuint(t->commit.serial_configured, ==, 2);
    g_assert_cmpint(t->commit.geometry.x, ==, 70);
    // Asked for by the program before it was told: known with the answer.
    g_assert_true(bridge_model_configured(t->model, 1, 3, (ViewRect){80, 20, 40, 30}));
    bridge_model_window(t->model, 1)->place_serial = 3;
    order_place(t, 95, 40);
    m.props.place_serial = 3;
    say_answered(t, &m);
    g_assert_cmpuint(t->commit.serial_configured, ==, 3);
    g_assert_cmpint(t->commit.geometry.x, ==, 95);
    order_place(t, 99, 40);
    g_assert_cmpint(t->commit.geometry.x, ==, 99);
    // One that never answers has followed when its time is over.
    g_assert_true(bridge_model_configured(t->model, 1, 4, (ViewRect){10, 20, 40, 30}));
    bridge_model_window(t->model, 1)->place_serial = 4;
    model_answer(t);
    t->now = bridge_model_due(t->model);
    bridge_model_expire(t->model);
    g_assert_cmpuint(t->commit.serial_configured, ==, 4);
    g_assert_cmpint(t->commit.geometry.x, ==, 10);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("properties", test_properties);
    ADD("icons-paced", test_icons_paced);
    ADD("icons-too-large", test_icons_too_large);
    ADD("names", test_names);
    ADD("group", test_group);
    ADD("workspace", test_workspace);
    ADD("states", test_states);
    ADD("places-told-back", test_places_told_back);
    return g_test_run();
}
