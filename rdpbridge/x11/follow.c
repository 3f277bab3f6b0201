// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/x11/follow.h"

#include "channel/glib/timer.h"
#include "rdpbridge/x11/focus.h"
#include "rdpbridge/x11/paint.h"
#include "rdpbridge/x11/pointer.h"
#include "rdpbridge/x11/screen.h"
#include "rdpbridge/x11/seen.h"
#include "rdpbridge/x11/session.h"
#include "rdpbridge/x11/states.h"
#include "rdpbridge/x11/sync.h"
#include "rdpbridge/x11/workspaces.h"

#include <string.h>

// A window manager needs a moment to follow; until then its old state is no news.
#define STATE_SETTLE_MS 500
#define GEOMETRY_SETTLE_MS 200
// What maximises a window and its size are told together, as a program on the host has them at
// once: between the two some would lay out what they never do there. Window managers take less than
// this from one to the other.
#define SIZE_FOLLOWS_MS 20

void
host_follow_configure(HostWindow *w, const XConfigureEvent *e)
{
    // What maximised it comes before its size, so that the guest knows what it goes back to.
    w->state_dirty |=
        w->notified_width != (uint32_t)e->width || w->notified_height != (uint32_t)e->height;
    bool sized =
        w->notified_width != (uint32_t)e->width || w->notified_height != (uint32_t)e->height;
    w->notified_width = (uint32_t)e->width;
    w->notified_height = (uint32_t)e->height;
    w->edge_left = MIN((uint32_t)MAX(e->border_width, 0), w->edge);
    w->geometry_dirty = true;
    // A size that was asked for here is none that a window manager has asked about.
    const ViewRect *own = &w->pushed.geometry;
    host_sync_configured(
        w, sized && (own->width != (uint32_t)e->width || own->height != (uint32_t)e->height));
}

void
host_follow_property(HostWindow *w, Atom property)
{
    const Atom *atoms = w->view->x->atoms;

    if (property == atoms[ATOM_WM_STATE] || property == atoms[ATOM__NET_WM_STATE] ||
        property == atoms[ATOM__NET_WM_DESKTOP]) {
        w->state_dirty = w->seen.dirty = true;
        if (property == atoms[ATOM__NET_WM_DESKTOP]) {
            host_seen_desktop_changed(w);
            host_workspace_changed(w);
        }
    } else if (property == atoms[ATOM__GTK_EDGE_CONSTRAINTS]) {
        w->geometry_dirty = true;
    } else if (property == atoms[ATOM__NET_FRAME_EXTENTS]) {
        host_screen_learn_frame(w->view->screen, w->xid);
        w->geometry_dirty = true;
    }
}

void
host_follow_mapped(HostWindow *w, bool mapped)
{
    w->viewable = mapped;
    w->state_dirty = w->seen.dirty = true;
    if (!mapped) {
        w->n_exposed = 0;
        host_pointer_forget(w->view->pointer, w);
        return;
    }
    w->geometry_dirty = true;
    if (!w->wanted.override_redirect)
        host_session_opened(w->view, g_get_monotonic_time() - w->mapped_us);
    host_focus_mapped(w->view->focus, w);
    if (w->by_frame) {
        // From here on positions are the client area's again.
        w->by_frame = false;
        w->pushed.sizes.inc_width = UINT32_MAX;
        host_window_push(w);
    }
}

static ViewRect
join(const ViewRect *a, const ViewRect *b)
{
    int32_t left = MIN(a->x, b->x), top = MIN(a->y, b->y);
    int32_t right = MAX(a->x + (int32_t)a->width, b->x + (int32_t)b->width);
    int32_t bottom = MAX(a->y + (int32_t)a->height, b->y + (int32_t)b->height);

    return (ViewRect){left, top, (uint32_t)(right - left), (uint32_t)(bottom - top)};
}

void
host_follow_expose(HostWindow *w, const XExposeEvent *e)
{
    ViewRect area = {e->x + (int32_t)w->edge, e->y + (int32_t)w->edge, (uint32_t)e->width,
                     (uint32_t)e->height};

    if (w->n_exposed < HOST_EXPOSED_MAX)
        w->exposed[w->n_exposed++] = area;
    else
        w->exposed[HOST_EXPOSED_MAX - 1] = join(&w->exposed[HOST_EXPOSED_MAX - 1], &area);
}

