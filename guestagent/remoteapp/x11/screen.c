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
    guint n_monitors; // that we named
    RaRect monitors[MONITORS_MAX];
};

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
make_mode(RaConn *conn, RROutput output, int width, int height)
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
    RRMode mode = XRRCreateMode(conn->dpy, conn->root, &info);
    if (mode != None)
        XRRAddOutputMode(conn->dpy, output, mode);
    return mode;
}

static RROutput
first_output(RaConn *conn, XRRScreenResources *resources, RRCrtc *crtc)
{
    for (int i = 0; i < resources->noutput; i++) {
        XRROutputInfo *info = XRRGetOutputInfo(conn->dpy, resources, resources->outputs[i]);
        if (!info)
            continue;
        bool usable = info->connection != RR_Disconnected && info->ncrtc > 0;
        *crtc = info->crtc != None ? info->crtc : usable ? info->crtcs[0] : None;
        XRRFreeOutputInfo(info);
        if (usable)
            return resources->outputs[i];
    }
    return None;
}

static void
switch_mode(RaScreen *screen, XRRScreenResources *resources, RRCrtc crtc, RROutput output,
            RRMode mode, const int size[2])
{
    Display *dpy = screen->conn->dpy;
    XGrabServer(dpy); // programs see the new size, never an intermediate one
    XRRSetCrtcConfig(dpy, resources, crtc, CurrentTime, 0, 0, None, RR_Rotate_0, NULL, 0);
    // 96 dots per inch: scale is published by settings.c alone.
    XRRSetScreenSize(dpy, screen->conn->root, size[0], size[1], MAX(1, millimetres(size[0])),
                     MAX(1, millimetres(size[1])));
    XRRSetCrtcConfig(dpy, resources, crtc, CurrentTime, 0, 0, mode, RR_Rotate_0, &output, 1);
    XUngrabServer(dpy);
}

static void
drop_old_modes(RaConn *conn, RROutput output, RRMode current)
{
    XRRScreenResources *resources = XRRGetScreenResourcesCurrent(conn->dpy, conn->root);
    for (int i = 0; resources && i < resources->nmode; i++) {
        const XRRModeInfo *mode = &resources->modes[i];
        if (mode->id == current || strncmp(mode->name, MODE_PREFIX, strlen(MODE_PREFIX)) != 0)
            continue;
        XRRDeleteOutputMode(conn->dpy, output, mode->id);
        XRRDestroyMode(conn->dpy, mode->id);
    }
    if (resources)
        XRRFreeScreenResources(resources);
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
    XRRScreenResources *resources = XRRGetScreenResourcesCurrent(conn->dpy, conn->root);
    if (!resources)
        return;
    RRCrtc crtc = None;
    RROutput output = first_output(conn, resources, &crtc);
    RRMode mode = find_mode(resources, size[0], size[1]);
    if (mode == None && output != None)
        mode = make_mode(conn, output, size[0], size[1]);
    if (output != None && crtc != None && mode != None) {
        switch_mode(screen, resources, crtc, output, mode, size);
        drop_old_modes(conn, output, mode);
    }
    XRRFreeScreenResources(resources);
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

void
ra_screen_set_monitors(RaScreen *screen, const RaRect *monitors, guint count)
{
    RaConn *conn = screen->conn;
    // One monitor is the output itself.
    count = count > 1 ? MIN(count, MONITORS_MAX) : 0;
    // Programs arrange themselves anew at each of these.
    if (conn->randr_event < 0 ||
        (count == screen->n_monitors &&
         memcmp(monitors, screen->monitors, count * sizeof *monitors) == 0))
        return;
    for (guint i = 0; i < screen->n_monitors; i++)
        XRRDeleteMonitor(conn->dpy, conn->root, monitor_name(conn, i));
    screen->n_monitors = count;
    memcpy(screen->monitors, monitors, count * sizeof *monitors);
    XRRScreenResources *resources = XRRGetScreenResourcesCurrent(conn->dpy, conn->root);
    RRCrtc crtc;
    RROutput output = resources ? first_output(conn, resources, &crtc) : None;
    for (guint i = 0; i < screen->n_monitors; i++) {
        XRRMonitorInfo info = {.name = monitor_name(conn, i),
                               .primary = i == 0,
                               .noutput = i == 0 && output != None,
                               .x = monitors[i].x,
                               .y = monitors[i].y,
                               .width = monitors[i].width,
                               .height = monitors[i].height,
                               .mwidth = millimetres(monitors[i].width),
                               .mheight = millimetres(monitors[i].height),
                               .outputs = &output};
        XRRSetMonitor(conn->dpy, conn->root, &info);
    }
    // Of monitors that are only named the server sends no event that toolkits look at; of its
    // primary output it does.
    XRRSetOutputPrimary(conn->dpy, conn->root, None);
    XRRSetOutputPrimary(conn->dpy, conn->root, output);
    if (resources)
        XRRFreeScreenResources(resources);
}
