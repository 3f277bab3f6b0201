// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/x11/lost.h"

#include "channel/glib/timer.h"
#include "rdpbridge/x11/follow.h"
#include "rdpbridge/x11/holder.h"
#include "rdpbridge/x11/pointer.h"
#include "rdpbridge/x11/session.h"
#include "rdpbridge/x11/sync.h"
#include "rdpbridge/x11/windows.h"

#include <string.h>

// Where all of a desktop's processes are ended, our turn comes within this time, and the guest's
// programs are to live on.
#define SURE_MS 300
#define BACK_MS 3000

void
host_window_lost_stop(HostWindow *w)
{
    chan_timer_clear(&w->lost);
}

static gboolean
on_back(gpointer user)
{
    HostWindow *w = user;

    chan_timer_clear(&w->lost);
    host_window_push(w);
    return G_SOURCE_REMOVE;
}

static gboolean
on_sure(gpointer user)
{
    HostWindow *w = user;
    ViewKill m = {.id = w->id, .process = w->lost_with_process};

    chan_timer_clear(&w->lost);
    XSync(w->view->x->dpy, False); // a server that is gone takes us along
    VIEW_INIT(&m, VIEW_MSG_KILL);
    host_session_send(w->view, &m, sizeof m);
    w->lost = chan_timer_new(w->view->context, BACK_MS, on_back, w);
    return G_SOURCE_REMOVE;
}

void
host_window_lost(HostWindow *w, HostLost how)
{
    host_windows_forget_xid(w->view->windows, w);
    host_sync_stop(w);
    host_follow_stop(w);
    chan_timer_clear(&w->repaint);
    host_holder_release(g_steal_pointer(&w->holder));
    w->xid = None;
    w->lost_popup = w->wanted.override_redirect;
    w->mapped = w->viewable = w->geometry_dirty = w->state_dirty = false;
    w->n_exposed = w->pings.n = 0;
    memset(&w->pushed, 0, sizeof w->pushed);
    if (w->lost_popup)
        host_pointer_popups_changed(w->view->pointer);
    chan_timer_clear(&w->lost);
    w->lost_with_process = how == HOST_LOST_WITH_PROCESS;
    if (how == HOST_LOST)
        host_window_push(w);
    else
        w->lost = chan_timer_new(w->view->context, SURE_MS, on_sure, w);
}
