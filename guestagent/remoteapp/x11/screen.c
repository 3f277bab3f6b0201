// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/x11/screen.h"

#include <X11/extensions/Xrandr.h>
#include <stdio.h>
#include <string.h>

#define SIDE_MIN 64
#define SIDE_MAX 16384
#define MODE_PREFIX "casement-"
#define MONITORS_MAX 16

struct RaScreen {
    RaConn *conn;
    int width, height;
    bool stale;       // what the server has is not, or may not be, what is noted here
    guint n_monitors; // that we named
    RaRect monitors[MONITORS_MAX];
};

typedef struct {
    RROutput id;
    RRCrtc crtc;
} Output;

typedef struct {
    XRRScreenResources *resources;
    guint n;
    Output list[MONITORS_MAX];
} Outputs;

// At 96 dots per inch, rounded as X servers do: GTK 2 counts from them back to the size of text.
static int
millimetres(int pixels)
{
    return (pixels * 254 + 480) / 960;
}

// The server takes other millimetres only with another size.
static void
measure(RaScreen *screen)
{
    Display *dpy = screen->conn->dpy;
    int wide = millimetres(screen->width);
    int high = millimetres(screen->height);
    if (screen->conn->randr_event < 0 || wide < 1 || high < 1 ||
        (wide == DisplayWidthMM(dpy, screen->conn->screen) &&
         high == DisplayHeightMM(dpy, screen->conn->screen)))
        return;
    XGrabServer(dpy);
    XRRSetScreenSize(dpy, screen->conn->root, screen->width, screen->height + 1, wide, high);
    XRRSetScreenSize(dpy, screen->conn->root, screen->width, screen->height, wide, high);
    XUngrabServer(dpy);
}

RaScreen *
ra_screen_new(RaConn *conn)
{
    RaScreen *screen = g_new0(RaScreen, 1);
    screen->conn = conn;
    screen->stale = true;
    // Not from the connection's greeting: a predecessor may have changed it since the server began.
    XWindowAttributes root;
    if (XGetWindowAttributes(conn->dpy, conn->root, &root)) {
        screen->width = root.width;
        screen->height = root.height;
    }
    measure(screen);
    return screen;
}

void
ra_screen_free(RaScreen *screen)
{
    g_free(screen);
}

void
ra_screen_size(RaScreen *screen, int *width, int *height)
{
    *width = screen->width;
    *height = screen->height;
}

static RRMode
find_mode(const XRRScreenResources *resources, int width, int height)
{
    for (int i = 0; i < resources->nmode; i++) {
        const XRRModeInfo *mode = &resources->modes[i];
        if ((int)mode->width == width && (int)mode->height == height)
            return mode->id;
    }
    return None;
}

// Timings that no monitor will ever see: 60 frames a second without blanking.
static RRMode
make_mode(RaConn *conn, int width, int height)
{
    char name[48];
    int length = g_snprintf(name, sizeof name, MODE_PREFIX "%dx%d", width, height);
    XRRModeInfo info = {.width = (guint)width,
                        .height = (guint)height,
                        .dotClock = (gulong)width * (gulong)height * 60,
                        .hSyncStart = (guint)width,
                        .hSyncEnd = (guint)width,
                        .hTotal = (guint)width,
                        .vSyncStart = (guint)height,
                        .vSyncEnd = (guint)height,
                        .vTotal = (guint)height,
                        .name = name,
                        .nameLength = (guint)length};
    return XRRCreateMode(conn->dpy, conn->root, &info);
}

static bool
has_mode(const XRROutputInfo *info, RRMode mode)
{
    for (int i = 0; i < info->nmode; i++) {
        if (info->modes[i] == mode)
            return true;
    }
    return false;
}

// A mode of that size that the output has from then on. None: the server makes none. Looks among
// those of now: the monitor before may have brought it, and a name is taken once.
static RRMode
mode_of(RaConn *conn, RROutput output, int width, int height)
{
    XRRScreenResources *resources = XRRGetScreenResourcesCurrent(conn->dpy, conn->root);
    RRMode mode = resources ? find_mode(resources, width, height) : None;
    if (resources && mode == None)
        mode = make_mode(conn, width, height);
    XRROutputInfo *info = mode != None ? XRRGetOutputInfo(conn->dpy, resources, output) : NULL;
    if (info && !has_mode(info, mode))
        XRRAddOutputMode(conn->dpy, output, mode);
    if (info)
        XRRFreeOutputInfo(info);
    if (resources)
        XRRFreeScreenResources(resources);
    return mode;
}

