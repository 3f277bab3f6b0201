// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/x11/attention.h"

#include "channel/glib/timer.h"
#include "rdpbridge/x11/focus.h"

static gboolean
on_apart(gpointer user)
{
    HostWindow *w = user;

    chan_timer_clear(&w->attention.later);
    w->wanted.attention = !(w->xid && host_focus_is_on(w->view->focus, w->xid));
    host_window_push(w);
    return G_SOURCE_REMOVE;
}

void
host_attention_set(HostWindow *w, bool asks)
{
    gint64 now = g_get_monotonic_time();
    gint64 since_ms = (now - w->attention.ended_us) / G_TIME_SPAN_MILLISECOND;

    if (!asks) {
        if (w->wanted.attention)
            w->attention.ended_us = now;
        w->wanted.attention = false;
        chan_timer_clear(&w->attention.later);
    } else if (w->attention.ended_us == 0 || since_ms >= HOST_ATTENTION_APART_MS) {
        w->wanted.attention = true;
    } else if (!w->wanted.attention && !w->attention.later) {
        w->attention.later = chan_timer_new(
            w->view->context, (guint)(HOST_ATTENTION_APART_MS - since_ms), on_apart, w);
    }
}

void
host_attention_inherit(HostWindow *w, const HostWindow *former)
{
    bool asks = w->wanted.attention;

    w->attention.ended_us = former->attention.ended_us;
    w->wanted.attention = former->pushed.attention;
    host_attention_set(w, asks);
}

void
host_attention_stop(HostWindow *w)
{
    chan_timer_clear(&w->attention.later);
}
