// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/x11/window.h"

#include "channel/glib/timer.h"
#include "rdpbridge/x11/attention.h"
#include "rdpbridge/x11/cursor.h"
#include "rdpbridge/x11/focus.h"
#include "rdpbridge/x11/follow.h"
#include "rdpbridge/x11/group.h"
#include "rdpbridge/x11/hints.h"
#include "rdpbridge/x11/holder.h"
#include "rdpbridge/x11/launches.h"
#include "rdpbridge/x11/lost.h"
#include "rdpbridge/x11/monitors.h"
#include "rdpbridge/x11/paint.h"
#include "rdpbridge/x11/pointer.h"
#include "rdpbridge/x11/popup.h"
#include "rdpbridge/x11/screen.h"
#include "rdpbridge/x11/seen.h"
#include "rdpbridge/x11/session.h"
#include "rdpbridge/x11/states.h"
#include "rdpbridge/x11/sync.h"
#include "rdpbridge/x11/windows.h"
#include "rdpbridge/x11/workspaces.h"

#include <X11/Xutil.h>
#include <X11/extensions/Xfixes.h>
#include <X11/extensions/shape.h>
#include <stdio.h>
#include <string.h>

#define REPAINT_MS 500
#define PLACE_SETTLE_US (200 * G_TIME_SPAN_MILLISECOND)

HostWindow *
host_window_new(View *view, uint32_t id)
{
    HostWindow *w = g_new0(HostWindow, 1);

    w->view = view;
    w->id = id;
    w->app_index = CTL_APP_NONE;
    return w;
}

static void
clear_icons(HostIcon *icons)
{
    for (unsigned i = 0; i < CHAN_WINDOW_ICONS_MAX; i++) {
        g_free(icons[i].pixels);
        icons[i] = (HostIcon){0};
    }
}

void
host_window_free(HostWindow *w)
{
    if (!w)
        return;
    host_sync_stop(w);
    host_seen_stop(w);
    host_attention_stop(w);
    host_window_lost_stop(w);
    if (w->xid) {
        host_windows_forget_xid(w->view->windows, w);
        XDestroyWindow(w->view->x->dpy, w->xid);
        if (w->wanted.override_redirect)
            host_pointer_popups_changed(w->view->pointer);
    }
    host_holder_release(w->holder);
    host_follow_stop(w);
    chan_timer_clear(&w->repaint);
    clear_icons(w->icons);
    clear_icons(w->coming);
    host_names_clear(&w->names);
    host_group_leave(w);
    for (size_t i = 0; i < G_N_ELEMENTS(w->shapes); i++)
        g_free(w->shapes[i].rects);
    host_buffer_unref(w->buffer);
    g_free(w);
}

static bool
same_size(const ViewRect *a, const ViewRect *b)
{
    return a->width == b->width && a->height == b->height;
}

static bool
same_place(const ViewRect *a, const ViewRect *b)
{
    return a->x == b->x && a->y == b->y;
}

static bool
is_visible_state(uint32_t state)
{
    return state != VIEW_STATE_HIDDEN && state != VIEW_STATE_MINIMIZED;
}

bool
host_window_shown(const HostWindow *w)
{
    return w->mapped && !w->wanted.override_redirect && is_visible_state(w->wanted.state);
}

void
host_window_refresh(HostWindow *w)
{
    const HostWindow *owner = w->owner_id ? host_windows_find(w->view->windows, w->owner_id) : NULL;

    // A popup that was refused is nobody's: it is not raised with its owner, nor above it.
    w->wanted.owner = owner && w->wanted.kind == w->kind ? owner->xid : None;
    if (w->has_group && w->names_owner != CHAN_OWNER_WINDOW)
        w->wanted.owner = w->names_owner == CHAN_OWNER_ALL ? w->view->x->root : None;
    view_wm_class(w->view, w->app_index, w->wanted.wm_class, sizeof w->wanted.wm_class);
}

void
host_window_set_props(HostWindow *w, const ViewWindow *m)
{
    if (!w->has_commit) {
        w->kind = m->kind;
        w->wanted.kind = m->kind;
    }
    w->owner_id = m->owner_id;
    w->app_index = m->app_index;
    w->wanted.flags = m->flags;
    w->wanted.sizes = (HostSizes){m->min_width,  m->min_height,  m->max_width, m->max_height,
                                  m->base_width, m->base_height, m->inc_width, m->inc_height};
    host_window_refresh(w);
    host_window_push(w);
}

