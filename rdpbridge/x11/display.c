// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/x11/display.h"

#include "channel/glib/steady.h"

#include <X11/XKBlib.h>
#include <X11/Xutil.h>
#include <X11/extensions/XInput2.h>
#include <X11/extensions/XShm.h>
#include <X11/extensions/Xfixes.h>
#include <X11/extensions/Xrandr.h>
#include <X11/extensions/sync.h>
#include <errno.h>
#include <gio/gio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>
#include <xcb/shm.h>

#define EVENTS_A_TURN 2000

typedef struct {
    GSource source;
    HostDisplay *x;
    gpointer tag;
} DisplaySource;

static HostDisplay *the_display; // Xlib's error handlers carry no user pointer

static int
on_x_error(Display *dpy, XErrorEvent *e)
{
    g_debug("X error %d for request %d.%d, resource 0x%lx", e->error_code, e->request_code,
            e->minor_code, e->resourceid);
    if (the_display && the_display->handler)
        the_display->handler->failed(e->serial, the_display->user);
    return 0;
}

static int
on_io_error(Display *dpy)
{
    return 0;
}

static void
on_display_lost(Display *dpy, void *user)
{
    g_message("the display was lost; its windows went with it");
    _exit(HOST_EXIT_DISPLAY_LOST);
}

// True where rows of BGRX pixels are what the visual wants.
static bool
takes_bgrx(const XVisualInfo *v)
{
    return v->red_mask == 0xff0000 && v->green_mask == 0xff00 && v->blue_mask == 0xff;
}

static bool
find_visual(HostDisplay *x, int depth, HostVisual *out)
{
    XVisualInfo info;
    int screen = DefaultScreen(x->dpy);

    if (!XMatchVisualInfo(x->dpy, screen, depth, TrueColor, &info) || !takes_bgrx(&info) ||
        ImageByteOrder(x->dpy) != LSBFirst)
        return false;
    out->depth = depth;
    out->visual = info.visual;
    if (info.visual == DefaultVisual(x->dpy, screen))
        out->colormap = DefaultColormap(x->dpy, screen);
    else
        out->colormap = XCreateColormap(x->dpy, x->root, info.visual, AllocNone);
    Pixmap pixmap = XCreatePixmap(x->dpy, x->root, 1, 1, (unsigned)depth);
    XGCValues values = {.graphics_exposures = False};
    out->gc = XCreateGC(x->dpy, pixmap, GCGraphicsExposures, &values);
    XFreePixmap(x->dpy, pixmap);
    return true;
}

// Passing descriptors over anything but a Unix socket would break the connection, and a proxy may
// lose them: try it with a page of memory.
static bool
try_shm_fd(HostDisplay *x)
{
    struct sockaddr_storage address = {0};
    socklen_t length = sizeof address;

    if (getsockname(ConnectionNumber(x->dpy), (struct sockaddr *)&address, &length) < 0 ||
        address.ss_family != AF_UNIX)
        return false;
    int fd = memfd_create("casement-probe", MFD_CLOEXEC);
    if (fd < 0 || ftruncate(fd, 4096) < 0) {
        if (fd >= 0)
            close(fd);
        return false;
    }
    xcb_shm_seg_t segment = xcb_generate_id(x->xcb);
    xcb_generic_error_t *failure =
        xcb_request_check(x->xcb, xcb_shm_attach_fd_checked(x->xcb, segment, fd, 1));
    bool works = !failure;
    free(failure);
    if (works)
        xcb_shm_detach(x->xcb, segment);
    return works;
}

// For servers whose extension is there and does not work.
static bool
avoided(const char *extension)
{
    const char *avoid = g_getenv("CASEMENT_VIEW_AVOID");
    g_auto(GStrv) list = g_strsplit(avoid ? avoid : "", ",", 8);

    return g_strv_contains((const char *const *)list, extension);
}

