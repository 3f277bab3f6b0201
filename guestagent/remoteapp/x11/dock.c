// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/x11/dock.h"

#include "channel/glib/timer.h"
#include "guestagent/remoteapp/x11/server_pid.h"

#include <X11/Xatom.h>
#include <X11/Xutil.h>
#include <X11/extensions/Xcomposite.h>
#include <X11/extensions/Xdamage.h>
#include <X11/extensions/Xfixes.h>
#include <string.h>

#define LOOK_MS 100
#define CLASS_MAX 256  // bytes of a WM_CLASS, and
#define TITLE_MAX 1024 // of a title
// A program opens its menu beside its icon, which for so long is where it was clicked on.
#define OUT_MS 3000
#define BESIDE (-4 * RA_ICON_SIDE)

// _NET_SYSTEM_TRAY_OPCODE and _XEMBED.
enum { REQUEST_DOCK = 0 };
enum { EMBEDDED_NOTIFY = 0, XEMBED_VERSION = 0, XEMBED_MAPPED = 1 << 0 };

typedef struct {
    RaTrayIcon pub;
    Window icon, around; // the program's, ours
    int x, y;            // of ours, on the screen
    bool embedded, told;
    int depth;
    Pixmap pixmap; // None: to be named anew
    Damage damage;
    bool stale; // its picture
} Docked;

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

static void
docked_free(RaDock *dock, Docked *i)
{
    Display *dpy = dock->conn->dpy;

    if (i->pixmap != None)
        XFreePixmap(dpy, i->pixmap);
    if (i->damage != None)
        XDamageDestroy(dpy, i->damage);
    XDestroyWindow(dpy, i->around);
    g_clear_pointer(&i->pub.bgra, g_bytes_unref);
    g_free(i->pub.name);
    g_free(i->pub.title);
    g_free(i);
}

static Docked *
find(const RaDock *dock, guint32 id)
{
    for (guint n = 0; n < dock->icons->len; n++) {
        Docked *i = dock->icons->pdata[n];
        if (i->pub.id == id)
            return i;
    }
    return NULL;
}

static Docked *
by_window(const RaDock *dock, Window window)
{
    for (guint n = 0; n < dock->icons->len; n++) {
        Docked *i = dock->icons->pdata[n];
        if (i->icon == window || i->around == window)
            return i;
    }
    return NULL;
}

// Where it is on the screen, which its own events do not say. Wine finds by it whom a press is for.
static void
tell_place(RaDock *dock, const Docked *i)
{
    XEvent place = {.xconfigure = {.type = ConfigureNotify,
                                   .event = i->icon,
                                   .window = i->icon,
                                   .x = i->x,
                                   .y = i->y,
                                   .width = RA_ICON_SIDE,
                                   .height = RA_ICON_SIDE}};

    XSendEvent(dock->conn->dpy, i->icon, False, StructureNotifyMask, &place);
}

static void
move(RaDock *dock, Docked *i, int x, int y)
{
    if (i->x == x && i->y == y)
        return;
    i->x = x;
    i->y = y;
    XMoveWindow(dock->conn->dpy, i->around, x, y);
    tell_place(dock, i);
}

static void
tell(RaDock *dock, Docked *i)
{
    if (!i->pub.bgra)
        return;
    i->told = true;
    dock->events.changed(&i->pub, dock->user);
}

static void
remove_icon(RaDock *dock, Docked *i)
{
    guint32 id = i->pub.id;
    bool told = i->told;

    g_ptr_array_remove(dock->icons, i);
    docked_free(dock, i);
    if (told)
        dock->events.gone(id, dock->user);
}

// ---- how it looks

// Of a premultiplied picture; NULL where there is nothing.
static GBytes *
straight(const guint8 *bgra, bool alpha)
{
    const gsize size = (gsize)RA_ICON_SIDE * RA_ICON_SIDE * 4;
    guint8 *to = g_malloc(size);
    bool empty = true;

    for (gsize n = 0; n < size; n += 4) {
        guint a = alpha ? bgra[n + 3] : 255;
        for (gsize c = 0; c < 3; c++)
            to[n + c] = a == 0 ? 0 : (guint8)MIN(255, (bgra[n + c] * 255u + a / 2) / a);
        to[n + 3] = (guint8)a;
        empty = empty && a == 0;
    }
    if (!empty)
        return g_bytes_new_take(to, size);
    g_free(to);
    return NULL;
}