void
host_window_set_title(HostWindow *w, ChanSpan untrusted_title)
{
    host_names_set_title(&w->names, untrusted_title);
    host_window_push(w);
}

void
host_window_set_names(HostWindow *w, const ChanWindowNames *names)
{
    host_names_set(&w->names, names);
    host_window_push(w);
}

void
host_window_set_more(HostWindow *w, const ViewProps *m)
{
    // The window manager has been asked for those.
    if (!w->wanted.has_props && w->mapped && w->wanted.kind == w->kind)
        w->pushed.states |= host_states_of_flags(w->pushed.flags);
    w->wanted.has_props = true;
    w->wanted.props = m->props;
    bool urgent = (m->props.flags & CHAN_WINDOW_URGENT) != 0;
    if (urgent != w->wanted.urgent) {
        w->wanted.urgent = urgent;
        host_attention_set(w, urgent && !(w->xid && host_focus_is_on(w->view->focus, w->xid)));
    }
    if ((int32_t)(m->props.states_serial - w->state_serial) >= 0) {
        w->wanted.states = m->props.states & ~(uint32_t)CHAN_STATE_HIDDEN;
        if (w->has_commit && w->wanted.state != VIEW_STATE_HIDDEN)
            w->wanted.state = w->committed_state = host_states_main(m->props.states);
    }
    host_window_push(w);
}

void
host_window_set_group(HostWindow *w, const ViewGroup *m)
{
    host_group_want(w, &m->group);
    host_window_refresh(w);
    host_window_push(w);
}

void
host_window_set_shape(HostWindow *w, const ViewShape *m)
{
    HostShape *shape = &w->shapes[m->which];

    g_free(shape->rects);
    *shape = (HostShape){m->shaped, m->count, g_memdup2(m + 1, m->count * sizeof(ChanWindowRect))};
    w->wanted.shape_serial++;
    host_window_push(w);
}

// One of a set; a set that does not begin at its beginning is none.
static void
take_of_set(HostWindow *w, HostIcon take_icon, unsigned index, unsigned count)
{
    if (index == 0) {
        clear_icons(w->coming);
        w->n_coming = 0;
    }
    if (index != w->n_coming) {
        g_free(take_icon.pixels);
        return;
    }
    w->coming[w->n_coming++] = take_icon;
    if (w->n_coming < count)
        return;
    clear_icons(w->icons);
    memcpy(w->icons, w->coming, sizeof w->icons);
    memset(w->coming, 0, sizeof w->coming);
    w->n_coming = 0;
    w->wanted.icon_serial++;
    host_window_push(w);
}

void
host_window_take_icon(HostWindow *w, HostIcon take_icon, unsigned index, unsigned count)
{
    HostIcon *slot = &w->icons[MAX(take_icon.width, take_icon.height) > 32];

    if (count > 0) {
        take_of_set(w, take_icon, index, count);
        return;
    }
    g_free(slot->pixels);
    *slot = take_icon;
    w->wanted.icon_serial++;
    host_window_push(w);
}

void
host_window_drop_icons(HostWindow *w)
{
    clear_icons(w->icons);
    w->wanted.icon_serial++;
    host_window_push(w);
}

// Override-redirect or not. A popup that was refused stays an ordinary window.
static void
decide_popup(HostWindow *w, bool first)
{
    bool popup = w->kind == VIEW_KIND_POPUP || w->kind == VIEW_KIND_TOOLTIP;

    if (!popup)
        return;
    bool reopens = first || (!w->mapped && w->wanted.state != VIEW_STATE_HIDDEN);
    bool allowed =
        reopens ? host_popup_admit(w) : w->wanted.override_redirect && host_popup_fits(w);
    if (!allowed && (first || w->wanted.override_redirect))
        g_debug("popup 0x%x is shown as a managed window", w->id);
    w->wanted.override_redirect = allowed;
    w->wanted.kind = allowed ? w->kind : VIEW_KIND_UTILITY;
}

// Takes from a commit what the guest changed by itself. A part (place, size) that the host changed
// and the guest has not yet followed is the past's and is left alone.
static void
follow_geometry(HostWindow *w, const ViewCommit *m)
{
    bool first = !w->has_commit;
    bool place_stale = (int32_t)(m->serial_configured - w->moved_serial) < 0;
    bool size_stale = (int32_t)(m->serial_configured - w->resized_serial) < 0;

    if (!is_visible_state(m->state) && !first)
        return;
    if (first || (!place_stale && !same_place(&m->geometry, &w->committed))) {
        w->wanted.geometry.x = m->geometry.x;
        w->wanted.geometry.y = m->geometry.y;
    }
    if (first || (!size_stale && !same_size(&m->geometry, &w->committed))) {
        w->wanted.geometry.width = m->geometry.width;
        w->wanted.geometry.height = m->geometry.height;
    }
    w->committed = m->geometry;
    if (!place_stale && !size_stale)
        w->told = m->geometry;
}

