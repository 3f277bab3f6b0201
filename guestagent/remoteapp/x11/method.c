// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/x11/method.h"

#include "channel/glib/timer.h"
#include "channel/x11/events.h"
#include "guestagent/remoteapp/x11/method_front.h"
#include "guestagent/remoteapp/x11/method_ibus.h"
#include "guestagent/remoteapp/x11/method_xim.h"

#include <string.h>

#define PARENTS_MAX 32

enum { FRONT_XIM, FRONT_IBUS, N_FRONTS };

struct RaMethod {
    RaConn *conn;
    GMainContext *context;
    const RaMethodEvents *events;
    gpointer user;
    bool offered;
    xcb_connection_t *xcb; // for questions; NULL: not offered so far
    GSource *source;
    RaMethodFront *fronts[N_FRONTS]; // NULL: this way is not there
    RaMethodFront *focused;          // whose program said last that it has the focus
    GSource *rest;                   // after a caret was told
    bool stale;                      // and it has moved since
    xcb_window_t of, top_level;      // the top-level window that this one is in
    ChanWindowCaret told;
    xcb_window_t told_in;
    guint32 resets;
};

static xcb_window_t
find_top_level(RaMethod *m, xcb_window_t window)
{
    for (int i = 0; i < PARENTS_MAX; i++) {
        g_autofree xcb_query_tree_reply_t *tree =
            xcb_query_tree_reply(m->xcb, xcb_query_tree(m->xcb, window), NULL);
        if (!tree || tree->parent == XCB_NONE)
            return XCB_NONE;
        if (tree->parent == tree->root)
            return window;
        window = tree->parent;
    }
    return XCB_NONE;
}

xcb_window_t
ra_method_top_level(RaMethod *m, xcb_window_t window)
{
    if (window != m->of)
        m->top_level = find_top_level(m, window);
    m->of = window;
    return m->top_level;
}

static gboolean on_rested(gpointer user);

static void
tell_caret(RaMethod *m)
{
    RaMethodPlace place = {0};

    m->stale = m->rest != NULL;
    if (!m->focused || m->rest)
        return;
    m->focused->where(m->focused, &place);
    if (place.window == XCB_NONE)
        return;
    xcb_window_t top_level = ra_method_top_level(m, place.window);
    ChanWindowCaret caret = {.flags = place.on_spot ? CHAN_CARET_ON_SPOT : 0, .resets = m->resets};
    if (place.placed) {
        g_autofree xcb_translate_coordinates_reply_t *at = xcb_translate_coordinates_reply(
            m->xcb,
            xcb_translate_coordinates(m->xcb, place.from, top_level, (int16_t)place.x,
                                      (int16_t)place.y),
            NULL);
        if (!at) {
            m->of = XCB_NONE; // it has gone, or went elsewhere
            return;
        }
        caret.flags |= CHAN_CARET_PLACED;
        caret.x = CLAMP(at->dst_x, -(int)CHAN_WINDOW_SIDE_MAX, (int)CHAN_WINDOW_SIDE_MAX);
        caret.y = CLAMP(at->dst_y, -(int)CHAN_WINDOW_SIDE_MAX, (int)CHAN_WINDOW_SIDE_MAX);
    }
    if (top_level == m->told_in && memcmp(&caret, &m->told, sizeof caret) == 0)
        return;
    m->told_in = top_level;
    m->told = caret;
    m->rest = chan_timer_new(m->context, RA_METHOD_CARET_MS, on_rested, m);
    m->events->caret(top_level, &caret, m->user);
}

static gboolean
on_rested(gpointer user)
{
    RaMethod *m = user;

    chan_timer_clear(&m->rest);
    if (m->stale)
        tell_caret(m);
    return G_SOURCE_REMOVE;
}

void
ra_method_focused(RaMethod *m, RaMethodFront *front)
{
    if (m->focused != front)
        ra_method_give_keys(m);
    m->focused = front;
    m->told_in = XCB_NONE;
    tell_caret(m);
}

