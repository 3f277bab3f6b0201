// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/x11/conn.h"

#include "channel/glib/steady.h"

#include <X11/XKBlib.h>
#include <X11/Xlib-xcb.h>
#include <X11/Xutil.h>
#include <X11/extensions/XTest.h>
#include <X11/extensions/Xcomposite.h>
#include <X11/extensions/Xdamage.h>
#include <X11/extensions/Xfixes.h>
#include <X11/extensions/Xrandr.h>
#include <X11/extensions/shape.h>
#include <gio/gio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xcb/res.h>
#include <xcb/shm.h>

// Xlib has one handler of each kind for the process: ours answer for our displays only.
static GSList *our_displays;
static XErrorHandler others_handler;
static XIOErrorHandler others_io_handler;

static int
on_error(Display *dpy, XErrorEvent *event)
{
    if (!g_slist_find(our_displays, dpy))
        return others_handler ? others_handler(dpy, event) : 0;
    g_debug("X error %d of request %d.%d on 0x%lx", event->error_code, event->request_code,
            event->minor_code, event->resourceid);
    return 0;
}

// Returns, other than Xlib's, which ends the process; on_connection_lost comes next.
static int
on_io_error(Display *dpy)
{
    return g_slist_find(our_displays, dpy) || !others_io_handler ? 0 : others_io_handler(dpy);
}

static void
on_connection_lost(Display *dpy, void *user)
{
    RaConn *conn = user;
    conn->lost = true;
}

// Pixmaps in shared memory (MIT-SHM 1.1) of the form that windows have.
static void
ask_for_shm_pixmaps(RaConn *conn)
{
    if (!conn->has_shm)
        return;
    xcb_shm_query_version_reply_t *reply =
        xcb_shm_query_version_reply(conn->xcb, xcb_shm_query_version(conn->xcb), NULL);
    conn->has_shm_pixmaps =
        reply && reply->shared_pixmaps && reply->pixmap_format == XCB_IMAGE_FORMAT_Z_PIXMAP;
    free(reply);
}

static bool
find_extensions(RaConn *conn, GError **error)
{
    int first;
    int base;
    int major = 0;
    int minor = 4;
    const char *missing = NULL;
    if (!XCompositeQueryExtension(conn->dpy, &base, &first) ||
        !XCompositeQueryVersion(conn->dpy, &major, &minor) || (major == 0 && minor < 2))
        missing = "Composite 0.2";
    if (!XDamageQueryExtension(conn->dpy, &conn->damage_event, &first))
        missing = "DAMAGE";
    else
        XDamageQueryVersion(conn->dpy, &major, &minor);
    if (!XFixesQueryExtension(conn->dpy, &conn->fixes_event, &first))
        missing = "XFIXES";
    else
        XFixesQueryVersion(conn->dpy, &major, &minor);
    if (missing) {
        g_set_error(
            error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
            "The X server %s lacks the extension %s; use Xorg with the dummy driver, or Xvfb",
            DisplayString(conn->dpy), missing);
        return false;
    }
    conn->has_shape = XShapeQueryExtension(conn->dpy, &conn->shape_event, &first) &&
                      XShapeQueryVersion(conn->dpy, &major, &minor) &&
                      (major > 1 || (major == 1 && minor >= 1)); // 1.1: shapes of input
    if (!XRRQueryExtension(conn->dpy, &conn->randr_event, &first) ||
        !XRRQueryVersion(conn->dpy, &major, &minor) || (major == 1 && minor < 2))
        conn->randr_event = -1;
    major = XkbMajorVersion;
    minor = XkbMinorVersion;
    if (!XkbQueryExtension(conn->dpy, &base, &conn->xkb_event, &first, &major, &minor))
        conn->xkb_event = -1;
    conn->has_xtest = XTestQueryExtension(conn->dpy, &base, &first, &major, &minor);
    const xcb_query_extension_reply_t *shm = xcb_get_extension_data(conn->xcb, &xcb_shm_id);
    conn->has_shm = shm && shm->present;
    ask_for_shm_pixmaps(conn);
    const xcb_query_extension_reply_t *res = xcb_get_extension_data(conn->xcb, &xcb_res_id);
    conn->has_res = res && res->present;
    return true;
}

static void
intern_atoms(RaConn *conn)
{
    static const char *const names[] = {
#define RA_ATOM_NAME(name) #name,
        RA_ATOMS(RA_ATOM_NAME)
#undef RA_ATOM_NAME
    };
    XInternAtoms(conn->dpy, (char **)names, RA_ATOM_COUNT, False, conn->atom);
    conn->atom[RA_ATOM_TEXT_PLAIN_UTF8] = XInternAtom(conn->dpy, "text/plain;charset=utf-8", False);
    conn->atom[RA_ATOM_TEXT_HTML] = XInternAtom(conn->dpy, "text/html", False);
    conn->atom[RA_ATOM_IMAGE_PNG] = XInternAtom(conn->dpy, "image/png", False);
    conn->atom[RA_ATOM_IMAGE_BMP] = XInternAtom(conn->dpy, "image/bmp", False);
}

RaConn *
ra_conn_open(const char *display_name, GError **error)
{
    g_autoptr(RaConn) conn = g_new0(RaConn, 1);
    conn->dpy = XOpenDisplay(display_name);
    if (!conn->dpy) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_CONNECTED,
                    "Cannot open the display '%s'; is its X server running?",
                    XDisplayName(display_name));
        return NULL;
    }
    if (!our_displays) {
        others_handler = XSetErrorHandler(on_error);
        others_io_handler = XSetIOErrorHandler(on_io_error);
    }
    our_displays = g_slist_prepend(our_displays, conn->dpy);
    XSetIOErrorExitHandler(conn->dpy, on_connection_lost, conn);
    conn->xcb = XGetXCBConnection(conn->dpy);
    conn->screen = DefaultScreen(conn->dpy);
    conn->root = RootWindow(conn->dpy, conn->screen);
    if (!find_extensions(conn, error))
        return NULL;
    intern_atoms(conn);
    XSetWindowAttributes attributes = {.override_redirect = True,
                                       .event_mask = PropertyChangeMask | StructureNotifyMask};
    conn->own = XCreateWindow(conn->dpy, conn->root, -10, -10, 1, 1, 0, 0, InputOnly,
                              CopyFromParent, CWOverrideRedirect | CWEventMask, &attributes);
    return g_steal_pointer(&conn);
}

