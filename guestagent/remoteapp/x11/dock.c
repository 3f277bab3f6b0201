// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/x11/dock.h"

#include "channel/glib/timer.h"
#include "guestagent/remoteapp/x11/docked.h"

#include <X11/Xatom.h>
#include <X11/Xutil.h>

#define LOOK_MS 100
// A program opens its menu beside its icon, which for so long is where it was clicked on.
#define OUT_MS 3000

// _NET_SYSTEM_TRAY_OPCODE.
enum { REQUEST_DOCK = 0, BEGIN_MESSAGE = 1, CANCEL_MESSAGE = 2 };

struct RaDock {
    RaConn *conn;
    GMainContext *context;
    RaInput *input;
    RaCapture *capture;
    RaDockEvents events;
    gpointer user;
    bool owner; // the tray is ours
    GPtrArray *icons;
    guint32 last_id;
    GSource *look; // until pictures are looked at
    GSource *out;  // until icons are put away
};

static RaDocked *
find(const RaDock *dock, guint32 id)
{
    for (guint n = 0; n < dock->icons->len; n++) {
        RaDocked *i = dock->icons->pdata[n];
        if (i->pub.id == id)
            return i;
    }
    return NULL;
}

static RaDocked *
by_window(const RaDock *dock, Window window)
{
    for (guint n = 0; n < dock->icons->len; n++) {
        RaDocked *i = dock->icons->pdata[n];
        if (i->icon == window || i->around == window)
            return i;
    }
    return NULL;
}

static void
tell(RaDock *dock, RaDocked *i)
{
    if (!i->pub.bgra)
        return;
    i->told = true;
    dock->events.changed(&i->pub, dock->user);
}

static void
remove_icon(RaDock *dock, RaDocked *i)
{
    guint32 id = i->pub.id;
    bool told = i->told;

    g_ptr_array_remove(dock->icons, i);
    ra_docked_free(dock->conn, i);
    if (told)
        dock->events.gone(id, dock->user);
}

static gboolean
on_look(gpointer user)
{
    RaDock *dock = user;

    chan_timer_clear(&dock->look);
    for (guint n = 0; n < dock->icons->len; n++) {
        RaDocked *i = dock->icons->pdata[n];
        if (i->stale && ra_docked_look(dock->conn, dock->capture, i))
            tell(dock, i);
    }
    return G_SOURCE_REMOVE;
}

static void
look_soon(RaDock *dock, RaDocked *i)
{
    i->stale = true;
    if (!dock->look)
        dock->look = chan_timer_new(dock->context, LOOK_MS, on_look, dock);
}

static void
dock_window(RaDock *dock, Window window)
{
    const RaConn *conn = dock->conn;

    if (window == conn->root || window == conn->own || by_window(dock, window) ||
        dock->icons->len >= RA_DOCK_MAX)
        return;
    guint32 id = RA_ICON_ID_FIRST + dock->last_id % (RA_ICON_ID_LAST - RA_ICON_ID_FIRST + 1);
    RaDocked *i = ra_docked_new(dock->conn, id, window);
    if (!i)
        return;
    dock->last_id++;
    g_ptr_array_add(dock->icons, i);
}

// ---- events

static void
say(RaDock *dock, RaDocked *i)
{
    RaBalloon balloon = {.id = i->balloon.id, .timeout_ms = i->balloon.timeout_ms};

    if (!i->embedded || !i->balloon.text || i->balloon.left > 0)
        return; // what it is called is read with that
    g_autofree char *text = ra_balloon_take(&i->balloon);
    balloon.text = text;
    if (*text)
        dock->events.balloon(&i->pub, &balloon, dock->user);
}

static void
embed(RaDock *dock, RaDocked *i)
{
    ra_docked_embed(dock->conn, i);
    look_soon(dock, i);
    say(dock, i);
}

// Of the window around one: what its icon does.
static bool
on_within(RaDock *dock, RaDocked *i, const XEvent *e)
{
    switch (e->type) {
    case ReparentNotify:
        if (e->xreparent.parent == i->around)
            embed(dock, i);
        else
            remove_icon(dock, i);
        return true;
    case DestroyNotify:
        remove_icon(dock, i);
        return true;
    case ConfigureRequest:
        ra_docked_keep_size(dock->conn, i);
        return true;
    case MapRequest:
        XMapWindow(dock->conn->dpy, i->icon);
        return true;
    default:
        return true;
    }
}