// As RAIL has them, which knows no others.
static uint32_t
states_of(uint32_t state)
{
    switch (state) {
    case VIEW_STATE_MAXIMIZED:
        return CHAN_STATE_MAXIMIZED_HORZ | CHAN_STATE_MAXIMIZED_VERT;
    case VIEW_STATE_FULLSCREEN:
        return CHAN_STATE_FULLSCREEN;
    default:
        return 0;
    }
}

// Likewise for the state: the session tells the last serial back, at once or when the guest has
// followed.
static void
follow_state(HostWindow *w, const ViewCommit *m, bool first)
{
    bool stale = (int32_t)(m->state_serial - w->state_serial) < 0;

    if (stale && !first)
        return;
    if (first || m->state != w->committed_state) {
        w->wanted.state = m->state;
        if (!w->wanted.has_props && is_visible_state(m->state))
            w->wanted.states =
                (w->wanted.states & ~(uint32_t)CHAN_STATES_BIG) | states_of(m->state);
    }
    w->committed_state = m->state;
}

static gboolean
on_repaint(gpointer user)
{
    HostWindow *w = user;

    chan_timer_clear(&w->repaint);
    if (w->viewable)
        host_paint_area(w->view, w,
                        (ViewRect){0, 0, w->pushed.geometry.width, w->pushed.geometry.height});
    return G_SOURCE_REMOVE;
}

// A compositor that has just taken a window's new pixmap may have missed what was painted while it
// did (mutter 43: black until something else is painted).
static void
repaint_later(HostWindow *w)
{
    if (!(host_screen_get(w->view->screen)->looks & CHAN_LOOKS_COMPOSITED))
        return;
    chan_timer_clear(&w->repaint);
    w->repaint = chan_timer_new(w->view->context, REPAINT_MS, on_repaint, w);
}

void
host_window_commit(HostWindow *w, const ViewCommit *m, HostBuffer *buffer)
{
    const ViewRect *damage = (const ViewRect *)(m + 1);
    uint32_t n = m->n_damage;
    bool first = !w->has_commit;
    bool new_buffer = buffer && (!w->buffer || w->buffer->id != buffer->id);
    ViewRect all = {0, 0, 0, 0};

    if (new_buffer) {
        // Whatever the session says of it: nothing of it is on the screen yet.
        host_buffer_unref(w->buffer);
        w->buffer = host_buffer_ref(buffer);
        all = (ViewRect){0, 0, buffer->width, buffer->height};
        damage = &all;
        n = 1;
    }
    for (uint32_t i = 0; i < n; i++) {
        uint64_t pixels = (uint64_t)damage[i].width * damage[i].height;
        w->view->pixels_received += pixels;
        w->view->pixels_shared += w->buffer && w->buffer->way == VIEW_PIXELS_SHARED ? pixels : 0;
        w->view->pixels_streamed +=
            w->buffer && w->buffer->way == VIEW_PIXELS_STREAMED ? pixels : 0;
    }
    bool hid = host_popup_hides(w);
    w->lost_popup = false;
    follow_geometry(w, m);
    follow_state(w, m, first);
    decide_popup(w, first);
    w->has_commit = true;
    if (first)
        w->wanted.user_time = (uint32_t)w->view->press_time;
    host_window_refresh(w);
    host_window_push(w);
    if (!first)
        host_focus_grown(w, hid);
    host_paint_commit(w->view, w, m->serial, damage, n);
    if (new_buffer && w->viewable)
        host_paint_padding(w->view, w);
    if (new_buffer && !first)
        repaint_later(w);
    host_sync_consider(w);
    host_seen_painted(w, damage, n);
}

// Room for a title bar: a window whose client area begins at the very top would have it off the
// screen, and its position is meant for the frame.
static bool
frame_off_screen(const HostWindow *w)
{
    const ViewScreen *s = host_screen_get(w->view->screen);
    int32_t above = w->wanted.geometry.y - s->work_area.y;
    int32_t beside = w->wanted.geometry.x - s->work_area.x;
    const ViewRect *frame = host_screen_frame(w->view->screen);

    if (w->wanted.override_redirect || w->wanted.flags & VIEW_FLAG_UNDECORATED ||
        w->wanted.state != VIEW_STATE_NORMAL)
        return false;
    return (above >= 0 && above < frame->y) || (beside >= 0 && beside < frame->x);
}