static void
look_at(RaDock *dock, Docked *i)
{
    const RaRect all = {0, 0, RA_ICON_SIDE, RA_ICON_SIDE};
    RaConn *conn = dock->conn;
    RaPixels pixels;

    i->stale = false;
    XDamageSubtract(conn->dpy, i->damage, None, None);
    if (i->pixmap == None)
        i->pixmap = XCompositeNameWindowPixmap(conn->dpy, i->around);
    if (!ra_capture_take(dock->capture, i->pixmap, &all, 1, &pixels))
        return;
    GBytes *bgra = straight(pixels.data, i->depth == 32);
    if (!bgra || (i->pub.bgra && g_bytes_equal(bgra, i->pub.bgra))) {
        g_clear_pointer(&bgra, g_bytes_unref); // it has not drawn yet, or the same
        return;
    }
    g_clear_pointer(&i->pub.bgra, g_bytes_unref);
    i->pub.bgra = bgra;
    tell(dock, i);
}

static gboolean
on_look(gpointer user)
{
    RaDock *dock = user;

    chan_timer_clear(&dock->look);
    for (guint n = 0; n < dock->icons->len; n++) {
        Docked *i = dock->icons->pdata[n];
        if (i->stale)
            look_at(dock, i);
    }
    return G_SOURCE_REMOVE;
}

static void
look_soon(RaDock *dock, Docked *i)
{
    i->stale = true;
    if (!dock->look)
        dock->look = chan_timer_new(dock->context, LOOK_MS, on_look, dock);
}

// AWT calls all of its icons so.
static bool
is_title(const char *title)
{
    return title && *title && strcmp(title, "JavaEmbeddedFrame") != 0;
}

static void
read_title(RaDock *dock, Docked *i)
{
    RaConn *conn = dock->conn;
    g_auto(RaProp) modern = ra_prop_read(conn, i->icon, ATOM(conn, _NET_WM_NAME), TITLE_MAX / 4);
    char *title = ra_prop_text(conn, &modern);

    if (!is_title(title)) {
        g_auto(RaProp) old = ra_prop_read(conn, i->icon, XA_WM_NAME, TITLE_MAX / 4);
        g_free(title);
        title = ra_prop_text(conn, &old);
    }
    g_free(i->pub.title);
    if (!is_title(title))
        g_clear_pointer(&title, g_free);
    i->pub.title = title ? title : g_strdup("");
}

// The class of a WM_CLASS: the second of its two texts.
static void
read_name(RaDock *dock, Docked *i)
{
    g_auto(RaProp) prop = ra_prop_read(dock->conn, i->icon, XA_WM_CLASS, CLASS_MAX / 4);
    const char *data = prop.data;

    g_free(i->pub.name);
    i->pub.name = NULL;
    if (prop.format == 8 && prop.count > 0) {
        gsize first = strnlen(data, prop.count);
        if (first + 1 < prop.count)
            i->pub.name = g_utf8_make_valid(
                data + first + 1, (gssize)strnlen(data + first + 1, prop.count - first - 1));
    }
    if (!i->pub.name)
        i->pub.name = g_strdup("");
}

static guint32
pid_of(RaConn *conn, Window window)
{
    guint n = 0;
    guint32 pid = 0;

    if (conn->has_res)
        pid = ra_server_pid_take(conn->xcb, ra_server_pid_ask(conn->xcb, (xcb_window_t)window));
    if (pid != 0)
        return pid;
    g_auto(RaProp) claimed = ra_prop_read(conn, window, ATOM(conn, _NET_WM_PID), 1);
    const guint32 *items = ra_prop_items(&claimed, &n);
    return n >= 1 ? items[0] : 0;
}

// Whether its program wants it shown (XEmbed's _XEMBED_INFO: version, flags).
static void
read_info(RaDock *dock, Docked *i)
{
    guint n = 0;
    g_auto(RaProp) info = ra_prop_read(dock->conn, i->icon, ATOM(dock->conn, _XEMBED_INFO), 2);
    const guint32 *items = ra_prop_items(&info, &n);

    i->pub.hidden = n >= 2 && !(items[1] & XEMBED_MAPPED);
    if (i->pub.hidden)
        XUnmapWindow(dock->conn->dpy, i->icon);
    else
        XMapWindow(dock->conn->dpy, i->icon);
}

