// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/x11/menu_grab.h"

#include "rdpbridge/limits.h"
#include "rdpbridge/x11/windows.h"

#include <X11/extensions/XInput2.h>

struct HostMenuGrab {
    View *view;
    int device;
    Window window;  // that has it, None: nobody
    uint64_t spent; // the press (View's presses) after which the click outside was made
};

HostMenuGrab *
host_menu_grab_new(View *view)
{
    HostMenuGrab *g = g_new0(HostMenuGrab, 1);

    g->view = view;
    return g;
}

void
host_menu_grab_free(HostMenuGrab *g)
{
    g_free(g);
}

// Toolkits grab for these; not for tooltips, notices or what is dragged.
static bool
is_menu(const HostWindow *w)
{
    const uint32_t menus = 1u << CHAN_TYPE_MENU | 1u << CHAN_TYPE_DROPDOWN_MENU |
                           1u << CHAN_TYPE_POPUP_MENU | 1u << CHAN_TYPE_COMBO;

    return w->mapped && w->wanted.override_redirect && w->kind == VIEW_KIND_POPUP &&
           w->wanted.has_props && (menus >> w->wanted.props.type & 1) != 0;
}

static HostWindow *
open_menu(HostMenuGrab *g)
{
    HostWindow *former = g->window ? host_windows_by_xid(g->view->windows, g->window) : NULL;
    GHashTableIter iter;
    gpointer window;

    if (former && is_menu(former))
        return former;
    host_windows_iter(g->view->windows, &iter);
    while (g_hash_table_iter_next(&iter, NULL, &window))
        if (is_menu(window))
            return window;
    return NULL;
}

// Of our windows each has its events as without it; what is elsewhere comes to the menu's.
static void
grab(HostMenuGrab *g, Window xid)
{
    Display *dpy = g->view->x->dpy;
    unsigned char bits[XIMaskLen(XI_LASTEVENT)] = {0};
    XIEventMask mask = {.mask_len = sizeof bits, .mask = bits};

    XISetMask(bits, XI_Motion);
    XISetMask(bits, XI_ButtonPress);
    XISetMask(bits, XI_ButtonRelease);
    if (XIGetClientPointer(dpy, None, &g->device) &&
        XIGrabDevice(dpy, g->device, xid, CurrentTime, None, XIGrabModeAsync, XIGrabModeAsync, True,
                     &mask) == XIGrabSuccess)
        g->window = xid;
}

static void
ungrab(HostMenuGrab *g)
{
    if (g->window != None)
        XIUngrabDevice(g->view->x->dpy, g->device, CurrentTime);
    g->window = None;
}

void
host_menu_grab_update(HostMenuGrab *g)
{
    const HostWindow *menu = open_menu(g);

    if (menu && menu->xid == g->window)
        return;
    ungrab(g); // it went with its window in any case
    if (menu && g->view->presses != g->spent &&
        view_pressed_within(g->view, LIMIT_POPUP_AFTER_PRESS_MS))
        grab(g, menu->xid);
}

bool
host_menu_grab_active(const HostMenuGrab *g)
{
    return g->window != None;
}

void
host_menu_grab_end(HostMenuGrab *g)
{
    g->spent = g->view->presses;
    ungrab(g);
    XFlush(g->view->x->dpy);
}
