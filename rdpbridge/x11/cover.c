// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/x11/cover.h"

#include "channel/glib/timer.h"
#include "rdpbridge/x11/screen.h"
#include "rdpbridge/x11/seen.h"
#include "rdpbridge/x11/sheets.h"
#include "rdpbridge/x11/windows.h"

#define PAINTED_MS 1000
#define CHANGED_MS 50 // windows that are moved change often

struct HostCover {
    View *view;
    GSource *due;
    gint64 due_us;
    bool watches;
};

HostCover *
host_cover_new(View *view)
{
    HostCover *c = g_new0(HostCover, 1);

    c->view = view;
    return c;
}

void
host_cover_free(HostCover *c)
{
    if (!c)
        return;
    chan_timer_clear(&c->due);
    g_free(c);
}

// Not under Xwayland, whose compositor has windows of hidden workspaces mapped and above others.
static bool
is_composited(const View *view)
{
    return (host_screen_get(view->screen)->looks & CHAN_LOOKS_COMPOSITED) != 0 &&
           !view->x->is_xwayland;
}

static gboolean on_due(gpointer user);

static void
look_within(HostCover *c, guint ms)
{
    gint64 at_us = g_get_monotonic_time() + (gint64)ms * 1000;

    if (c->due && c->due_us <= at_us)
        return;
    chan_timer_clear(&c->due);
    c->due = chan_timer_new(c->view->context, ms, on_due, c);
    c->due_us = at_us;
}

// Of those that are not painted it does not matter.
static bool
matters(HostWindow *w)
{
    bool there = w->xid != None && w->mapped && w->viewable && !w->is_orphan && w->wanted.has_props;
    bool does = there && (w->seen.painted || w->seen.covered);

    w->seen.painted = false;
    return does && is_composited(w->view);
}

static void
watch(HostCover *c, bool watches)
{
    if (c->watches == watches)
        return;
    c->watches = watches;
    host_screen_watch_windows(c->view->screen, watches);
    if (watches) // what changed before that
        look_within(c, CHANGED_MS);
}

static gboolean
on_due(gpointer user)
{
    HostCover *c = user;
    g_autoptr(HostSheets) sheets = NULL;
    GHashTableIter iter;
    gpointer window;
    bool any = false;

    chan_timer_clear(&c->due);
    host_windows_iter(c->view->windows, &iter);
    while (g_hash_table_iter_next(&iter, NULL, &window)) {
        HostWindow *w = window;
        bool covered = matters(w);
        if (covered && !sheets)
            sheets = host_sheets_read(c->view->x, host_screen_get(c->view->screen));
        covered =
            covered && host_sheets_cover(sheets, w->xid, w->notified_width, w->notified_height);
        if (covered != w->seen.covered && w->xid != None)
            host_seen_changed(w);
        w->seen.covered = covered;
        any |= covered;
    }
    watch(c, any);
    host_windows_sync(c->view->windows);
    return G_SOURCE_REMOVE;
}

void
host_cover_painted(HostWindow *w)
{
    if (!w->wanted.has_props || !is_composited(w->view))
        return;
    w->seen.painted = true;
    look_within(w->view->cover, PAINTED_MS);
}

void
host_cover_root_event(HostCover *c)
{
    if (c->watches)
        look_within(c, CHANGED_MS);
}