static bool
is_taken(const Outputs *outputs, RRCrtc crtc)
{
    for (guint i = 0; i < outputs->n; i++) {
        if (outputs->list[i].crtc == crtc)
            return true;
    }
    return false;
}

static void
add_output(Outputs *outputs, RROutput id, const XRROutputInfo *info)
{
    RRCrtc crtc = info->crtc;
    for (int i = 0; i < info->ncrtc && crtc == None; i++) {
        if (!is_taken(outputs, info->crtcs[i]))
            crtc = info->crtcs[i];
    }
    // The dummy driver's are not connected until they have a picture, but for the first.
    if (crtc != None && !is_taken(outputs, crtc) &&
        (outputs->n > 0 || info->connection != RR_Disconnected))
        outputs->list[outputs->n++] = (Output){id, crtc};
}

static bool
load_outputs(RaConn *conn, Outputs *outputs)
{
    XRRScreenResources *resources = XRRGetScreenResourcesCurrent(conn->dpy, conn->root);
    *outputs = (Outputs){.resources = resources};
    for (int i = 0; resources && i < resources->noutput && outputs->n < MONITORS_MAX; i++) {
        XRROutputInfo *info = XRRGetOutputInfo(conn->dpy, resources, resources->outputs[i]);
        if (!info)
            continue;
        add_output(outputs, resources->outputs[i], info);
        XRRFreeOutputInfo(info);
    }
    return resources != NULL;
}

static void
free_outputs(Outputs *outputs)
{
    if (outputs->resources)
        XRRFreeScreenResources(outputs->resources);
}

static void
switch_off(RaConn *conn, const Outputs *outputs, guint from)
{
    for (guint i = from; i < outputs->n; i++)
        XRRSetCrtcConfig(conn->dpy, outputs->resources, outputs->list[i].crtc, CurrentTime, 0, 0,
                         None, RR_Rotate_0, NULL, 0);
}

static bool
show(RaConn *conn, Outputs *outputs, guint i, const RaRect *at)
{
    Output *o = &outputs->list[i];
    RRMode mode = i < outputs->n ? mode_of(conn, o->id, at->width, at->height) : None;
    return mode != None &&
           XRRSetCrtcConfig(conn->dpy, outputs->resources, o->crtc, CurrentTime, at->x, at->y, mode,
                            RR_Rotate_0, &o->id, 1) == RRSetConfigSuccess;
}

// The first output is all of the screen.
static void
show_whole(RaScreen *screen, Outputs *outputs)
{
    RaRect all = {0, 0, screen->width, screen->height};
    switch_off(screen->conn, outputs, 1);
    show(screen->conn, outputs, 0, &all);
}

// An output for each monitor: toolkits know no others. False: there are not as many, as on Xvfb.
static bool
show_each(RaScreen *screen, Outputs *outputs)
{
    if (screen->n_monitors == 0 || outputs->n < screen->n_monitors)
        return false;
    switch_off(screen->conn, outputs, screen->n_monitors);
    for (guint i = 0; i < screen->n_monitors; i++) {
        if (!show(screen->conn, outputs, i, &screen->monitors[i]))
            return false;
    }
    return true;
}

// Has the server look which outputs are connected: toolkits take no notice of others.
static void
probe(RaConn *conn)
{
    XRRScreenResources *resources = XRRGetScreenResources(conn->dpy, conn->root);
    if (resources)
        XRRFreeScreenResources(resources);
}

static bool
is_used(RaConn *conn, XRRScreenResources *resources, RRMode mode)
{
    bool used = false;
    for (int i = 0; i < resources->ncrtc && !used; i++) {
        XRRCrtcInfo *info = XRRGetCrtcInfo(conn->dpy, resources, resources->crtcs[i]);
        used = info && info->mode == mode;
        if (info)
            XRRFreeCrtcInfo(info);
    }
    return used;
}

static void
drop_mode(RaConn *conn, XRRScreenResources *resources, RRMode mode)
{
    for (int i = 0; i < resources->noutput; i++) {
        XRROutputInfo *info = XRRGetOutputInfo(conn->dpy, resources, resources->outputs[i]);
        if (info && has_mode(info, mode))
            XRRDeleteOutputMode(conn->dpy, resources->outputs[i], mode);
        if (info)
            XRRFreeOutputInfo(info);
    }
    XRRDestroyMode(conn->dpy, mode);
}

static void
drop_old_modes(RaConn *conn)
{
    XRRScreenResources *resources = XRRGetScreenResourcesCurrent(conn->dpy, conn->root);
    for (int i = 0; resources && i < resources->nmode; i++) {
        const XRRModeInfo *mode = &resources->modes[i];
        if (g_str_has_prefix(mode->name, MODE_PREFIX) && !is_used(conn, resources, mode->id))
            drop_mode(conn, resources, mode->id);
    }
    if (resources)
        XRRFreeScreenResources(resources);
}

