// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/session_model.h"

#include "rdpbridge/style.h"

#include <string.h>

static int64_t
on_now(void *user)
{
    Test *t = user;

    if (t->slow > 0) {
        t->slow--;
        t->now += 60000;
    }
    return t->now;
}

static void
on_view(void *user, const void *message, size_t size, int fd)
{
    Test *t = user;
    ChanSpan p = CHAN_SPAN(message, size);
    guint32 type;

    g_assert_true(view_check(p)); // whatever is said is valid
    g_assert_cmpuint(view_fds(p), ==, fd >= 0 ? 1 : 0);
    type = view_type(p);
    g_array_append_val(t->types, type);
    if (type == VIEW_MSG_COMMIT) {
        memcpy(&t->commit, message, sizeof t->commit);
        memcpy(t->damage, (const guint8 *)message + sizeof t->commit, size - sizeof t->commit);
    } else if (type == VIEW_MSG_WINDOW) {
        memcpy(&t->window, message, sizeof t->window);
    } else if (type == VIEW_MSG_STACK) {
        memcpy(&t->stack, message, sizeof t->stack);
        memcpy(t->stack_ids, (const guint8 *)message + sizeof t->stack, size - sizeof t->stack);
    } else if (type == VIEW_MSG_ACTIVE) {
        t->active = ((const ViewId *)message)->id;
    } else if (type == VIEW_MSG_WORKSPACE) {
        t->workspace = ((const ViewWorkspace *)message)->workspace;
    }
}

static void
on_changed(void *user, const BridgeWindow *window)
{
    ((Test *)user)->changed++;
}

static void
on_gone(void *user, uint32_t id)
{
    ((Test *)user)->gone++;
}

static void
on_ask(void *user, uint32_t id)
{
    ((Test *)user)->asked++;
}

static void
on_done(void *user, uint64_t frame)
{
    guint32 id = (guint32)frame;

    g_array_append_val(((Test *)user)->done, id);
}

static const BridgeModelOut out = {on_now, on_view, on_changed, on_gone, on_ask, on_done};

void
model_set_up(Test *t, gconstpointer data)
{
    t->now = 1000000;
    t->types = g_array_new(FALSE, FALSE, sizeof(guint32));
    t->done = g_array_new(FALSE, FALSE, sizeof(guint32));
    t->model = bridge_model_new(10, &out, t);
    bridge_model_view_attached(t->model);
    g_array_set_size(t->types, 0);
}

void
model_tear_down(Test *t, gconstpointer data)
{
    bridge_model_free(t->model);
    g_array_unref(t->types);
    g_array_unref(t->done);
}

guint
model_said(Test *t, ViewMsgType type)
{
    guint n = 0;

    for (guint i = 0; i < t->types->len; i++)
        n += g_array_index(t->types, guint32, i) == type;
    return n;
}

void
model_answer(Test *t)
{
    if (t->commit.serial != 0 && t->commit.n_damage == 0)
        bridge_model_shown(t->model, t->commit.id, t->commit.serial);
}

void
model_order(Test *t, guint32 id, guint32 width, guint32 height, guint32 show)
{
    BridgeOrder o = {.fields = BRIDGE_ORDER_STYLE | BRIDGE_ORDER_SHOW | BRIDGE_ORDER_TITLE |
                               BRIDGE_ORDER_OFFSET | BRIDGE_ORDER_SIZE,
                     .style = BRIDGE_WS_CAPTION,
                     .show = show,
                     .title = "T",
                     .x = 5,
                     .y = 6,
                     .width = width,
                     .height = height};

    g_assert_true(bridge_model_order(t->model, id, true, &o));
}

BridgeSource
model_source(Test *t, guint32 window, guint32 width, guint32 height)
{
    return (BridgeSource){.surface_id = 1,
                          .window_id = window,
                          .pixels = t->pixels,
                          .stride = 64 * 4,
                          .width = width,
                          .height = height};
}

void
model_frame(Test *t, BridgeSource *s, guint32 id, ViewRect rect)
{
    bridge_model_frame_begin(t->model);
    bridge_damage_add(&s->damage, rect);
    s->touched = true;
    bridge_model_frame_end(t->model, true, id);
}

void
model_shown_window(Test *t, BridgeSource *s)
{
    model_order(t, 1, 40, 30, BRIDGE_SHOW);
    bridge_model_set_app(t->model, 1, 2);
    *s = model_source(t, 1, 40, 30);
    bridge_model_map(t->model, s);
    model_frame(t, s, 100, (ViewRect){0, 0, 40, 30});
    bridge_model_shown(t->model, 1, t->commit.serial);
    g_array_set_size(t->types, 0);
    g_array_set_size(t->done, 0);
}