static void
note_told(HostWindow *w, ViewConfigured *m, const ViewRect *actual, const ViewFrame *frame)
{
    *m = (ViewConfigured){.id = w->id, .geometry = *actual, .frame = *frame};
    w->configured_serial++;
    if (actual->x != w->told.x || actual->y != w->told.y)
        w->moved_serial = w->configured_serial;
    if (actual->width != w->told.width || actual->height != w->told.height) {
        w->resized_serial = w->configured_serial;
        w->resized_us = g_get_monotonic_time();
    }
    w->told = *actual;
    w->told_frame = *frame;
    w->view->places_told++;
    VIEW_INIT(m, VIEW_MSG_CONFIGURED);
    m->serial = w->configured_serial;
}

static bool
same(const ViewRect *a, const ViewRect *b)
{
    return a->x == b->x && a->y == b->y && a->width == b->width && a->height == b->height;
}

static gboolean
on_settled(gpointer user)
{
    HostWindow *w = user;

    g_clear_pointer(&w->settle, g_source_unref);
    w->geometry_dirty = true;
    host_follow_sync(w);
    return G_SOURCE_REMOVE;
}

static gboolean
on_state_settled(gpointer user)
{
    HostWindow *w = user;

    g_clear_pointer(&w->state_settle, g_source_unref);
    w->state_dirty = true;
    host_follow_sync(w);
    return G_SOURCE_REMOVE;
}

static gboolean
on_no_size(gpointer user)
{
    HostWindow *w = user;

    g_clear_pointer(&w->size_follows, g_source_unref);
    w->no_size_follows = w->state_dirty = true;
    host_follow_sync(w);
    w->no_size_follows = false;
    return G_SOURCE_REMOVE;
}

void
host_follow_state_pushed(HostWindow *w, uint32_t before)
{
    w->state_pushed_us = g_get_monotonic_time();
    w->states_before = before;
    chan_timer_clear(&w->state_settle);
    w->state_settle = chan_timer_new(w->view->context, STATE_SETTLE_MS, on_state_settled, w);
}

void
host_follow_stop(HostWindow *w)
{
    chan_timer_clear(&w->settle);
    chan_timer_clear(&w->state_settle);
    chan_timer_clear(&w->size_follows);
}

static bool
is_within(gint64 us, gint64 ms)
{
    return us != 0 && g_get_monotonic_time() - us < ms * 1000;
}

static bool
is_recent(gint64 us)
{
    return is_within(us, GEOMETRY_SETTLE_MS);
}

// A window manager may move a window that is restored, and size it after that: the place with the
// former size is none that it has.
static bool
half_way(const HostWindow *w, const ViewRect *actual)
{
    return is_recent(w->big_state_us) && actual->width == w->told.width &&
           actual->height == w->told.height && !same(actual, &w->told);
}

// True while what is seen may be an answer to an earlier request of ours than the last, or half of
// what the window manager does.
static bool
unsettled(HostWindow *w, const ViewRect *actual)
{
    bool earlier = is_recent(w->geometry_pushed_us) && !same(actual, &w->wanted.geometry);

    if (!earlier && !half_way(w, actual))
        return false;
    if (!w->settle)
        w->settle = chan_timer_new(w->view->context, GEOMETRY_SETTLE_MS, on_settled, w);
    return true;
}

