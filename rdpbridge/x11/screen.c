// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/x11/screen.h"

#include "rdpbridge/x11/method.h"
#include "rdpbridge/x11/rates.h"
#include "rdpbridge/x11/seen.h"
#include "rdpbridge/x11/session.h"
#include "rdpbridge/x11/workspaces.h"
#include "rdpbridge/x11/xsettings.h"

#include <X11/Xatom.h>
#include <X11/extensions/Xfixes.h>
#include <X11/extensions/Xrandr.h>
#include <stdlib.h>
#include <string.h>

#define FRAME_GUESS_LEFT 8
#define FRAME_GUESS_TOP 40
#define RESOURCES_MAX (256 * 1024)
#define SUPPORTED_MAX 1024
#define WM_NAME_MAX 64

struct HostScreen {
    View *view;
    ViewScreen now;
    ViewRect frame;
    Atom compositor; // the selection that one owns (EWMH 1.5, _NET_WM_CM_Sn)
    bool moves_by_gravity, marks_hidden;
    Window manager; // its own window (_NET_SUPPORTING_WM_CHECK), None: there is none
    HostRates rates;
    unsigned long desktop;
    ChanWindowWorkspaces workspaces;
};

static ViewRect
bounded(long x, long y, long width, long height)
{
    return (ViewRect){(int32_t)CLAMP(x, -VIEW_COORD_MAX, VIEW_COORD_MAX),
                      (int32_t)CLAMP(y, -VIEW_COORD_MAX, VIEW_COORD_MAX),
                      (uint32_t)CLAMP(width, 1, VIEW_SIDE_MAX),
                      (uint32_t)CLAMP(height, 1, VIEW_SIDE_MAX)};
}

static void
read_monitors(HostDisplay *x, ViewScreen *s)
{
    int n = 0;
    XRRMonitorInfo *list = x->randr_event >= 0 ? XRRGetMonitors(x->dpy, x->root, True, &n) : NULL;

    for (int i = 0; i < n && s->n_monitors < VIEW_MONITORS_MAX; i++) {
        ViewRect r = bounded(list[i].x, list[i].y, list[i].width, list[i].height);
        uint32_t at = s->n_monitors++;
        s->monitors[at] = r;
        if (list[i].primary && at > 0) {
            s->monitors[at] = s->monitors[0];
            s->monitors[0] = r;
        }
    }
    if (list)
        XRRFreeMonitors(list);
    if (s->n_monitors == 0)
        s->monitors[s->n_monitors++] = s->root;
}

static uint32_t
mode_mhz(const XRRScreenResources *r, RRMode mode)
{
    for (int i = 0; i < r->nmode; i++) {
        const XRRModeInfo *m = &r->modes[i];
        if (m->id == mode)
            return host_rates_of_mode(&(HostMode){.dot_clock = m->dotClock,
                                                  .h_total = m->hTotal,
                                                  .v_total = m->vTotal,
                                                  .interlaced = m->modeFlags & RR_Interlace,
                                                  .doubled = m->modeFlags & RR_DoubleScan});
    }
    return 0;
}

static void
read_rates(HostDisplay *x, HostRates *rates)
{
    XRRScreenResources *r =
        x->randr_event >= 0 ? XRRGetScreenResourcesCurrent(x->dpy, x->root) : NULL;

    *rates = (HostRates){0};
    for (int i = 0; r && i < r->ncrtc; i++) {
        XRRCrtcInfo *crtc = XRRGetCrtcInfo(x->dpy, r, r->crtcs[i]);
        if (!crtc)
            continue;
        const ViewRect rect = bounded(crtc->x, crtc->y, crtc->width, crtc->height);
        host_rates_add(rates, &rect, mode_mhz(r, crtc->mode));
        XRRFreeCrtcInfo(crtc);
    }
    if (r)
        XRRFreeScreenResources(r);
}