// Of the guest's program: by what a guest of our own says, else by the application, else by the
// window that it belongs to.
static uint32_t
program_key(const HostWindow *w)
{
    const uint32_t of_app = 1u << 30, of_window = 1u << 31;
    const HostWindow *owner;

    if (w->wanted.has_props && w->wanted.props.program != 0)
        return w->wanted.props.program & (of_app - 1);
    if (w->app_index != CTL_APP_NONE)
        return of_app | w->app_index;
    for (unsigned i = 0; i < HOST_OWNERS_MAX && w->owner_id != 0; i++, w = owner)
        if (!(owner = host_windows_find(w->view->windows, w->owner_id)))
            break;
    return of_window | w->id;
}

// A popup's border is one of X11 here too, since window managers and compositors draw it or take it
// off: its pixels lie around the window (paint.c gives it their colour). Nothing lies around the
// policy's border, which is in the window.
static uint32_t
wanted_edge(const HostWindow *w)
{
    const HostLook *a = &w->wanted;
    bool has_edge = a->override_redirect && a->has_props && !host_paint_has_border(w->view);
    uint32_t edge = has_edge ? a->props.border_width : 0;

    return 2 * edge < MIN(a->geometry.width, a->geometry.height) ? edge : 0;
}

static ViewRect
within_edge(const HostWindow *w)
{
    ViewRect r = w->wanted.geometry;

    r.width -= MIN(2 * w->edge, r.width - 1);
    r.height -= MIN(2 * w->edge, r.height - 1);
    return r;
}

// True when it has another one.
static bool
push_edge(HostWindow *w)
{
    uint32_t edge = wanted_edge(w);

    if (edge == w->edge)
        return false;
    w->edge = w->edge_left = edge;
    XSetWindowBorderWidth(w->view->x->dpy, w->xid, edge);
    w->pushed.geometry = (ViewRect){0};
    w->pushed.shape_serial = w->wanted.shape_serial - 1;
    return true;
}

// A place that neither its program nor its user chose is the guest's, and no request: i3 takes it
// for one, whatever the hints say, and centres a window that asks for the corner, as such ones do.
static ViewRect
first_place(const HostWindow *w)
{
    const guint chosen = CHAN_SIZE_USER_POSITION | CHAN_SIZE_PROGRAM_POSITION;
    ViewRect r = within_edge(w);
    const ChanWindowProps *p = &w->wanted.props;
    // A popup that is refused as such had a place; what a former view showed has the host's.
    bool asked = !w->wanted.has_props || w->wanted.override_redirect || w->wanted.kind != w->kind ||
                 w->made || p->place_serial != 0 || (p->size_flags & chosen) ||
                 !host_screen_is_managed(w->view->screen);

    if (!asked)
        r.x = r.y = 0;
    return r;
}

// In the program's name, or in ours where that cannot be.
static void
make(HostWindow *w, const XSetWindowAttributes *a)
{
    HostDisplay *x = w->view->x;
    const ViewRect r = first_place(w), *g = &r;
    const HolderRequest request = {.root = (uint32_t)x->root,
                                   .visual = (uint32_t)XVisualIDFromVisual(w->visual->visual),
                                   .colormap = (uint32_t)w->visual->colormap,
                                   .x = (int16_t)g->x,
                                   .y = (int16_t)g->y,
                                   .width = (uint16_t)g->width,
                                   .height = (uint16_t)g->height,
                                   .depth = (uint32_t)w->visual->depth,
                                   .override_redirect = w->wanted.override_redirect};

    w->xid = host_holders_make(w->view->holders, program_key(w), &request, &w->holder);
    if (w->xid == None)
        w->xid = XCreateWindow(x->dpy, x->root, g->x, g->y, g->width, g->height, 0,
                               w->visual->depth, InputOutput, w->visual->visual,
                               CWBackPixmap | CWBorderPixel | CWBitGravity | CWOverrideRedirect |
                                   CWColormap,
                               (XSetWindowAttributes *)a);
    XSelectInput(x->dpy, w->xid, a->event_mask);
}