// The window that an event was sent for the sake of, and the one it is about.
static void
windows_of(const XEvent *e, Window *at, Window *about)
{
    *at = e->xany.window;
    *about = None;
    switch (e->type) {
    case MapRequest:
        *about = e->xmaprequest.window;
        break;
    case ConfigureRequest:
        *about = e->xconfigurerequest.window;
        break;
    case MapNotify:
        *about = e->xmap.window;
        break;
    case UnmapNotify:
        *about = e->xunmap.window;
        break;
    case DestroyNotify:
        *about = e->xdestroywindow.window;
        break;
    case ReparentNotify:
        *about = e->xreparent.window;
        break;
    case ConfigureNotify:
        *about = e->xconfigure.window;
        break;
    default:
        break;
    }
}

static void
give_up(RaDock *dock)
{
    dock->owner = false;
    while (dock->icons->len > 0) {
        RaDocked *i = dock->icons->pdata[dock->icons->len - 1];
        XUnmapWindow(dock->conn->dpy, i->icon);
        XReparentWindow(dock->conn->dpy, i->icon, dock->conn->root, 0, 0);
        remove_icon(dock, i);
    }
}

static void
on_request(RaDock *dock, const XClientMessageEvent *e)
{
    RaDocked *i = by_window(dock, e->window);

    if (e->data.l[1] == REQUEST_DOCK)
        dock_window(dock, (Window)e->data.l[2]);
    else if (i && e->data.l[1] == BEGIN_MESSAGE &&
             ra_balloon_begin(&i->balloon, (guint32)e->data.l[4], (gint32)e->data.l[2],
                              (guint32)e->data.l[3]))
        say(dock, i);
    else if (i && i->embedded && e->data.l[1] == CANCEL_MESSAGE)
        dock->events.balloon_gone(i->pub.id, (guint32)e->data.l[2], dock->user);
}

static bool
on_message(RaDock *dock, const XClientMessageEvent *e)
{
    const RaConn *conn = dock->conn;
    bool request = e->message_type == ATOM(conn, _NET_SYSTEM_TRAY_OPCODE) && e->format == 32;
    bool part = e->message_type == ATOM(conn, _NET_SYSTEM_TRAY_MESSAGE_DATA) && e->format == 8;
    RaDocked *i = part ? by_window(dock, e->window) : NULL;

    if (dock->owner && request)
        on_request(dock, e);
    else if (dock->owner && i && ra_balloon_add(&i->balloon, e->data.b))
        say(dock, i);
    return request || part;
}

bool
ra_dock_event(RaDock *dock, const XEvent *e)
{
    RaConn *conn = dock->conn;
    Window at;
    Window about;

    if (e->type == ClientMessage)
        return on_message(dock, &e->xclient);
    if (e->type == SelectionClear &&
        e->xselectionclear.selection == ATOM(conn, _NET_SYSTEM_TRAY_S0)) {
        give_up(dock);
        return true;
    }
    if (e->type == conn->damage_event + XDamageNotify) {
        RaDocked *i = by_window(dock, ((const XDamageNotifyEvent *)e)->drawable);
        if (i)
            look_soon(dock, i);
        return i != NULL;
    }
    if (e->type == PropertyNotify) {
        RaDocked *i = by_window(dock, e->xproperty.window);
        if (i && i->embedded && ra_docked_property(dock->conn, i, e->xproperty.atom))
            tell(dock, i);
        return false; // its time is of use
    }
    windows_of(e, &at, &about);
    RaDocked *i = about != None ? by_window(dock, about) : NULL;
    if (!i)
        return false;
    return about == i->around || (at == i->around && on_within(dock, i, e));
}

// ---- what is there

const RaTrayIcon *
ra_dock_icon(const RaDock *dock, guint32 id)
{
    const RaDocked *i = find(dock, id);

    return i && i->pub.bgra ? &i->pub : NULL;
}

const RaTrayIcon *
ra_dock_nth(const RaDock *dock, guint n)
{
    for (guint k = 0; k < dock->icons->len; k++) {
        const RaDocked *i = dock->icons->pdata[k];
        if (i->pub.bgra && n-- == 0)
            return &i->pub;
    }
    return NULL;
}