static unsigned long
read_number(HostDisplay *x, HostAtom property)
{
    HostPropertyQuery query = {x->root, x->atoms[property], XA_CARDINAL, 32, 1};
    unsigned long *value = host_display_property(x, &query, NULL);
    unsigned long number = value ? value[0] & 0xffffffff : 0; // Xlib keeps a sign

    if (value)
        XFree(value);
    return number;
}

static ChanWindowWorkspaces
read_workspaces(HostDisplay *x, unsigned long current)
{
    unsigned long count = read_number(x, ATOM__NET_NUMBER_OF_DESKTOPS);

    count = MIN(count, CHAN_WORKSPACES_MAX);
    return current < count ? (ChanWindowWorkspaces){(uint32_t)count, (uint32_t)current}
                           : (ChanWindowWorkspaces){0};
}

static ViewRect
read_work_area(HostDisplay *x, const ViewRect *root, unsigned long at)
{
    HostPropertyQuery areas = {x->root, x->atoms[ATOM__NET_WORKAREA], XA_CARDINAL, 32, 4 * 64};
    unsigned long n = 0, *list = host_display_property(x, &areas, &n);
    ViewRect area = *root;

    if (list && n >= 4) {
        const unsigned long *v = &list[at < n / 4 ? at * 4 : 0];
        area = bounded((long)v[0], (long)v[1], (long)v[2], (long)v[3]);
    }
    if (list)
        XFree(list);
    return area;
}

// Xft.dpi of the resources as they are now, in 1/1024, or 0; Xlib's own copy is as old as the
// connection.
static uint32_t
read_resource_dpi(HostDisplay *x)
{
    HostPropertyQuery query = {x->root, x->atoms[ATOM_RESOURCE_MANAGER], XA_STRING, 8,
                               RESOURCES_MAX};
    char *text = host_display_property(x, &query, NULL);
    double dpi = 0;

    for (char *line = text; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (g_str_has_prefix(line, "Xft.dpi:"))
            dpi = g_ascii_strtod(line + strlen("Xft.dpi:"), NULL);
    }
    if (text)
        XFree(text);
    return dpi >= 1 && dpi <= VIEW_DPI_MAX / 1024.0 ? (uint32_t)(dpi * 1024 + 0.5) : 0;
}

static void
read_scale(HostDisplay *x, ViewScreen *s)
{
    HostScaleSettings settings = host_xsettings_read(x);
    uint32_t resource = read_resource_dpi(x);
    double dpi = settings.dpi ? settings.dpi : resource ? resource : 96 * 1024;

    s->resource_dpi = resource;
    s->settings_dpi = settings.dpi;
    s->window_scale = settings.window_scale;
    dpi = MAX(dpi, 96.0 * 1024 * settings.window_scale);
    s->scale_percent = (uint32_t)CLAMP(dpi / (96 * 1024) * 100 + 0.5, 100, 500);
}

// What the window manager does; without one nothing.
static void
read_supported(HostScreen *s)
{
    HostDisplay *x = s->view->x;
    HostPropertyQuery query = {x->root, x->atoms[ATOM__NET_SUPPORTED], XA_ATOM, 32, SUPPORTED_MAX};
    unsigned long n = 0, *list = host_display_property(x, &query, &n);

    s->moves_by_gravity = s->marks_hidden = false;
    for (unsigned long i = 0; i < n; i++) {
        if (list[i] == x->atoms[ATOM__NET_WM_STATE_FOCUSED])
            s->now.looks |= CHAN_LOOKS_FOCUS_MARKED;
        if (list[i] == x->atoms[ATOM__GTK_FRAME_EXTENTS])
            s->now.looks |= CHAN_LOOKS_OWN_SHADOWS;
        if (list[i] == x->atoms[ATOM__GTK_EDGE_CONSTRAINTS])
            s->now.looks |= CHAN_LOOKS_EDGES;
        if (list[i] == x->atoms[ATOM__NET_WM_FULLSCREEN_MONITORS])
            s->now.looks |= CHAN_LOOKS_MONITORS;
        s->moves_by_gravity |= list[i] == x->atoms[ATOM__NET_MOVERESIZE_WINDOW];
        s->marks_hidden |= list[i] == x->atoms[ATOM__NET_WM_STATE_HIDDEN];
    }
    if (list)
        XFree(list);
}