static void
create(HostWindow *w)
{
    HostDisplay *x = w->view->x;
    const ViewRect *g = &w->wanted.geometry;

    w->edge = w->edge_left = wanted_edge(w);
    bool top_level = w->owner_id == 0 && !w->wanted.override_redirect;

    w->visual = w->wanted.flags & VIEW_FLAG_ALPHA ? &x->alpha : &x->opaque;
    const XSetWindowAttributes a = {
        .background_pixmap = None,
        .border_pixel = 0,
        .bit_gravity = NorthWestGravity,
        .override_redirect = w->wanted.override_redirect,
        .colormap = w->visual->colormap,
        .event_mask = ExposureMask | StructureNotifyMask | PropertyChangeMask | FocusChangeMask |
                      EnterWindowMask | LeaveWindowMask | KeyPressMask | KeyReleaseMask |
                      KeymapStateMask | VisibilityChangeMask,
    };
    make(w, &a);
    if (w->edge)
        XSetWindowBorderWidth(x->dpy, w->xid, w->edge);
    memset(&w->pushed, 0, sizeof w->pushed);
    host_names_forget(&w->names);
    w->pushed.geometry = *g;
    w->pushed.override_redirect = w->wanted.override_redirect;
    w->pushed.flags = w->wanted.flags;
    w->mapped = w->viewable = false;
    w->seen.obscured = w->seen.covered = w->seen.has_desktop = false; // a former one's
    w->by_frame = !w->wanted.override_redirect && (w->wanted.has_props || frame_off_screen(w));
    host_windows_add_xid(w->view->windows, w);
    host_pointer_select(w->view->pointer, w->xid);
    host_cursor_define(w->view->cursor, w->xid);
    if (w->wanted.kind == VIEW_KIND_TOOLTIP) {
        XserverRegion none = XFixesCreateRegion(x->dpy, NULL, 0);
        XFixesSetWindowShapeRegion(x->dpy, w->xid, ShapeInput, 0, 0, none);
        XFixesDestroyRegion(x->dpy, none);
    }
    if (!w->wanted.override_redirect)
        host_sync_start(w);
    if (top_level && !w->made)
        host_launches_take(w->view->launches, w);
    w->made = true;
}

// What the window manager takes a requested place for: its frame's reference point, where the
// gravity is the program's own (ICCCM 4.1.2.3), as it would have asked itself.
// _NET_MOVERESIZE_WINDOW with another gravity leaves openbox with a place that shifts later.
static void
requested_place(const HostWindow *w, int *x, int *y)
{
    const ChanWindowProps *p = &w->wanted.props;
    const ViewFrame *f = &w->told_frame;
    int gravity = p->size_flags & CHAN_SIZE_GRAVITY ? (int)p->gravity : NorthWestGravity;
    const int left[] = {(int)f->left, ((int)f->left - (int)f->right) / 2, -(int)f->right};
    const int above[] = {(int)f->top, ((int)f->top - (int)f->bottom) / 2, -(int)f->bottom};

    if (!w->wanted.has_props || w->wanted.override_redirect || gravity < NorthWestGravity ||
        gravity > SouthEastGravity || !host_screen_moves_by_gravity(w->view->screen))
        return;
    *x -= left[(gravity - NorthWestGravity) % 3];
    *y -= above[(gravity - NorthWestGravity) / 3];
}

static void
push_geometry(HostWindow *w)
{
    const ViewRect *a = &w->wanted.geometry, *b = &w->pushed.geometry;

    if (same_size(a, b) && same_place(a, b))
        return;
    ViewRect r = within_edge(w);
    int x = a->x, y = a->y;
    gint64 now = g_get_monotonic_time();
    // A size alone is asked for as its program did, since the window manager may have the window
    // elsewhere by then: mutter does when the program's shadow becomes another (GTK 4). But no
    // earlier place may be under way.
    bool size_only = w->mapped && !w->wanted.override_redirect && w->wanted.has_props &&
                     same_place(a, b) && now - w->place_pushed_us >= PLACE_SETTLE_US;
    if (w->mapped)
        requested_place(w, &x, &y);
    if (size_only) {
        XResizeWindow(w->view->x->dpy, w->xid, r.width, r.height);
    } else {
        XMoveResizeWindow(w->view->x->dpy, w->xid, x, y, r.width, r.height);
        w->place_pushed_us = now;
    }
    w->geometry_pushed_us = now;
    w->view->places_asked++;
}

