// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/x11/ping.h"

#include "rdpbridge/x11/session.h"

#include <string.h>

static void
answer(const HostWindow *w, const XClientMessageEvent *e)
{
    HostDisplay *x = w->view->x;
    XEvent pong = {.xclient = *e};

    pong.xclient.window = x->root;
    XSendEvent(x->dpy, x->root, False, SubstructureNotifyMask | SubstructureRedirectMask, &pong);
}

static void
drop_first(HostPings *p, unsigned n)
{
    p->n -= n;
    memmove(p->asked, p->asked + n, p->n * sizeof p->asked[0]);
}

void
host_ping_asked(HostWindow *w, const XClientMessageEvent *e)
{
    HostPings *p = &w->pings;
    ViewPing m = {.id = w->id, .serial = p->serial + 1};

    if (w->is_orphan || !w->wanted.has_props || !(w->wanted.props.flags & CHAN_WINDOW_PINGED)) {
        answer(w, e);
        return;
    }
    // Of a program that leaves so many unanswered the oldest has long been given up.
    if (p->n == HOST_PINGS_MAX)
        drop_first(p, 1);
    p->serial++;
    p->asked[p->n++] = *e;
    VIEW_INIT(&m, VIEW_MSG_PING);
    host_session_send(w->view, &m, sizeof m);
}

void
host_ping_answered(HostWindow *w, uint32_t untrusted_serial)
{
    HostPings *p = &w->pings;
    uint32_t first = p->serial - p->n + 1;
    unsigned n = 0;

    while (n < p->n && (int32_t)(untrusted_serial - (first + n)) >= 0)
        answer(w, &p->asked[n++]);
    drop_first(p, n);
}

void
host_ping_give_up(HostWindow *w)
{
    host_ping_answered(w, w->pings.serial);
}