// Whether the session is to be told.
static bool
sync_geometry(HostWindow *w, ViewConfigured *m)
{
    HostDisplay *x = w->view->x;
    ViewRect actual = {0, 0, w->notified_width, w->notified_height};
    ViewFrame frame = w->told_frame;
    Window child;

    w->geometry_dirty = false;
    // Where a minimised window is counts where it stays mapped, as under mutter, which sizes it
    // anew when its program takes its shadow off (Chromium).
    bool away = w->wanted.state == VIEW_STATE_MINIMIZED && !w->viewable;
    if (w->notified_width == 0 || away ||
        !XTranslateCoordinates(x->dpy, w->xid, x->root, 0, 0, &actual.x, &actual.y, &child))
        return false;
    actual.x -= (int32_t)w->edge_left;
    actual.y -= (int32_t)w->edge_left;
    actual.width += 2 * w->edge;
    actual.height += 2 * w->edge;
    actual.x = CLAMP(actual.x, -VIEW_COORD_MAX, VIEW_COORD_MAX);
    actual.y = CLAMP(actual.y, -VIEW_COORD_MAX, VIEW_COORD_MAX);
    actual.width = CLAMP(actual.width, 1, VIEW_SIDE_MAX);
    actual.height = CLAMP(actual.height, 1, VIEW_SIDE_MAX);
    if (unsettled(w, &actual))
        return false;
    w->wanted.geometry = w->pushed.geometry = actual;
    if (w->wanted.override_redirect || w->is_orphan)
        return false;
    if (w->wanted.has_props) // others draw their own
        (void)host_states_read_frame(w, &frame);
    frame.edges = host_states_read_edges(w);
    w->seen.dirty = true; // on another monitor
    if (same(&actual, &w->told) && memcmp(&frame, &w->told_frame, sizeof frame) == 0)
        return false;
    note_told(w, m, &actual, &frame);
    return true;
}

// True while the size that goes with a state is still to come.
static bool
awaits_size(HostWindow *w, uint32_t shown)
{
    bool sizes = ((shown ^ w->wanted.states) & CHAN_STATES_BIG) != 0;
    bool sized = w->notified_width != w->told.width || w->notified_height != w->told.height;

    if (!sizes || sized || w->no_size_follows || is_within(w->resized_us, SIZE_FOLLOWS_MS)) {
        chan_timer_clear(&w->size_follows);
        return false;
    }
    if (!w->size_follows)
        w->size_follows = chan_timer_new(w->view->context, SIZE_FOLLOWS_MS, on_no_size, w);
    return true;
}

// Whether the session is to be told.
static bool
sync_state(HostWindow *w, ViewStateMsg *m)
{
    uint32_t state, states;

    w->state_dirty = false;
    if (w->wanted.override_redirect || !w->mapped || !host_states_read(w, &state, &states))
        return false;
    uint32_t shown = states & ~(uint32_t)CHAN_STATE_HIDDEN;
    if (state == w->wanted.state && (!w->wanted.has_props || shown == w->wanted.states)) {
        w->wanted.states = w->pushed.states = shown;
        return false;
    }
    if (states == w->states_before && is_within(w->state_pushed_us, STATE_SETTLE_MS))
        return false;
    if (awaits_size(w, shown))
        return false;
    if (w->wanted.state == VIEW_STATE_MINIMIZED)
        w->geometry_dirty = true;
    if ((shown ^ w->wanted.states) & CHAN_STATES_BIG)
        w->big_state_us = g_get_monotonic_time();
    w->wanted.state = w->pushed.state = state;
    w->wanted.states = w->pushed.states = shown;
    w->view->states_told++;
    *m = (ViewStateMsg){.id = w->id, .state = state, .states = states, .serial = ++w->state_serial};
    VIEW_INIT(m, VIEW_MSG_STATE);
    return !w->is_orphan;
}

// Both after the server was asked all of it: what is told is not apart by the time of an answer.
static void
tell(HostWindow *w)
{
    ViewStateMsg state;
    ViewConfigured configured;
    bool other_state = w->state_dirty && sync_state(w, &state);
    bool other_place = w->geometry_dirty && sync_geometry(w, &configured);

    if (other_state) {
        state.sized = other_place;
        host_session_send(w->view, &state, sizeof state);
    }
    if (other_place)
        host_session_send(w->view, &configured, sizeof configured);
    if (other_state && state.state == VIEW_STATE_MINIMIZED)
        host_focus_minimized(w->view->focus, w->id);
}

void
host_follow_pressed(HostWindow *w)
{
    bool held = w->settle && !is_recent(w->geometry_pushed_us);

    if (held) {
        chan_timer_clear(&w->settle);
        w->big_state_us = 0;
    }
    w->geometry_dirty |= held;
    if (w->geometry_dirty || w->state_dirty)
        host_follow_sync(w);
}

void
host_follow_sync(HostWindow *w)
{
    host_workspace_sync(w); // before a state that goes with it: it is off all of them
    tell(w);
    host_seen_sync(w);
    if (host_seen_awaits(w))
        return;
    for (unsigned i = 0; i < w->n_exposed; i++)
        host_paint_area(w->view, w, w->exposed[i]);
    w->n_exposed = 0;
}