// ---- what the user does

static gboolean
on_out(gpointer user)
{
    ra_dock_put_away(user);
    return G_SOURCE_REMOVE;
}

void
ra_dock_put_away(RaDock *dock)
{
    if (!dock->out)
        return;
    chan_timer_clear(&dock->out);
    ra_input_must_settle(dock->input);
    for (guint n = 0; n < dock->icons->len; n++)
        ra_docked_move(dock->conn, dock->icons->pdata[n], RA_DOCKED_BESIDE, RA_DOCKED_BESIDE);
    XFlush(dock->conn->dpy);
}

// Above everything, also what keeps the pointer from the guest's windows, until the button is
// through: nothing is restacked before the server has had it.
static void
bring(RaDock *dock, RaDocked *i, const RaInputPoint *at)
{
    int x = CLAMP(at->x - RA_ICON_SIDE / 2, 0, MAX(0, at->width - RA_ICON_SIDE));
    int y = CLAMP(at->y - RA_ICON_SIDE / 2, 0, MAX(0, at->height - RA_ICON_SIDE));

    ra_dock_put_away(dock);
    dock->out = chan_timer_new(dock->context, OUT_MS, on_out, dock);
    ra_input_must_settle(dock->input);
    ra_docked_move(dock->conn, i, x, y);
    XRaiseWindow(dock->conn->dpy, i->around);
    ra_input_aim(dock->input, at);
}

void
ra_dock_click(RaDock *dock, guint32 id, guint button, const RaInputPoint *at)
{
    RaDocked *i = find(dock, id);

    if (!i || i->pub.hidden)
        return;
    bring(dock, i, at);
    ra_input_button(dock->input, button, true);
    ra_input_button(dock->input, button, false);
    ra_input_must_settle(dock->input);
}

void
ra_dock_scroll(RaDock *dock, guint32 id, int dx, int dy, const RaInputPoint *at)
{
    RaDocked *i = find(dock, id);

    if (!i || i->pub.hidden)
        return;
    bring(dock, i, at);
    ra_input_wheel(dock->input, dx, dy);
    ra_input_must_settle(dock->input);
}

// ---- life cycle

// What programs need to know before they dock: pictures have alpha.
static void
announce(RaDock *dock)
{
    RaConn *conn = dock->conn;
    XVisualInfo alpha;
    long horizontal = 0;

    ra_prop_set(conn, conn->own, RA_ATOM__NET_SYSTEM_TRAY_ORIENTATION, XA_CARDINAL, &horizontal, 1);
    if (XMatchVisualInfo(conn->dpy, conn->screen, 32, TrueColor, &alpha)) {
        long id = (long)alpha.visualid;
        ra_prop_set(conn, conn->own, RA_ATOM__NET_SYSTEM_TRAY_VISUAL, XA_VISUALID, &id, 1);
    }
    ra_conn_own(conn, conn->own, ATOM(conn, _NET_SYSTEM_TRAY_S0));
    dock->owner = true;
}

RaDock *
ra_dock_new(RaConn *conn, GMainContext *context, RaInput *input, const RaDockEvents *events,
            gpointer user)
{
    RaDock *dock = g_new0(RaDock, 1);

    dock->conn = conn;
    dock->context = context;
    dock->input = input;
    dock->events = *events;
    dock->user = user;
    dock->icons = g_ptr_array_new();
    dock->capture = ra_capture_new(conn);
    if (XGetSelectionOwner(conn->dpy, ATOM(conn, _NET_SYSTEM_TRAY_S0)) == None)
        announce(dock);
    return dock;
}

void
ra_dock_free(RaDock *dock)
{
    if (!dock)
        return;
    chan_timer_clear(&dock->look);
    chan_timer_clear(&dock->out);
    for (guint n = 0; n < dock->icons->len; n++) {
        RaDocked *i = dock->icons->pdata[n];
        XUnmapWindow(dock->conn->dpy, i->icon);
        XReparentWindow(dock->conn->dpy, i->icon, dock->conn->root, 0, 0);
        ra_docked_free(dock->conn, i);
    }
    g_ptr_array_unref(dock->icons);
    ra_capture_free(dock->capture);
    g_free(dock);
}