// From one state to another of a window that stays mapped.
static void
push_state(HostWindow *w)
{
    HostDisplay *x = w->view->x;
    HostLook *b = &w->pushed;
    bool was_minimized = b->state == VIEW_STATE_MINIMIZED;
    bool minimized = w->wanted.state == VIEW_STATE_MINIMIZED;

    if ((b->states == w->wanted.states && was_minimized == minimized) || !w->mapped ||
        w->wanted.override_redirect)
        return;
    w->view->states_asked++;
    host_follow_state_pushed(w, b->states | (was_minimized ? CHAN_STATE_HIDDEN : 0));
    if (was_minimized && !minimized) {
        host_focus_before_map(w->view->focus, w);
        XMapWindow(x->dpy, w->xid);
        host_focus_after_map(w);
    }
    host_states_push(w);
    if (minimized && !was_minimized)
        XIconifyWindow(x->dpy, w->xid, DefaultScreen(x->dpy));
    b->states = w->wanted.states;
    b->state = w->wanted.state;
}

static void
push_mapping(HostWindow *w)
{
    HostDisplay *x = w->view->x;
    bool map = w->wanted.state != VIEW_STATE_HIDDEN;

    if (map == w->mapped)
        return;
    w->mapped = map;
    w->mapped_us = g_get_monotonic_time();
    w->view->maps += map;
    if (!map) {
        w->viewable = false;
        XWithdrawWindow(x->dpy, w->xid, DefaultScreen(x->dpy));
        return;
    }
    if (w->wanted.override_redirect) {
        XMapRaised(x->dpy, w->xid);
    } else {
        host_states_set_initial(w);
        host_focus_before_map(w->view->focus, w);
        XMapWindow(x->dpy, w->xid);
        host_focus_after_map(w);
    }
    host_launches_mapped(w->view->launches, w);
}

void
host_window_push(HostWindow *w)
{
    HostDisplay *x = w->view->x;
    bool create_it = w->xid == None;

    if (w->lost || w->lost_popup || !w->has_commit ||
        (create_it && w->wanted.state == VIEW_STATE_HIDDEN))
        return;
    if (create_it)
        create(w);
    if (w->wanted.override_redirect != w->pushed.override_redirect) {
        XSetWindowAttributes a = {.override_redirect = w->wanted.override_redirect};
        if (w->mapped)
            XUnmapWindow(x->dpy, w->xid);
        w->mapped = w->viewable = false;
        XChangeWindowAttributes(x->dpy, w->xid, CWOverrideRedirect, &a);
    }
    bool other_edge = push_edge(w);
    host_group_push(w);
    host_hints_push(w, create_it);
    // What a server that decides itself where a maximised window lies says of that is not asked
    // for: the window manager would take it for the place to go back to.
    if (w->mapped && !w->wanted.has_props && host_screen_marks_hidden(w->view->screen) &&
        (w->wanted.states & ~w->pushed.states & CHAN_STATES_BIG))
        w->wanted.geometry = w->pushed.geometry;
    // The window manager decides what maximised means, and notes the place that it had before.
    bool leaves = (w->pushed.states & ~w->wanted.states & CHAN_STATES_BIG) != 0;
    if (leaves || w->wanted.has_props)
        push_state(w);
    push_geometry(w);
    push_state(w);
    push_mapping(w);
    host_monitors_push(w);
    host_workspace_push(w);
    bool was_popup = w->pushed.override_redirect;
    w->pushed = w->wanted;
    if (was_popup || w->wanted.override_redirect)
        host_pointer_popups_changed(w->view->pointer);
    if (create_it)
        host_windows_created(w->view->windows, w);
    if (other_edge)
        host_paint_all(w->view, w);
}

void
host_window_inherit(HostWindow *w, HostWindow *former)
{
    w->xid = former->xid;
    w->made = former->made;
    w->holder = g_steal_pointer(&former->holder);
    w->visual = former->visual;
    w->edge = former->edge;
    w->edge_left = former->edge_left;
    w->pushed = former->pushed;
    host_names_inherit(&w->names, &former->names);
    w->mapped = former->mapped;
    w->viewable = former->viewable;
    host_attention_inherit(w, former);
    w->quiet = former->quiet;
    host_sync_inherit(w, former);
    host_seen_inherit(w, former);
    w->notified_width = former->notified_width;
    w->notified_height = former->notified_height;
    // The host's word on place and size stands until the guest asks for another.
    w->told = former->pushed.geometry;
    host_windows_pass_xid(w->view->windows, w, former);
    former->xid = None;
    w->geometry_dirty = true; // a new session does not know the frame
    host_workspace_changed(w);
}