void
ra_method_unfocused(RaMethod *m, RaMethodFront *front)
{
    if (m->focused == front)
        m->focused = NULL;
}

void
ra_method_moved(RaMethod *m, RaMethodFront *front)
{
    if (m->focused == front)
        tell_caret(m);
}

void
ra_method_reset(RaMethod *m, RaMethodFront *front)
{
    if (m->focused != front)
        return;
    m->resets++;
    tell_caret(m);
}

RaMethod *
ra_method_new(RaConn *conn, GMainContext *context, const RaMethodEvents *events, gpointer user)
{
    RaMethod *m = g_new0(RaMethod, 1);

    m->conn = conn;
    m->context = context;
    m->events = events;
    m->user = user;
    return m;
}

static void
drop(RaMethod *m, guint front)
{
    if (!m->fronts[front])
        return;
    ra_method_unfocused(m, m->fronts[front]);
    m->fronts[front]->free(m->fronts[front]);
    m->fronts[front] = NULL;
}

static void
stop(RaMethod *m)
{
    for (guint i = 0; i < N_FRONTS; i++)
        drop(m, i);
    chan_timer_clear(&m->source);
    chan_timer_clear(&m->rest);
    if (m->xcb)
        xcb_disconnect(m->xcb);
    m->xcb = NULL;
    m->of = m->told_in = XCB_NONE;
}

void
ra_method_free(RaMethod *m)
{
    if (!m)
        return;
    stop(m);
    g_free(m);
}

// Those that every program is told of.
static void
on_event(xcb_generic_event_t *event, gpointer user)
{
}

static bool
join(RaMethod *m)
{
    if (m->xcb)
        return true;
    m->xcb = xcb_connect(DisplayString(m->conn->dpy), NULL);
    if (xcb_connection_has_error(m->xcb)) {
        g_warning("The guest's programs cannot be told of the host's input method: the X server %s "
                  "takes no connection",
                  DisplayString(m->conn->dpy));
        stop(m);
        return false;
    }
    m->source = chan_x11_events_new(m->context, m->xcb, on_event, m);
    return true;
}

// A way that is not there leaves its programs text as keys.
void
ra_method_offer(RaMethod *m, bool offered)
{
    g_autoptr(GError) error = NULL;

    if (offered == m->offered)
        return;
    m->offered = offered;
    drop(m, FRONT_XIM);
    if (!offered || !join(m))
        return;
    m->fronts[FRONT_XIM] = ra_method_xim_new(m, m->conn, m->context);
    if (!m->fronts[FRONT_XIM])
        g_warning("The guest's programs cannot be told of the host's input method by XIM: there is "
                  "another one of the name " RA_METHOD_NAME);
    if (!m->fronts[FRONT_IBUS])
        m->fronts[FRONT_IBUS] = ra_method_ibus_new(m, m->conn, m->xcb, m->context, &error);
    if (error)
        g_message("The guest's programs that know no XIM (Qt, GTK 4) cannot be told of the host's "
                  "input method: %s",
                  error->message);
}

bool
ra_method_key(RaMethod *m, guint keycode, bool down)
{
    return m->focused && m->focused->key && m->focused->key(m->focused, keycode, down);
}

void
ra_method_give_keys(RaMethod *m)
{
    if (m->focused && m->focused->give_keys)
        m->focused->give_keys(m->focused);
}

void
ra_method_give_key(RaMethod *m, guint keycode, bool down)
{
    m->events->key(keycode, down, m->user);
}

bool
ra_method_commit(RaMethod *m, const char *text)
{
    return m->focused && m->focused->commit(m->focused, text);
}

void
ra_method_preedit(RaMethod *m, const ChanWindowPreedit *preedit)
{
    if (m->focused)
        m->focused->preedit(m->focused, preedit);
}
