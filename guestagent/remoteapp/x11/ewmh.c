// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/x11/ewmh.h"

#include "guestagent/remoteapp/x11/client_props.h"
#include "guestagent/remoteapp/x11/focus.h"
#include "guestagent/remoteapp/x11/manager.h"
#include "guestagent/remoteapp/x11/stack.h"
#include "guestagent/remoteapp/x11/wm.h"
#include "guestagent/remoteapp/x11/workspaces.h"

#include <X11/Xatom.h>
#include <X11/Xutil.h>
#include <X11/extensions/Xrandr.h>
#include <string.h>

static const char *
wm_name(guint32 looks)
{
#define NAME(text) text,
    static const char *const names[] = {"casement-remoteapp", CHAN_WM_NAMES(NAME)};
#undef NAME
    guint32 n = (looks & CHAN_LOOKS_WM) >> CHAN_LOOKS_WM_SHIFT;
    return names[n < G_N_ELEMENTS(names) ? n : 0];
}

static void
announce(RaConn *conn)
{
    ra_prop_set_text(conn, conn->own, RA_ATOM__NET_WM_NAME, wm_name(conn->looks));
    long supported[RA_ATOM_COUNT + 3];
    guint n = 0;
    for (int a = RA_ATOM__NET_SUPPORTED; a < RA_ATOM_COUNT; a++)
        if (a != RA_ATOM__NET_WM_STATE_FOCUSED || (conn->looks & CHAN_LOOKS_FOCUS_MARKED))
            supported[n++] = (long)conn->atom[a];
    if (conn->looks & CHAN_LOOKS_OWN_SHADOWS)
        supported[n++] = (long)ATOM(conn, _GTK_FRAME_EXTENTS);
    if (conn->looks & CHAN_LOOKS_EDGES)
        supported[n++] = (long)ATOM(conn, _GTK_EDGE_CONSTRAINTS);
    if (conn->looks & CHAN_LOOKS_MONITORS)
        supported[n++] = (long)ATOM(conn, _NET_WM_FULLSCREEN_MONITORS);
    ra_prop_set(conn, conn->root, RA_ATOM__NET_SUPPORTED, XA_ATOM, supported, n);
}

void
ra_ewmh_set_looks(RaConn *conn, guint32 looks)
{
    guint32 changed = conn->looks ^ looks;
    conn->looks = looks;
    announce(conn);
    // Last: toolkits look again when it has another owner.
    if (!(changed & CHAN_LOOKS_COMPOSITED))
        return;
    if (looks & CHAN_LOOKS_COMPOSITED)
        ra_conn_own(conn, conn->own, ATOM(conn, _NET_WM_CM_S0));
    else
        XSetSelectionOwner(conn->dpy, ATOM(conn, _NET_WM_CM_S0), None, CurrentTime);
}

void
ra_ewmh_init(RaConn *conn)
{
    long own = (long)conn->own;
    conn->looks = CHAN_LOOKS_DEFAULT;
    announce(conn);
    ra_prop_set(conn, conn->own, RA_ATOM__NET_SUPPORTING_WM_CHECK, XA_WINDOW, &own, 1);
    // Last: who sees this may rely on the rest.
    ra_prop_set(conn, conn->root, RA_ATOM__NET_SUPPORTING_WM_CHECK, XA_WINDOW, &own, 1);
}

void
ra_ewmh_push_screen(RaDesktop *d)
{
    int width;
    int height;
    ra_screen_size(d->screen, &width, &height);
    long geometry[] = {width, height};
    const long area[] = {d->work_area.x, d->work_area.y, d->work_area.width, d->work_area.height};
    // Of each workspace: GTK looks for that of the current one.
    guint count = d->workspaces.count;
    g_autofree long *areas = g_new(long, 4 * (gsize)count);
    g_autofree long *corners = g_new0(long, 2 * (gsize)count);
    for (guint i = 0; i < count; i++)
        memcpy(areas + 4 * (gsize)i, area, sizeof area);
    ra_prop_set(d->conn, d->conn->root, RA_ATOM__NET_DESKTOP_GEOMETRY, XA_CARDINAL, geometry, 2);
    ra_prop_set(d->conn, d->conn->root, RA_ATOM__NET_DESKTOP_VIEWPORT, XA_CARDINAL, corners,
                2 * count);
    ra_prop_set(d->conn, d->conn->root, RA_ATOM__NET_WORKAREA, XA_CARDINAL, areas, 4 * count);
}

static void
push_list(RaDesktop *d, RaAtom property, const GPtrArray *clients)
{
    g_autofree long *list = g_new(long, clients->len + 1);
    guint n = 0;
    for (guint i = 0; i < clients->len; i++) {
        const RaClient *c = clients->pdata[i];
        if (!c->override_redirect)
            list[n++] = (long)c->xid;
    }
    ra_prop_set(d->conn, d->conn->root, property, XA_WINDOW, list, n);
}

