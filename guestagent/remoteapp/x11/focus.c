// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/x11/focus.h"

#include "guestagent/remoteapp/x11/ewmh.h"
#include "guestagent/remoteapp/x11/manager.h"

#include <X11/Xatom.h>

static void
set_active(RaDesktop *d, RaClient *c)
{
    if (d->active == c)
        return;
    if (d->active)
        d->active->states.focused = false;
    d->active = c;
    if (c) {
        c->states.focused = true;
        c->states.urgent = false;
    }
    d->stack_stale = true;
    ra_unsettle(d);
}

void
ra_focus(RaDesktop *d, RaClient *c)
{
    RaConn *conn = d->conn;
    if (c && c->override_redirect)
        return;
    d->take_focus = NULL;
    d->focus_serial = NextRequest(conn->dpy);
    if (!c || !c->can_take_focus || c->accepts_input)
        XSetInputFocus(conn->dpy, c ? c->xid : conn->own, RevertToParent, CurrentTime);
    if (c && c->can_take_focus) {
        // A time that is older than the server's last change of focus would be ignored.
        d->take_focus = c;
        XChangeProperty(conn->dpy, conn->own, ATOM(conn, _CASEMENT_TIME), XA_STRING, 8,
                        PropModeAppend, NULL, 0);
    }
    ra_input_must_settle(d->input);
    set_active(d, c);
}

void
ra_focus_time_known(RaDesktop *d)
{
    RaClient *c = d->take_focus;
    d->take_focus = NULL;
    if (c)
        ra_ewmh_send_protocol(d->conn, c->xid, ATOM(d->conn, WM_TAKE_FOCUS), d->conn->time);
}

static bool
focusable(const RaClient *c)
{
    return c->pub.mapped && !c->override_redirect && !c->states.minimized &&
           (c->pub.kind == RA_KIND_NORMAL || c->pub.kind == RA_KIND_DIALOG) &&
           (c->accepts_input || c->can_take_focus);
}

void
ra_focus_ask(RaDesktop *d, const RaClient *c)
{
    d->asks_active = c->pub.id;
    ra_unsettle(d);
}

void
ra_focus_tell_asks(RaDesktop *d)
{
    const RaClient *c = ra_by_id(d, d->asks_active);
    d->asks_active = 0;
    if (c && c->told && d->events.asks_active)
        d->events.asks_active(c->pub.id, d->user);
}

void
ra_focus_lost(RaDesktop *d, const RaClient *lost)
{
    d->active = NULL;
    d->stack_stale = true;
    if (d->hosted) {
        ra_focus(d, NULL);
        return;
    }
    RaClient *owner = ra_by_id(d, lost->pub.owner_id);
    if (owner && focusable(owner)) {
        ra_focus(d, owner);
        return;
    }
    for (guint i = d->stack->len; i-- > 0;) {
        RaClient *c = d->stack->pdata[i];
        if (c != lost && focusable(c)) {
            ra_focus(d, c);
            return;
        }
    }
    ra_focus(d, NULL);
}

void
ra_focus_in(RaDesktop *d, const XFocusChangeEvent *e)
{
    bool by_grab = e->mode == NotifyGrab || e->mode == NotifyUngrab;
    bool elsewhere = e->detail == NotifyPointer || e->detail == NotifyPointerRoot ||
                     e->detail == NotifyDetailNone;
    if (by_grab || elsewhere || e->serial < d->focus_serial)
        return;
    RaClient *c = ra_by_xid(d, e->window);
    if (c && !c->override_redirect)
        set_active(d, c);
}

void
ra_focus_adopt(RaDesktop *d)
{
    Window focus = None;
    int revert_to;
    XGetInputFocus(d->conn->dpy, &focus, &revert_to);
    RaClient *c = ra_by_xid(d, focus);
    if (c && !c->override_redirect) {
        set_active(d, c);
        return;
    }
    // Inside one of the windows, or nowhere: that of our predecessor tells.
    g_auto(RaProp) prop =
        ra_prop_read(d->conn, d->conn->root, ATOM(d->conn, _NET_ACTIVE_WINDOW), 1);
    guint n;
    const guint32 *items = ra_prop_items(&prop, &n);
    c = n >= 1 ? ra_by_xid(d, items[0]) : NULL;
    if (c)
        ra_focus(d, c);
    else if (focus <= PointerRoot)
        ra_focus(d, NULL);
}