// ---- docking

// Depth and visual of the window; false for one that cannot be an icon.
static bool
visual_of(RaConn *conn, Window window, int *depth, Visual **visual)
{
    xcb_generic_error_t *failure = NULL;
    xcb_get_window_attributes_cookie_t cookie =
        xcb_get_window_attributes(conn->xcb, (guint32)window);
    xcb_get_window_attributes_reply_t *attributes =
        xcb_get_window_attributes_reply(conn->xcb, cookie, &failure);
    XVisualInfo wanted = {0};
    int n = 0;

    free(failure);
    if (attributes && attributes->_class == XCB_WINDOW_CLASS_INPUT_OUTPUT)
        wanted.visualid = attributes->visual;
    free(attributes);
    XVisualInfo *found =
        wanted.visualid ? XGetVisualInfo(conn->dpy, VisualIDMask, &wanted, &n) : NULL;
    bool good = n >= 1 && (found[0].depth == 24 || found[0].depth == 32);
    if (good) {
        *depth = found[0].depth;
        *visual = found[0].visual;
    }
    if (found)
        XFree(found);
    return good;
}

static Window
make_around(RaConn *conn, int depth, Visual *visual)
{
    XSetWindowAttributes attributes = {
        .override_redirect = True,
        .background_pixel = 0,
        .border_pixel = 0,
        .colormap = XCreateColormap(conn->dpy, conn->root, visual, AllocNone),
        .event_mask = SubstructureNotifyMask | SubstructureRedirectMask};
    Window window = XCreateWindow(
        conn->dpy, conn->root, BESIDE, BESIDE, RA_ICON_SIDE, RA_ICON_SIDE, 0, depth, InputOutput,
        visual, CWOverrideRedirect | CWBackPixel | CWBorderPixel | CWColormap | CWEventMask,
        &attributes);

    XFreeColormap(conn->dpy, attributes.colormap);
    return window;
}

// False where it has gone, of which nothing would tell then.
static bool
take_in(RaConn *conn, const Docked *i)
{
    xcb_generic_error_t *failure =
        xcb_request_check(conn->xcb, xcb_reparent_window_checked(conn->xcb, (xcb_window_t)i->icon,
                                                                 (xcb_window_t)i->around, 0, 0));
    bool good = failure == NULL;

    free(failure);
    return good;
}

static void
dock_window(RaDock *dock, Window window)
{
    RaConn *conn = dock->conn;
    Visual *visual;
    int depth;

    if (window == conn->root || window == conn->own || by_window(dock, window) ||
        dock->icons->len >= RA_DOCK_MAX || !visual_of(conn, window, &depth, &visual))
        return;
    Docked *i = g_new0(Docked, 1);
    i->icon = window;
    i->x = i->y = BESIDE;
    i->depth = depth;
    i->around = make_around(conn, depth, visual);
    i->damage = XDamageCreate(conn->dpy, i->around, XDamageReportNonEmpty);
    i->pub.id = RA_ICON_ID_FIRST + dock->last_id++ % (RA_ICON_ID_LAST - RA_ICON_ID_FIRST + 1);
    i->pub.pid = pid_of(conn, window);
    i->pub.name = g_strdup("");
    i->pub.title = g_strdup("");
    g_ptr_array_add(dock->icons, i);
    // If we end it is left without a window manager, not mapped, and docks again.
    XFixesChangeSaveSet(conn->dpy, window, SetModeInsert, SaveSetRoot, SaveSetUnmap);
    if (!take_in(conn, i))
        remove_icon(dock, i);
}

// Now it is no window of the window manager's any more, who had selected events of it.
static void
embed(RaDock *dock, Docked *i)
{
    RaConn *conn = dock->conn;
    XEvent notify = {
        .xclient = {.type = ClientMessage,
                    .window = i->icon,
                    .message_type = ATOM(conn, _XEMBED),
                    .format = 32,
                    .data.l = {CurrentTime, EMBEDDED_NOTIFY, 0, (long)i->around, XEMBED_VERSION}}};

    i->embedded = true;
    XSelectInput(conn->dpy, i->icon, PropertyChangeMask);
    XMoveResizeWindow(conn->dpy, i->icon, 0, 0, RA_ICON_SIDE, RA_ICON_SIDE);
    XSendEvent(conn->dpy, i->icon, False, NoEventMask, &notify);
    read_title(dock, i);
    read_name(dock, i);
    read_info(dock, i);
    XMapWindow(conn->dpy, i->around);
    look_soon(dock, i);
}

