// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/x11/sync.h"

#include <X11/Xatom.h>

#define LATE_MS 300
#define OVERTAKEN_US (50 * G_TIME_SPAN_MILLISECOND)

void
host_sync_start(HostWindow *w)
{
    HostDisplay *x = w->view->x;
    XSyncValue zero;

    if (!x->has_sync)
        return;
    XSyncIntToValue(&zero, 0);
    w->sync.counter = XSyncCreateCounter(x->dpy, zero);
    const long counter = (long)w->sync.counter;
    XChangeProperty(x->dpy, w->xid, x->atoms[ATOM__NET_WM_SYNC_REQUEST_COUNTER], XA_CARDINAL, 32,
                    PropModeReplace, (const unsigned char *)&counter, 1);
}

static void
forget_timer(HostWindow *w)
{
    if (!w->sync.late)
        return;
    g_source_destroy(w->sync.late);
    g_clear_pointer(&w->sync.late, g_source_unref);
}

void
host_sync_stop(HostWindow *w)
{
    forget_timer(w);
    if (w->sync.counter != None)
        XSyncDestroyCounter(w->view->x->dpy, w->sync.counter);
    w->sync = (HostSync){0};
}

static void
answer(HostWindow *w)
{
    forget_timer(w);
    w->sync.asked = w->sync.configured = false;
    XSyncSetCounter(w->view->x->dpy, w->sync.counter, w->sync.value);
}

void
host_sync_inherit(HostWindow *w, HostWindow *former)
{
    if (former->sync.asked)
        answer(former);
    w->sync.counter = former->sync.counter;
    former->sync.counter = None;
}

static gboolean
on_late(gpointer user)
{
    answer(user);
    return G_SOURCE_REMOVE;
}

void
host_sync_asked(HostWindow *w, const XClientMessageEvent *e)
{
    if (w->sync.counter == None)
        return;
    XSyncIntsToValue(&w->sync.value, (unsigned)e->data.l[2], (int)e->data.l[3]);
    w->sync.asked = true;
    w->sync.configured = g_get_monotonic_time() - w->sync.sized_us < OVERTAKEN_US;
    w->sync.sized_us = 0;
    forget_timer(w);
    w->sync.late = g_timeout_source_new(LATE_MS);
    g_source_set_callback(w->sync.late, on_late, w, NULL);
    g_source_attach(w->sync.late, w->view->context);
    host_sync_consider(w);
}

// The message goes before the event with the size that it is about, but by the process that made
// the window (holder.h), and may be overtaken.
void
host_sync_configured(HostWindow *w, bool sized)
{
    if (w->sync.asked)
        w->sync.configured = true;
    else if (sized)
        w->sync.sized_us = g_get_monotonic_time();
    host_sync_consider(w);
}

void
host_sync_consider(HostWindow *w)
{
    bool same = w->buffer && w->buffer->width == w->notified_width &&
                w->buffer->height == w->notified_height;

    if (w->sync.asked && w->sync.configured && (same || !w->viewable))
        answer(w);
}