void
ra_conn_close(RaConn *conn)
{
    if (!conn)
        return;
    if (conn->dpy) {
        XCloseDisplay(conn->dpy);
        our_displays = g_slist_remove(our_displays, conn->dpy);
        if (!our_displays) {
            XSetErrorHandler(others_handler);
            XSetIOErrorHandler(others_io_handler);
        }
    }
    g_free(conn);
}

static gboolean
refuse(RaConn *conn, GError **error)
{
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_BUSY,
                "The display %s has a window manager or compositor already; end it first",
                DisplayString(conn->dpy));
    return FALSE;
}

static bool
request_fails(RaConn *conn, xcb_void_cookie_t cookie)
{
    xcb_generic_error_t *failure = xcb_request_check(conn->xcb, cookie);
    bool failed = failure != NULL;
    free(failure);
    return failed;
}

void
ra_conn_own(RaConn *conn, Window owner, Atom selection)
{
    XSetSelectionOwner(conn->dpy, selection, owner, CurrentTime);
    XEvent manager = {.xclient = {.type = ClientMessage,
                                  .window = conn->root,
                                  .message_type = ATOM(conn, MANAGER),
                                  .format = 32,
                                  .data.l = {CurrentTime, (long)selection, (long)owner}}};
    XSendEvent(conn->dpy, conn->root, False, StructureNotifyMask, &manager);
}

gboolean
ra_conn_manage(RaConn *conn, GError **error)
{
    if (XGetSelectionOwner(conn->dpy, ATOM(conn, WM_S0)) != None)
        return refuse(conn, error);
    guint32 mask = SubstructureRedirectMask | SubstructureNotifyMask | PropertyChangeMask;
    if (request_fails(conn, xcb_change_window_attributes_checked(conn->xcb, (guint32)conn->root,
                                                                 XCB_CW_EVENT_MASK, &mask)))
        return refuse(conn, error);
    ra_conn_own(conn, conn->own, ATOM(conn, WM_S0));
    XCompositeRedirectSubwindows(conn->dpy, conn->root, CompositeRedirectManual);
    XFixesSelectCursorInput(conn->dpy, conn->root, XFixesDisplayCursorNotifyMask);
    XMapWindow(conn->dpy, conn->own);
    XSync(conn->dpy, False);
    return TRUE;
}

void
ra_conn_sync(RaConn *conn)
{
    if (!conn->lost)
        XSync(conn->dpy, False);
}

bool
ra_conn_pointer_grabbed(RaConn *conn)
{
    xcb_window_t root = (xcb_window_t)conn->root;
    // Let go of at once if had, in one go: a program that grabs it meanwhile would be refused.
    // Confined to the root, since the X.Org server, as it refuses a grab that confines the pointer
    // to nothing, lets it out of the window that another one's confines it to.
    xcb_grab_pointer_cookie_t cookie =
        xcb_grab_pointer(conn->xcb, 0, root, 0, XCB_GRAB_MODE_ASYNC, XCB_GRAB_MODE_ASYNC, root,
                         XCB_NONE, XCB_CURRENT_TIME);
    xcb_ungrab_pointer(conn->xcb, XCB_CURRENT_TIME);
    g_autofree xcb_grab_pointer_reply_t *reply = xcb_grab_pointer_reply(conn->xcb, cookie, NULL);

    return reply && reply->status == XCB_GRAB_STATUS_ALREADY_GRABBED;
}

typedef struct {
    GSource source;
    RaConn *conn;
    gboolean (*ready)(gpointer user);
    void (*dispatch)(gpointer user);
    gpointer user;
} ConnSource;

static gboolean
source_prepare(GSource *source, gint *timeout_ms)
{
    ConnSource *self = (ConnSource *)source;
    *timeout_ms = -1;
    // In this order: what ready() does may still flush, and XPending flushes the rest and looks.
    return self->ready(self->user) || XPending(self->conn->dpy) > 0 || self->conn->lost;
}

static gboolean
source_check(GSource *source)
{
    ConnSource *self = (ConnSource *)source;
    return self->ready(self->user) || XPending(self->conn->dpy) > 0 || self->conn->lost;
}

static gboolean
source_dispatch(GSource *source, GSourceFunc callback, gpointer user)
{
    ConnSource *self = (ConnSource *)source;
    self->dispatch(self->user);
    return G_SOURCE_CONTINUE;
}

GSource *
ra_conn_source_new(RaConn *conn, gboolean (*ready)(gpointer user), void (*dispatch)(gpointer user),
                   gpointer user)
{
    static GSourceFuncs functions = {
        .prepare = source_prepare, .check = source_check, .dispatch = source_dispatch};
    GSource *source = g_source_new(&functions, sizeof(ConnSource));
    ConnSource *self = (ConnSource *)source;
    self->conn = conn;
    self->ready = ready;
    self->dispatch = dispatch;
    self->user = user;
    g_source_add_unix_fd(source, ConnectionNumber(conn->dpy), G_IO_IN | G_IO_HUP | G_IO_ERR);
    g_source_set_static_name(source, "X11");
    chan_source_keep_polled(source);
    return source;
}