static void
query_shm(HostDisplay *x)
{
    int major = 0, minor = 0;
    Bool pixmaps = False;

    x->shm_completion = -1;
    // The Xlib call also teaches Xlib to convert the completion event.
    if (avoided("shm") || !XShmQueryExtension(x->dpy) ||
        !XShmQueryVersion(x->dpy, &major, &minor, &pixmaps))
        return;
    if (major < 1 || (major == 1 && minor < 2))
        return;
    x->shm_fds = try_shm_fd(x);
    if (x->shm_fds)
        x->shm_completion = XShmGetEventBase(x->dpy) + ShmCompletion;
}

// The extension is there since 23.1; before that its monitors are named so.
static bool
find_xwayland(HostDisplay *x)
{
    int opcode, event, error;
    bool found = XQueryExtension(x->dpy, "XWAYLAND", &opcode, &event, &error);
    XRRScreenResources *all =
        x->randr_event >= 0 && !found ? XRRGetScreenResourcesCurrent(x->dpy, x->root) : NULL;

    for (int i = 0; all && !found && i < all->noutput; i++) {
        XRROutputInfo *output = XRRGetOutputInfo(x->dpy, all, all->outputs[i]);
        found = output && g_str_has_prefix(output->name, "XWAYLAND");
        if (output)
            XRRFreeOutputInfo(output);
    }
    if (all)
        XRRFreeScreenResources(all);
    return found;
}

static void
query_extensions(HostDisplay *x)
{
    int event, error, opcode, major = 2, minor = 2;

    x->xi_opcode = -1;
    if (!avoided("xinput") && XQueryExtension(x->dpy, "XInputExtension", &opcode, &event, &error) &&
        XIQueryVersion(x->dpy, &major, &minor) == Success && (major > 2 || minor >= 1))
        x->xi_opcode = opcode;
    x->has_touch = x->xi_opcode >= 0 && (major > 2 || minor >= 2);
    int xkb_major = XkbMajorVersion, xkb_minor = XkbMinorVersion;
    x->xkb_event = -1;
    if (XkbQueryExtension(x->dpy, &opcode, &event, &error, &xkb_major, &xkb_minor)) {
        x->xkb_event = event;
        XkbSetDetectableAutoRepeat(x->dpy, True, NULL);
    }
    x->has_sync =
        XSyncQueryExtension(x->dpy, &event, &error) && XSyncInitialize(x->dpy, &major, &minor);
    major = 1, minor = 5;
    bool randr = XRRQueryExtension(x->dpy, &event, &error) &&
                 XRRQueryVersion(x->dpy, &major, &minor) && (major > 1 || minor >= 5);
    x->randr_event = randr ? event : -1;
    bool xfixes = XFixesQueryExtension(x->dpy, &event, &error) &&
                  XFixesQueryVersion(x->dpy, &major, &minor) && major >= 2;
    x->xfixes_event = xfixes ? event : -1;
    x->is_xwayland = find_xwayland(x);
    query_shm(x);
}

HostDisplay *
host_display_open(GError **error)
{
    const char *name = XDisplayName(NULL);
    Display *dpy = XOpenDisplay(NULL);

    if (!dpy) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                    *name ? "cannot open the X display \"%s\": is it running, and may this user "
                            "use it (XAUTHORITY)?"
                          : "no X display: DISPLAY is not set%s",
                    name);
        return NULL;
    }
    g_autoptr(HostDisplay) x = g_new0(HostDisplay, 1);
    x->dpy = dpy;
    x->xcb = XGetXCBConnection(dpy);
    x->root = DefaultRootWindow(dpy);
    the_display = x;
    XSetErrorHandler(on_x_error);
    XSetIOErrorHandler(on_io_error);
    XSetIOErrorExitHandler(dpy, on_display_lost, NULL);
    if (!find_visual(x, 24, &x->opaque)) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                    "the X display \"%s\" has no 24 bit TrueColor visual", name);
        return NULL;
    }
    if (!find_visual(x, 32, &x->alpha))
        x->alpha = x->opaque;
    host_atoms_intern(dpy, x->atoms);
    x->leader = XCreateSimpleWindow(dpy, x->root, -10, -10, 1, 1, 0, 0, 0);
    XSelectInput(dpy, x->leader, PropertyChangeMask);
    query_extensions(x);
    return g_steal_pointer(&x);
}