// It has the size that it has.
static void
on_configure_request(RaDock *dock, const Docked *i)
{
    XMoveResizeWindow(dock->conn->dpy, i->icon, 0, 0, RA_ICON_SIDE, RA_ICON_SIDE);
    tell_place(dock, i);
}

static void
on_property(RaDock *dock, Docked *i, Atom property)
{
    RaConn *conn = dock->conn;

    if (property == ATOM(conn, _NET_WM_NAME) || property == XA_WM_NAME)
        read_title(dock, i);
    else if (property == XA_WM_CLASS)
        read_name(dock, i);
    else if (property == ATOM(conn, _XEMBED_INFO))
        read_info(dock, i);
    else
        return;
    tell(dock, i);
}

// ---- events

// Of the window around one: what its icon does.
static bool
on_within(RaDock *dock, Docked *i, const XEvent *e)
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
        on_configure_request(dock, i);
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
        Docked *i = dock->icons->pdata[dock->icons->len - 1];
        XUnmapWindow(dock->conn->dpy, i->icon);
        XReparentWindow(dock->conn->dpy, i->icon, dock->conn->root, 0, 0);
        remove_icon(dock, i);
    }
}

static bool
on_message(RaDock *dock, const XClientMessageEvent *e)
{
    if (e->message_type != ATOM(dock->conn, _NET_SYSTEM_TRAY_OPCODE) || e->format != 32)
        return false;
    if (dock->owner && e->data.l[1] == REQUEST_DOCK)
        dock_window(dock, (Window)e->data.l[2]);
    return true;
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
        Docked *i = by_window(dock, ((const XDamageNotifyEvent *)e)->drawable);
        if (i)
            look_soon(dock, i);
        return i != NULL;
    }
    if (e->type == PropertyNotify) {
        Docked *i = by_window(dock, e->xproperty.window);
        if (i && i->embedded)
            on_property(dock, i, e->xproperty.atom);
        return false; // its time is of use
    }
    windows_of(e, &at, &about);
    Docked *i = about != None ? by_window(dock, about) : NULL;
    if (!i)
        return false;
    return about == i->around || (at == i->around && on_within(dock, i, e));
}

// ---- what is there

const RaTrayIcon *
ra_dock_icon(const RaDock *dock, guint32 id)
{
    const Docked *i = find(dock, id);

    return i && i->pub.bgra ? &i->pub : NULL;
}

const RaTrayIcon *
ra_dock_nth(const RaDock *dock, guint n)
{
    for (guint k = 0; k < dock->icons->len; k++) {
        const Docked *i = dock->icons->pdata[k];
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
        move(dock, dock->icons->pdata[n], BESIDE, BESIDE);
    XFlush(dock->conn->dpy);
}

// Above everything, also what keeps the pointer from the guest's windows, until the button is
// through: nothing is restacked before the server has had it.
static void
bring(RaDock *dock, Docked *i, const RaInputPoint *at)
{
    int x = CLAMP(at->x - RA_ICON_SIDE / 2, 0, MAX(0, at->width - RA_ICON_SIDE));
    int y = CLAMP(at->y - RA_ICON_SIDE / 2, 0, MAX(0, at->height - RA_ICON_SIDE));

    ra_dock_put_away(dock);
    dock->out = chan_timer_new(dock->context, OUT_MS, on_out, dock);
    ra_input_must_settle(dock->input);
    move(dock, i, x, y);
    XRaiseWindow(dock->conn->dpy, i->around);
    ra_input_aim(dock->input, at);
}

void
ra_dock_click(RaDock *dock, guint32 id, guint button, const RaInputPoint *at)
{
    Docked *i = find(dock, id);

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
    Docked *i = find(dock, id);

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
    ra_conn_own(conn, ATOM(conn, _NET_SYSTEM_TRAY_S0));
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
        Docked *i = dock->icons->pdata[n];
        XUnmapWindow(dock->conn->dpy, i->icon);
        XReparentWindow(dock->conn->dpy, i->icon, dock->conn->root, 0, 0);
        docked_free(dock, i);
    }
    g_ptr_array_unref(dock->icons);
    ra_capture_free(dock->capture);
    g_free(dock);
}
