// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/x11/seen.h"

#include "channel/glib/timer.h"
#include "rdpbridge/x11/cover.h"
#include "rdpbridge/x11/follow.h"
#include "rdpbridge/x11/screen.h"
#include "rdpbridge/x11/session.h"
#include "rdpbridge/x11/sight.h"
#include "rdpbridge/x11/states.h"
#include "rdpbridge/x11/windows.h"

#define LASTS_MS 200 // window managers unmap and cover for a moment
#define FRESH_MS 100 // for the guest's pixels, which take a few

void
host_seen_changed(HostWindow *w)
{
    w->seen.dirty = true;
    host_windows_had_event(w->view->windows, w);
}

void
host_seen_all_changed(View *view)
{
    host_windows_each(view->windows, host_seen_changed);
}

void
host_seen_desktop_changed(HostWindow *w)
{
    w->seen.has_desktop = false;
    w->seen.dirty = true;
}

void
host_seen_visibility(HostWindow *w, const XVisibilityEvent *e)
{
    w->seen.obscured = e->state == VisibilityFullyObscured;
    w->seen.dirty = true;
}

static bool
is_composited(const HostWindow *w)
{
    return (host_screen_get(w->view->screen)->looks & CHAN_LOOKS_COMPOSITED) != 0;
}

static bool
is_elsewhere(HostWindow *w)
{
    if (!w->seen.has_desktop)
        w->seen.desktop = host_states_desktop(w, HOST_ALL_DESKTOPS);
    w->seen.has_desktop = true;
    return w->seen.desktop != HOST_ALL_DESKTOPS &&
           w->seen.desktop != host_screen_desktop(w->view->screen);
}

// Asked of one that the window manager has elsewhere only.
static void
look_elsewhere(HostWindow *w, HostSight *s)
{
    Display *dpy = w->view->x->dpy;
    XWindowAttributes a = {0};

    s->elsewhere = is_elsewhere(w);
    if (!s->elsewhere)
        return;
    s->whole_viewable = XGetWindowAttributes(dpy, w->xid, &a) && a.map_state == IsViewable;
    s->iconic = host_states_is_iconic(w);
}

static ChanWindowSeen
how_seen(HostWindow *w)
{
    HostSight s = {.viewable = w->viewable,
                   .obscured = w->seen.obscured,
                   .minimized = w->wanted.state == VIEW_STATE_MINIMIZED ||
                                (w->wanted.states & CHAN_STATE_SHADED) != 0,
                   .composited = is_composited(w),
                   .monitors = host_screen_get(w->view->screen)->n_monitors};

    if (!w->wanted.override_redirect)
        look_elsewhere(w, &s);
    if (!host_sight_is_seen(&s))
        return CHAN_SEEN_NOT;
    return s.composited && w->seen.covered ? CHAN_SEEN_SMALL : CHAN_SEEN;
}

static void
tell(HostWindow *w, const ChanWindowPace *pace)
{
    ViewPace m = {.id = w->id, .pace = *pace};

    w->seen.told = *pace;
    w->seen.has_told = true;
    VIEW_INIT(&m, VIEW_MSG_PACE);
    host_session_send(w->view, &m, sizeof m);
}

static gboolean
on_fresh(gpointer user)
{
    HostWindow *w = user;

    chan_timer_clear(&w->seen.fresh);
    host_follow_sync(w);
    return G_SOURCE_REMOVE;
}

static void consider(HostWindow *w, bool lasted);

static gboolean
on_lasted(gpointer user)
{
    HostWindow *w = user;

    chan_timer_clear(&w->seen.lasts);
    consider(w, true);
    return G_SOURCE_REMOVE;
}

// Only a guest of our own sends pixels for being told. A compositor shows what a window has, be it
// black; without one what was there is on the screen until something is painted.
static void
await_pixels(HostWindow *w)
{
    if (!w->wanted.has_props || is_composited(w) || w->seen.fresh)
        return;
    w->seen.fresh = chan_timer_new(w->view->context, FRESH_MS, on_fresh, w);
}

// Less of it than was told: it has to last.
static bool
is_less(ChanWindowSeen now, ChanWindowSeen told)
{
    return now != told && (now == CHAN_SEEN_NOT || told == CHAN_SEEN);
}

static void
consider(HostWindow *w, bool lasted)
{
    const ChanWindowPace usual = {CHAN_WINDOW_REFRESH_USUAL, CHAN_SEEN};
    const ChanWindowPace *told = w->seen.has_told ? &w->seen.told : &usual;
    ChanWindowPace now = {host_screen_refresh_at(w->view->screen, &w->wanted.geometry), CHAN_SEEN};

    if (!w->xid || !w->mapped || w->is_orphan)
        return;
    now.seen = how_seen(w);
    bool less = is_less(now.seen, told->seen);
    if (less && !lasted) {
        if (!w->seen.lasts)
            w->seen.lasts = chan_timer_new(w->view->context, LASTS_MS, on_lasted, w);
        return;
    }
    if (!less)
        chan_timer_clear(&w->seen.lasts);
    if (now.seen == CHAN_SEEN_NOT)
        now.refresh_mhz = told->refresh_mhz;
    else if (told->seen == CHAN_SEEN_NOT)
        await_pixels(w);
    if (now.seen != told->seen || now.refresh_mhz != told->refresh_mhz)
        tell(w, &now);
}

void
host_seen_sync(HostWindow *w)
{
    if (!w->seen.dirty)
        return;
    w->seen.dirty = false;
    consider(w, false);
}

bool
host_seen_awaits(const HostWindow *w)
{
    return w->seen.fresh != NULL;
}

static bool
is_within(const ViewRect *r, const ViewRect *of)
{
    return r->x >= of->x && r->y >= of->y &&
           (int64_t)r->x + r->width <= (int64_t)of->x + of->width &&
           (int64_t)r->y + r->height <= (int64_t)of->y + of->height;
}

void
host_seen_painted(HostWindow *w, const ViewRect *damage, uint32_t n)
{
    unsigned left = 0;

    if (n > 0)
        host_cover_painted(w);
    if (!w->seen.fresh || n == 0)
        return;
    chan_timer_clear(&w->seen.fresh);
    for (unsigned e = 0; e < w->n_exposed; e++) {
        bool painted = false;
        for (uint32_t i = 0; i < n && !painted; i++)
            painted = is_within(&w->exposed[e], &damage[i]);
        if (!painted)
            w->exposed[left++] = w->exposed[e];
    }
    w->n_exposed = left;
    host_follow_sync(w);
}

void
host_seen_inherit(HostWindow *w, const HostWindow *former)
{
    w->seen.obscured = former->seen.obscured;
    w->seen.covered = former->seen.covered;
    w->seen.dirty = true;
}

void
host_seen_stop(HostWindow *w)
{
    chan_timer_clear(&w->seen.lasts);
    chan_timer_clear(&w->seen.fresh);
}