// _NET_SUPPORTING_WM_CHECK (EWMH): the window manager's own window, which has the same property. On
// the root window it stays when the window manager was killed.
static Window
read_check(HostDisplay *x, Window window)
{
    HostPropertyQuery query = {window, x->atoms[ATOM__NET_SUPPORTING_WM_CHECK], XA_WINDOW, 32, 1};
    unsigned long *own = host_display_property(x, &query, NULL);
    Window found = own ? own[0] : None;

    if (own)
        XFree(own);
    return found;
}

static void
read_manager(HostScreen *s)
{
    HostDisplay *x = s->view->x;
    Window own = read_check(x, x->root);

    if (own != None && read_check(x, own) != own)
        own = None;
    if (own != None && own != s->manager)
        XSelectInput(x->dpy, own, StructureNotifyMask); // that it goes
    s->manager = own;
}

// Which of CHAN_WM_NAMES the window manager calls itself, from 1; 0: another, or none.
static uint32_t
read_wm(HostDisplay *x, Window own)
{
#define NAME(text) text,
    static const char *const names[] = {CHAN_WM_NAMES(NAME)};
#undef NAME
    G_STATIC_ASSERT(G_N_ELEMENTS(names) <= CHAN_LOOKS_WM >> CHAN_LOOKS_WM_SHIFT);
    HostPropertyQuery query = {own, x->atoms[ATOM__NET_WM_NAME], AnyPropertyType, 8, WM_NAME_MAX};
    char *name = own != None ? host_display_property(x, &query, NULL) : NULL;
    uint32_t found = 0;

    // IceWM's is followed by its version.
    for (uint32_t i = 0; name && !found && i < G_N_ELEMENTS(names); i++)
        if (strcmp(name, names[i]) == 0 ||
            (g_str_has_prefix(name, "IceWM ") && strcmp(names[i], "IceWM") == 0))
            found = i + 1;
    if (name)
        XFree(name);
    return found;
}

static void
read_all(HostScreen *s)
{
    HostDisplay *x = s->view->x;
    Window root;
    int left, top;
    unsigned width = 0, height = 0, border, depth;

    memset(&s->now, 0, sizeof s->now);
    VIEW_INIT(&s->now, VIEW_MSG_SCREEN);
    XGetGeometry(x->dpy, x->root, &root, &left, &top, &width, &height, &border, &depth);
    s->now.root = bounded(0, 0, width, height);
    s->desktop = read_number(x, ATOM__NET_CURRENT_DESKTOP);
    s->workspaces = read_workspaces(x, s->desktop);
    s->now.work_area = read_work_area(x, &s->now.root, s->desktop);
    read_scale(x, &s->now);
    read_rates(x, &s->rates);
    s->now.refresh_mhz = host_rates_best(&s->rates);
    read_supported(s);
    read_manager(s);
    s->now.looks |= read_wm(x, s->manager) << CHAN_LOOKS_WM_SHIFT;
    if (XGetSelectionOwner(x->dpy, s->compositor) != None)
        s->now.looks |= CHAN_LOOKS_COMPOSITED;
    if (host_method_there(s->view->method))
        s->now.looks |= CHAN_LOOKS_INPUT_METHOD;
    read_monitors(x, &s->now);
}

static void
watch_compositor(HostScreen *s)
{
    HostDisplay *x = s->view->x;
    char name[32];

    g_snprintf(name, sizeof name, "_NET_WM_CM_S%d", DefaultScreen(x->dpy));
    s->compositor = XInternAtom(x->dpy, name, False);
    if (x->xfixes_event >= 0)
        XFixesSelectSelectionInput(x->dpy, x->root, s->compositor,
                                   XFixesSetSelectionOwnerNotifyMask |
                                       XFixesSelectionWindowDestroyNotifyMask |
                                       XFixesSelectionClientCloseNotifyMask);
}