void
ra_ewmh_push(RaDesktop *d)
{
    if (!d->list_stale)
        return;
    d->list_stale = false;
    push_list(d, RA_ATOM__NET_CLIENT_LIST, d->clients);
    push_list(d, RA_ATOM__NET_CLIENT_LIST_STACKING, d->stack);
    long active = d->active ? (long)d->active->xid : None;
    ra_prop_set(d->conn, d->conn->root, RA_ATOM__NET_ACTIVE_WINDOW, XA_WINDOW, &active, 1);
}

void
ra_ewmh_push_frame(RaConn *conn, Window window, const ChanWindowHost *host)
{
    const long sides[4] = {(long)host->frame_left, (long)host->frame_right, (long)host->frame_top,
                           (long)host->frame_bottom};
    const long edges = (long)host->edges;
    ra_prop_set(conn, window, RA_ATOM__NET_FRAME_EXTENTS, XA_CARDINAL, sides, 4);
    if (edges != 0)
        ra_prop_set(conn, window, RA_ATOM__GTK_EDGE_CONSTRAINTS, XA_CARDINAL, &edges, 1);
    else
        XDeleteProperty(conn->dpy, window, ATOM(conn, _GTK_EDGE_CONSTRAINTS));
}

void
ra_ewmh_dress(RaConn *conn, const RaClient *c)
{
    long actions[RA_ATOM__NET_WM_ACTION_CLOSE - RA_ATOM__NET_WM_ACTION_MOVE + 1];
    guint n = 0;
    for (int a = RA_ATOM__NET_WM_ACTION_MOVE; a <= RA_ATOM__NET_WM_ACTION_CLOSE; a++)
        actions[n++] = (long)conn->atom[a];
    ra_prop_set(conn, c->xid, RA_ATOM__NET_WM_ALLOWED_ACTIONS, XA_ATOM, actions, n);
    ra_ewmh_push_frame(conn, c->xid, &c->told_host);
}

void
ra_ewmh_send_protocol(RaConn *conn, Window window, Atom protocol, Time time)
{
    XEvent event = {.xclient = {.type = ClientMessage,
                                .window = window,
                                .message_type = ATOM(conn, WM_PROTOCOLS),
                                .format = 32,
                                .data.l = {(long)protocol, (long)time}}};
    XSendEvent(conn->dpy, window, False, NoEventMask, &event);
}

void
ra_desktop_ping(RaDesktop *d, guint32 id, guint32 serial)
{
    RaClient *c = ra_by_id(d, id);
    if (!c || !(c->pub.props.flags & CHAN_WINDOW_PINGED))
        return;
    c->pinged_at = MAX(d->conn->time, 1);
    c->pinged_serial = serial;
    XEvent event = {.xclient = {.type = ClientMessage,
                                .window = c->xid,
                                .message_type = ATOM(d->conn, WM_PROTOCOLS),
                                .format = 32,
                                .data.l = {(long)ATOM(d->conn, _NET_WM_PING), (long)c->pinged_at,
                                           (long)c->xid}}};
    XSendEvent(d->conn->dpy, c->xid, False, NoEventMask, &event);
    XFlush(d->conn->dpy);
}

// It comes back as it was, but to the root. What is told is never more than what was asked.
static void
on_pong(RaDesktop *d, const XClientMessageEvent *e)
{
    RaClient *c = ra_by_xid(d, (Window)e->data.l[2]);
    if (!c || (Atom)e->data.l[0] != ATOM(d->conn, _NET_WM_PING) || c->pinged_at == 0 ||
        ((gulong)e->data.l[1] & 0xffffffff) != c->pinged_at)
        return;
    c->pinged_at = 0;
    if (c->told && d->events.ponged)
        d->events.ponged(c->pub.id, c->pinged_serial, d->user);
}

// EWMH: _NET_WM_STATE_REMOVE 0, _ADD 1, _TOGGLE 2.
static void
change_flag(RaConn *conn, RaStates *states, long action, Atom atom)
{
    // Ours to decide: the focus, and what minimised means.
    if (atom == ATOM(conn, _NET_WM_STATE_FOCUSED) || atom == ATOM(conn, _NET_WM_STATE_HIDDEN))
        return;
    bool *flag = ra_client_state_flag(conn, states, atom);
    if (flag)
        *flag = action == 2 ? !*flag : action == 1;
}

static void
on_state(RaDesktop *d, RaClient *c, const XClientMessageEvent *e)
{
    RaStates wanted = c->states;
    change_flag(d->conn, &wanted, e->data.l[0], (Atom)e->data.l[1]);
    change_flag(d->conn, &wanted, e->data.l[0], (Atom)e->data.l[2]);
    ra_wm_apply(d, c, &wanted);
}

static void
on_change_state(RaDesktop *d, RaClient *c, const XClientMessageEvent *e)
{
    RaStates wanted = c->states;
    wanted.minimized = e->data.l[0] == IconicState;
    ra_wm_apply(d, c, &wanted);
}

static void
on_desktop(RaDesktop *d, RaClient *c, const XClientMessageEvent *e)
{
    ra_workspaces_ask(d, c, (guint32)e->data.l[0]);
}

