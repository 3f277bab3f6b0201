// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/x11/docked.h"

#include "guestagent/remoteapp/x11/server_pid.h"

#include <X11/Xatom.h>
#include <X11/Xutil.h>
#include <X11/extensions/Xcomposite.h>
#include <X11/extensions/Xfixes.h>
#include <string.h>

#define CLASS_MAX 256  // bytes of a WM_CLASS, and
#define TITLE_MAX 1024 // of a title

// _XEMBED.
enum { EMBEDDED_NOTIFY = 0, XEMBED_VERSION = 0, XEMBED_MAPPED = 1 << 0 };

// ---- its place

// Where it is on the screen, which its own events do not say. Wine finds by it whom a press is for.
static void
tell_place(RaConn *conn, const RaDocked *i)
{
    XEvent place = {.xconfigure = {.type = ConfigureNotify,
                                   .event = i->icon,
                                   .window = i->icon,
                                   .x = i->x,
                                   .y = i->y,
                                   .width = RA_ICON_SIDE,
                                   .height = RA_ICON_SIDE}};

    XSendEvent(conn->dpy, i->icon, False, StructureNotifyMask, &place);
}

void
ra_docked_move(RaConn *conn, RaDocked *i, int x, int y)
{
    if (i->x == x && i->y == y)
        return;
    i->x = x;
    i->y = y;
    XMoveWindow(conn->dpy, i->around, x, y);
    tell_place(conn, i);
}

void
ra_docked_keep_size(RaConn *conn, const RaDocked *i)
{
    XMoveResizeWindow(conn->dpy, i->icon, 0, 0, RA_ICON_SIDE, RA_ICON_SIDE);
    tell_place(conn, i);
}

// ---- its picture

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

bool
ra_docked_look(RaConn *conn, RaCapture *capture, RaDocked *i)
{
    const RaRect all = {0, 0, RA_ICON_SIDE, RA_ICON_SIDE};
    RaPixels pixels;

    i->stale = false;
    XDamageSubtract(conn->dpy, i->damage, None, None);
    if (i->pixmap == None)
        i->pixmap = XCompositeNameWindowPixmap(conn->dpy, i->around);
    if (!ra_capture_take(capture, i->pixmap, &all, 1, &pixels)) {
        XFreePixmap(conn->dpy, i->pixmap);
        i->pixmap = None;
        return false;
    }
    GBytes *bgra = straight(pixels.data, i->depth == 32);
    if (!bgra || (i->pub.bgra && g_bytes_equal(bgra, i->pub.bgra))) {
        g_clear_pointer(&bgra, g_bytes_unref); // it has not drawn yet, or the same
        return false;
    }
    g_clear_pointer(&i->pub.bgra, g_bytes_unref);
    i->pub.bgra = bgra;
    return true;
}

// ---- what it says of itself

// AWT calls all of its icons so.
static bool
is_title(const char *title)
{
    return title && *title && strcmp(title, "JavaEmbeddedFrame") != 0;
}

static void
read_title(RaConn *conn, RaDocked *i)
{
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
read_name(RaConn *conn, RaDocked *i)
{
    g_auto(RaProp) prop = ra_prop_read(conn, i->icon, XA_WM_CLASS, CLASS_MAX / 4);
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
read_info(RaConn *conn, RaDocked *i)
{
    guint n = 0;
    g_auto(RaProp) info = ra_prop_read(conn, i->icon, ATOM(conn, _XEMBED_INFO), 2);
    const guint32 *items = ra_prop_items(&info, &n);

    i->pub.hidden = n >= 2 && !(items[1] & XEMBED_MAPPED);
    if (i->pub.hidden)
        XUnmapWindow(conn->dpy, i->icon);
    else
        XMapWindow(conn->dpy, i->icon);
}

bool
ra_docked_property(RaConn *conn, RaDocked *i, Atom property)
{
    if (property == ATOM(conn, _NET_WM_NAME) || property == XA_WM_NAME)
        read_title(conn, i);
    else if (property == XA_WM_CLASS)
        read_name(conn, i);
    else if (property == ATOM(conn, _XEMBED_INFO))
        read_info(conn, i);
    else
        return false;
    return true;
}

// ---- life cycle

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
        conn->dpy, conn->root, RA_DOCKED_BESIDE, RA_DOCKED_BESIDE, RA_ICON_SIDE, RA_ICON_SIDE, 0,
        depth, InputOutput, visual,
        CWOverrideRedirect | CWBackPixel | CWBorderPixel | CWColormap | CWEventMask, &attributes);

    XFreeColormap(conn->dpy, attributes.colormap);
    return window;
}

// False where it has gone, of which nothing would tell then.
static bool
take_in(RaConn *conn, const RaDocked *i)
{
    xcb_generic_error_t *failure =
        xcb_request_check(conn->xcb, xcb_reparent_window_checked(conn->xcb, (xcb_window_t)i->icon,
                                                                 (xcb_window_t)i->around, 0, 0));
    bool good = failure == NULL;

    free(failure);
    return good;
}

void
ra_docked_free(RaConn *conn, RaDocked *i)
{
    Display *dpy = conn->dpy;

    if (i->pixmap != None)
        XFreePixmap(dpy, i->pixmap);
    if (i->damage != None)
        XDamageDestroy(dpy, i->damage);
    XDestroyWindow(dpy, i->around);
    g_clear_pointer(&i->pub.bgra, g_bytes_unref);
    ra_balloon_clear(&i->balloon);
    g_free(i->pub.name);
    g_free(i->pub.title);
    g_free(i);
}

RaDocked *
ra_docked_new(RaConn *conn, guint32 id, Window icon)
{
    Visual *visual;
    int depth;

    if (!visual_of(conn, icon, &depth, &visual))
        return NULL;
    RaDocked *i = g_new0(RaDocked, 1);
    i->icon = icon;
    i->x = i->y = RA_DOCKED_BESIDE;
    i->depth = depth;
    i->around = make_around(conn, depth, visual);
    i->damage = XDamageCreate(conn->dpy, i->around, XDamageReportNonEmpty);
    i->pub.id = id;
    i->pub.pid = pid_of(conn, icon);
    i->pub.name = g_strdup("");
    i->pub.title = g_strdup("");
    // If we end it is left without a window manager, not mapped, and docks again.
    XFixesChangeSaveSet(conn->dpy, icon, SetModeInsert, SaveSetRoot, SaveSetUnmap);
    if (take_in(conn, i))
        return i;
    ra_docked_free(conn, i);
    return NULL;
}

void
ra_docked_embed(RaConn *conn, RaDocked *i)
{
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
    read_title(conn, i);
    read_name(conn, i);
    read_info(conn, i);
    XMapWindow(conn->dpy, i->around);
}