void
ra_screen_hold(RaScreen *screen, bool hold)
{
    if (hold) {
        XGrabServer(screen->conn->dpy);
        return;
    }
    XUngrabServer(screen->conn->dpy);
    XFlush(screen->conn->dpy); // nobody else is served until then
}

void
ra_screen_resize(RaScreen *screen, int width, int height)
{
    RaConn *conn = screen->conn;
    int size[2] = {CLAMP(width, SIDE_MIN, SIDE_MAX), CLAMP(height, SIDE_MIN, SIDE_MAX)};
    if (conn->randr_event < 0 || (size[0] == screen->width && size[1] == screen->height))
        return;
    int min[2];
    int max[2];
    if (XRRGetScreenSizeRange(conn->dpy, conn->root, &min[0], &min[1], &max[0], &max[1])) {
        size[0] = CLAMP(size[0], min[0], max[0]);
        size[1] = CLAMP(size[1], min[1], max[1]);
    }
    Outputs outputs;
    if (load_outputs(conn, &outputs) && outputs.n > 0 &&
        mode_of(conn, outputs.list[0].id, size[0], size[1]) != None) {
        switch_off(conn, &outputs, 0);
        // 96 dots per inch: scale is published by settings.c alone.
        XRRSetScreenSize(conn->dpy, conn->root, size[0], size[1], MAX(1, millimetres(size[0])),
                         MAX(1, millimetres(size[1])));
        screen->stale = true;
    }
    free_outputs(&outputs);
    XWindowAttributes root;
    if (XGetWindowAttributes(conn->dpy, conn->root, &root)) {
        screen->width = root.width;
        screen->height = root.height;
    }
}

static Atom
monitor_name(RaConn *conn, guint i)
{
    char name[32];
    g_snprintf(name, sizeof name, MODE_PREFIX "%u", i);
    return XInternAtom(conn->dpy, name, False);
}

// Also those that a predecessor named.
static void
forget_monitors(RaConn *conn)
{
    int n = 0;
    XRRMonitorInfo *list = XRRGetMonitors(conn->dpy, conn->root, False, &n);
    for (guint i = 0; i < MONITORS_MAX; i++) {
        Atom name = monitor_name(conn, i);
        for (int k = 0; k < n; k++) {
            if (list[k].name == name)
                XRRDeleteMonitor(conn->dpy, conn->root, name);
        }
    }
    if (list)
        XRRFreeMonitors(list);
}

static void
name_monitors(RaScreen *screen, Outputs *outputs, bool each)
{
    RaConn *conn = screen->conn;
    for (guint i = 0; i < screen->n_monitors; i++) {
        const RaRect *r = &screen->monitors[i];
        XRRMonitorInfo info = {.name = monitor_name(conn, i),
                               .primary = i == 0,
                               .noutput = each || (i == 0 && outputs->n > 0),
                               .x = r->x,
                               .y = r->y,
                               .width = r->width,
                               .height = r->height,
                               .mwidth = millimetres(r->width),
                               .mheight = millimetres(r->height),
                               .outputs = &outputs->list[each ? i : 0].id};
        XRRSetMonitor(conn->dpy, conn->root, &info);
    }
}

void
ra_screen_set_monitors(RaScreen *screen, const RaRect *monitors, guint count)
{
    RaConn *conn = screen->conn;
    // One monitor is the output itself.
    count = count > 1 ? MIN(count, MONITORS_MAX) : 0;
    // Programs arrange themselves anew at each of these.
    if (conn->randr_event < 0 ||
        (!screen->stale && count == screen->n_monitors &&
         memcmp(monitors, screen->monitors, count * sizeof *monitors) == 0))
        return;
    screen->n_monitors = count;
    memcpy(screen->monitors, monitors, count * sizeof *monitors);
    Outputs outputs;
    load_outputs(conn, &outputs);
    forget_monitors(conn);
    bool each = show_each(screen, &outputs);
    if (!each)
        show_whole(screen, &outputs);
    name_monitors(screen, &outputs, each);
    // Of monitors that are only named the server sends no event that toolkits look at; of its
    // primary output it does.
    if (!each)
        XRRSetOutputPrimary(conn->dpy, conn->root, None);
    XRRSetOutputPrimary(conn->dpy, conn->root, outputs.n > 0 ? outputs.list[0].id : None);
    free_outputs(&outputs);
    drop_old_modes(conn);
    probe(conn);
    screen->stale = false;
}