void
host_display_close(HostDisplay *x)
{
    if (!x)
        return;
    if (x->source) {
        g_source_destroy(x->source);
        g_source_unref(x->source);
    }
    x->handler = NULL;
    if (x->alpha.gc && x->alpha.gc != x->opaque.gc)
        XFreeGC(x->dpy, x->alpha.gc);
    if (x->opaque.gc)
        XFreeGC(x->dpy, x->opaque.gc);
    XCloseDisplay(x->dpy);
    the_display = NULL;
    g_free(x);
}

// XPending flushes (what was sent by XCB it does not see), and flushing may read events into Xlib's
// queue, where poll does not see them.
static gboolean
source_prepare(GSource *source, gint *timeout)
{
    HostDisplay *x = ((DisplaySource *)source)->x;

    *timeout = -1;
    xcb_flush(x->xcb);
    return XPending(x->dpy) > 0;
}

static gboolean
source_check(GSource *source)
{
    DisplaySource *s = (DisplaySource *)source;

    return g_source_query_unix_fd(source, s->tag) != 0 || XPending(s->x->dpy) > 0;
}

static gboolean
source_dispatch(GSource *source, GSourceFunc callback, gpointer user)
{
    HostDisplay *x = ((DisplaySource *)source)->x;

    for (int i = 0; i < EVENTS_A_TURN && XPending(x->dpy) > 0; i++) {
        XEvent event;
        XNextEvent(x->dpy, &event);
        if (event.type == GenericEvent)
            XGetEventData(x->dpy, &event.xcookie);
        x->handler->event(&event, x->user);
        if (event.type == GenericEvent)
            XFreeEventData(x->dpy, &event.xcookie);
    }
    x->handler->drained(x->user);
    return G_SOURCE_CONTINUE;
}

static GSourceFuncs source_funcs = {source_prepare, source_check, source_dispatch,
                                    NULL,           NULL,         NULL};

void
host_display_attach(HostDisplay *x, GMainContext *context, const HostDisplayHandler *handler,
                    gpointer user)
{
    x->handler = handler;
    x->user = user;
    x->source = g_source_new(&source_funcs, sizeof(DisplaySource));
    DisplaySource *s = (DisplaySource *)x->source;
    s->x = x;
    s->tag = g_source_add_unix_fd(x->source, ConnectionNumber(x->dpy), G_IO_IN | G_IO_HUP);
    chan_source_keep_polled(x->source);
    g_source_attach(x->source, context);
}

void *
host_display_property(HostDisplay *x, const HostPropertyQuery *q, unsigned long *n_items)
{
    Atom type = None;
    int format = 0;
    unsigned long n = 0, left = 0;
    unsigned char *data = NULL;
    long longs = (long)((q->max_items * (unsigned long)q->format / 8 + 3) / 4);

    if (n_items)
        *n_items = 0;
    if (XGetWindowProperty(x->dpy, q->window, q->property, 0, longs, False, q->type, &type, &format,
                           &n, &left, &data) != Success)
        return NULL;
    if (!data || format != q->format || n == 0 || (q->type != AnyPropertyType && type != q->type)) {
        if (data)
            XFree(data);
        return NULL;
    }
    if (n_items)
        *n_items = n;
    return data;
}

void
host_display_set_longs(HostDisplay *x, Window window, Atom property, Atom type, const long *values,
                       int n)
{
    XChangeProperty(x->dpy, window, property, type, 32, PropModeReplace,
                    (const unsigned char *)values, n);
}

void
host_display_tell_root(HostDisplay *x, Window window, HostAtom type, const long data[5])
{
    XEvent e = {
        .xclient = {
            .type = ClientMessage, .window = window, .message_type = x->atoms[type], .format = 32}};

    for (int i = 0; i < 5; i++)
        e.xclient.data.l[i] = data[i];
    XSendEvent(x->dpy, x->root, False, SubstructureNotifyMask | SubstructureRedirectMask, &e);
}