static void
on_active_window(RaDesktop *d, RaClient *c, const XClientMessageEvent *e)
{
    bool again = d->active == c;
    if (d->hosted && !again)
        ra_wm_restore(d, c);
    else
        ra_desktop_activate(d, c->pub.id);
    if (d->hosted || again)
        ra_focus_ask(d, c);
}

static void
on_close_window(RaDesktop *d, RaClient *c, const XClientMessageEvent *e)
{
    ra_desktop_close(d, c->pub.id);
}

static void
on_moveresize_window(RaDesktop *d, RaClient *c, const XClientMessageEvent *e)
{
    // Bits 0 to 7: gravity, 0 for the window's own; 8 to 11: which of x, y, width and height count.
    int gravity = (int)(e->data.l[0] & 0xff);
    RaPoint frame = ra_wm_frame_offset(c, gravity ? gravity : ra_wm_gravity(c));
    RaRect rect = *ra_wm_newest_rect(c);
    if (e->data.l[0] & (1 << 8))
        rect.x = (int)e->data.l[1] + frame.x;
    if (e->data.l[0] & (1 << 9))
        rect.y = (int)e->data.l[2] + frame.y;
    if (e->data.l[0] & (1 << 10))
        rect.width = (int)e->data.l[3];
    if (e->data.l[0] & (1 << 11))
        rect.height = (int)e->data.l[4];
    ra_wm_move_resize(d, c, &rect);
}

static void
on_restack_window(RaDesktop *d, RaClient *c, const XClientMessageEvent *e)
{
    if (e->data.l[2] == Above || e->data.l[2] == TopIf)
        ra_stack_raise(d, c);
    else
        ra_stack_lower(d, c);
}

static void
on_move_loop(RaDesktop *d, RaClient *c, const XClientMessageEvent *e)
{
    if (c->told && d->events.move_loop)
        d->events.move_loop(c->pub.id, (int)e->data.l[2], (int)e->data.l[0], (int)e->data.l[1],
                            d->user);
}

// By number, as Xinerama counts them, for the top, bottom, left and right edge.
static void
on_monitors(RaDesktop *d, RaClient *c, const XClientMessageEvent *e)
{
    ChanWindowMonitors wanted;
    int n = 0;
    bool good = (d->conn->looks & CHAN_LOOKS_MONITORS) && d->conn->randr_event >= 0;
    XRRMonitorInfo *list = good ? XRRGetMonitors(d->conn->dpy, d->conn->root, True, &n) : NULL;
    for (guint i = 0; i < CHAN_MONITOR_EDGES; i++) {
        long number = e->data.l[i];
        good = good && list && number >= 0 && number < n;
        if (good) {
            wanted.edges[i].x = list[number].x;
            wanted.edges[i].y = list[number].y;
        }
    }
    if (list)
        XRRFreeMonitors(list);
    if (!good || !chan_window_monitors_valid(&wanted))
        return;
    c->pub.has_monitors = true;
    c->pub.monitors = wanted;
    c->changed |= RA_CHANGED_MONITORS;
    ra_prop_set(d->conn, c->xid, RA_ATOM__NET_WM_FULLSCREEN_MONITORS, XA_CARDINAL, e->data.l,
                CHAN_MONITOR_EDGES);
}

static const struct {
    RaAtom type;
    void (*handle)(RaDesktop *d, RaClient *client, const XClientMessageEvent *untrusted_event);
} messages[] = {
    {RA_ATOM__NET_WM_STATE, on_state},
    {RA_ATOM_WM_CHANGE_STATE, on_change_state},
    {RA_ATOM__NET_WM_DESKTOP, on_desktop},
    {RA_ATOM__NET_ACTIVE_WINDOW, on_active_window},
    {RA_ATOM__NET_CLOSE_WINDOW, on_close_window},
    {RA_ATOM__NET_MOVERESIZE_WINDOW, on_moveresize_window},
    {RA_ATOM__NET_RESTACK_WINDOW, on_restack_window},
    {RA_ATOM__NET_WM_MOVERESIZE, on_move_loop},
    {RA_ATOM__NET_WM_FULLSCREEN_MONITORS, on_monitors},
};

void
ra_ewmh_message(RaDesktop *d, const XClientMessageEvent *e)
{
    if (e->format != 32)
        return;
    if (e->message_type == ATOM(d->conn, _NET_REQUEST_FRAME_EXTENTS)) {
        ra_ewmh_push_frame(d->conn, e->window, &d->last_host);
        return;
    }
    if (e->message_type == ATOM(d->conn, WM_PROTOCOLS) && e->window == d->conn->root) {
        on_pong(d, e);
        return;
    }
    RaClient *c = ra_by_xid(d, e->window);
    if (!c || c->override_redirect)
        return;
    for (guint i = 0; i < G_N_ELEMENTS(messages); i++) {
        if (d->conn->atom[messages[i].type] == e->message_type) {
            messages[i].handle(d, c, e);
            ra_unsettle(d);
            return;
        }
    }
}