void
host_screen_watch_windows(HostScreen *s, bool watch)
{
    HostDisplay *x = s->view->x;

    XSelectInput(x->dpy, x->root,
                 PropertyChangeMask | StructureNotifyMask | (watch ? SubstructureNotifyMask : 0));
}

HostScreen *
host_screen_new(View *view)
{
    HostScreen *s = g_new0(HostScreen, 1);

    s->view = view;
    watch_compositor(s);
    s->frame = (ViewRect){FRAME_GUESS_LEFT, FRAME_GUESS_TOP, 0, 0};
    host_screen_watch_windows(s, false);
    if (view->x->randr_event >= 0)
        XRRSelectInput(view->x->dpy, view->x->root,
                       RRScreenChangeNotifyMask | RRCrtcChangeNotifyMask);
    host_xsettings_start(view->x);
    read_all(s);
    return s;
}

void
host_screen_free(HostScreen *s)
{
    g_free(s);
}

const ViewScreen *
host_screen_get(const HostScreen *s)
{
    return &s->now;
}

static void
tell_workspaces(const HostScreen *s)
{
    ViewWorkspaces m = {.workspaces = s->workspaces};

    if (s->workspaces.count == 0)
        return;
    VIEW_INIT(&m, VIEW_MSG_WORKSPACES);
    host_session_send(s->view, &m, sizeof m);
}

void
host_screen_tell(HostScreen *s)
{
    host_session_send(s->view, &s->now, sizeof s->now);
    tell_workspaces(s);
}

void
host_screen_changed(HostScreen *s)
{
    ViewScreen before = s->now;
    ChanWindowWorkspaces workspaces = s->workspaces;

    read_all(s);
    if (memcmp(&before, &s->now, sizeof before) != 0)
        host_session_send(s->view, &s->now, sizeof s->now);
    if (memcmp(&workspaces, &s->workspaces, sizeof workspaces) != 0)
        tell_workspaces(s);
    if (workspaces.count == 0 && s->workspaces.count > 0)
        host_workspace_all_changed(s->view);
    host_seen_all_changed(s->view);
}

uint32_t
host_screen_refresh_at(const HostScreen *s, const ViewRect *window)
{
    return host_rates_at(&s->rates, window);
}

unsigned long
host_screen_desktop(const HostScreen *s)
{
    return s->desktop;
}

const ChanWindowWorkspaces *
host_screen_workspaces(const HostScreen *s)
{
    return &s->workspaces;
}

bool
host_screen_is_managed(const HostScreen *s)
{
    return s->manager != None;
}

void
host_screen_window_gone(HostScreen *s, Window xid)
{
    if (xid == s->manager)
        host_screen_changed(s);
}

bool
host_screen_marks_hidden(const HostScreen *s)
{
    return s->marks_hidden;
}

bool
host_screen_moves_by_gravity(const HostScreen *s)
{
    return s->moves_by_gravity;
}

const ViewRect *
host_screen_frame(const HostScreen *s)
{
    return &s->frame;
}

void
host_screen_learn_frame(HostScreen *s, Window xid)
{
    HostDisplay *x = s->view->x;
    unsigned long n = 0;
    unsigned long *sides = host_display_property(
        x, &(HostPropertyQuery){xid, x->atoms[ATOM__NET_FRAME_EXTENTS], XA_CARDINAL, 32, 4}, &n);

    // Left, right, top, bottom. An undecorated window's frame says nothing of the others'.
    if (sides && n == 4 && sides[2] > 0 && sides[2] < 256 && sides[0] < 256)
        s->frame = (ViewRect){(int32_t)sides[0], (int32_t)sides[2], 0, 0};
    if (sides)
        XFree(sides);
}
