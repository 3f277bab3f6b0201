// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/x11/monitors.h"

#include <X11/extensions/Xrandr.h>

#define BY_PROGRAM 1 // source indication

// By number, as Xinerama counts. FALSE: one of them is gone.
static bool
find(const ChanWindowMonitors *m, const XRRMonitorInfo *list, int n, long data[5])
{
    for (unsigned edge = 0; edge < CHAN_MONITOR_EDGES; edge++) {
        int i = 0;
        while (i < n && (list[i].x != m->edges[edge].x || list[i].y != m->edges[edge].y))
            i++;
        if (i == n)
            return false;
        data[edge] = i;
    }
    return true;
}

void
host_monitors_push(HostWindow *w)
{
    HostDisplay *x = w->view->x;
    long data[5] = {[4] = BY_PROGRAM};
    int n = 0;

    if (!w->monitors_stale || !w->mapped || w->wanted.override_redirect)
        return;
    w->monitors_stale = false;
    XRRMonitorInfo *list = x->randr_event >= 0 ? XRRGetMonitors(x->dpy, x->root, True, &n) : NULL;
    if (list && find(&w->monitors, list, n, data))
        host_display_tell_root(x, w->xid, ATOM__NET_WM_FULLSCREEN_MONITORS, data);
    if (list)
        XRRFreeMonitors(list);
}

void
host_monitors_want(HostWindow *w, const ChanWindowMonitors *monitors)
{
    w->monitors = *monitors;
    w->monitors_stale = true;
    if (w->xid)
        host_monitors_push(w);
}
