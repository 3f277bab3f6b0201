// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/x11/pointer_lock.h"

#include "rdpbridge/limits.h"
#include "rdpbridge/x11/focus.h"
#include "rdpbridge/x11/session.h"
#include "rdpbridge/x11/windows.h"

struct HostPointerLock {
    View *view;
    uint32_t wanted_id; // 0: none
    bool active;
    uint32_t id;
    Window xid;
    int from_x, from_y; // where the pointer goes back to, on the root
    int last_x, last_y; // in the window
    int middle_x, middle_y;
    int width, height;
    // What the device told of the movement that comes next.
    double raw_x, raw_y;
    int source; // the last device; 0: none yet
    bool tells_places;
    // What the pointer did after the server has put it in the middle counts from there.
    unsigned long put_serial;
    bool put;
    uint64_t spent; // the press (View's presses) that the last one was for
};

HostPointerLock *
host_pointer_lock_new(View *view)
{
    HostPointerLock *l = g_new0(HostPointerLock, 1);

    l->view = view;
    return l;
}

void
host_pointer_lock_free(HostPointerLock *l)
{
    g_free(l);
}

void
host_pointer_lock_wanted(HostPointerLock *l, HostWindow *w, bool wanted)
{
    if (!w || !wanted)
        l->wanted_id = w && w->id != l->wanted_id ? l->wanted_id : 0;
    else
        l->wanted_id = w->id;
}

static HostWindow *
deserving(const HostPointerLock *l, const HostWindow *under)
{
    HostWindow *w = l->wanted_id ? host_windows_find(l->view->windows, l->wanted_id) : NULL;

    if (!w || w->is_orphan || !w->viewable || !host_session_connected(l->view->session) ||
        !host_focus_is_on(l->view->focus, w->xid))
        return NULL;
    if (l->active)
        return l->xid == w->xid ? w : NULL;
    return under == w && l->view->presses != l->spent &&
                   view_pressed_within(l->view, LIMIT_LOCK_AFTER_PRESS_MS)
               ? w
               : NULL;
}

// So far from each edge that few movements end there; before the guest is told of the last.
static void
put_in_middle(HostPointerLock *l)
{
    Display *dpy = l->view->x->dpy;

    l->put_serial = NextRequest(dpy);
    l->put = true;
    XWarpPointer(dpy, None, l->xid, 0, 0, 0, 0, l->middle_x, l->middle_y);
    XFlush(dpy);
}

static void
begin(HostPointerLock *l, const HostWindow *w)
{
    Display *dpy = l->view->x->dpy;
    Window root, child;
    unsigned mask;

    if (!XQueryPointer(dpy, w->xid, &root, &child, &l->from_x, &l->from_y, &l->last_x, &l->last_y,
                       &mask) ||
        XGrabPointer(dpy, w->xid, False, ButtonPressMask | ButtonReleaseMask | PointerMotionMask,
                     GrabModeAsync, GrabModeAsync, w->xid, None, CurrentTime) != GrabSuccess)
        return;
    l->active = true;
    l->spent = l->view->presses;
    l->id = w->id;
    l->xid = w->xid;
    l->width = (int)w->notified_width;
    l->height = (int)w->notified_height;
    l->middle_x = l->width / 2;
    l->middle_y = l->height / 2;
    l->raw_x = l->raw_y = 0;
    l->source = 0;
    put_in_middle(l);
}

static void
end(HostPointerLock *l)
{
    Display *dpy = l->view->x->dpy;

    l->active = false;
    XUngrabPointer(dpy, CurrentTime);
    XWarpPointer(dpy, None, l->view->x->root, 0, 0, 0, 0, l->from_x, l->from_y);
    XFlush(dpy);
}

bool
host_pointer_lock_update(HostPointerLock *l, const HostWindow *under)
{
    const HostWindow *w = deserving(l, under);

    if (w && !l->active)
        begin(l, w);
    if (w || !l->active)
        return false;
    end(l);
    return true;
}

bool
host_pointer_lock_active(const HostPointerLock *l)
{
    return l->active;
}

uint32_t
host_pointer_lock_id(const HostPointerLock *l)
{
    return l->id;
}

// Tablets, and the pointers of most virtual machines, say where and not how far.
static bool
has_places(Display *dpy, int id)
{
    int n = 0;
    XIDeviceInfo *info = XIQueryDevice(dpy, id, &n);
    bool places = !info;

    for (int c = 0; info && c < info->num_classes; c++) {
        const XIValuatorClassInfo *v = (const XIValuatorClassInfo *)info->classes[c];
        if (v->type == XIValuatorClass && v->number <= 1 && v->mode == XIModeAbsolute)
            places = true;
    }
    if (info)
        XIFreeDeviceInfo(info);
    return places;
}

void
host_pointer_lock_raw(HostPointerLock *l, const XIRawEvent *e)
{
    const double *value = e->valuators.values;

    if (e->sourceid != l->source)
        l->tells_places = has_places(l->view->x->dpy, e->sourceid);
    l->source = e->sourceid;
    for (int i = 0; i <= 1 && i < e->valuators.mask_len * 8; i++)
        if (XIMaskIsSet(e->valuators.mask, i))
            *(i == 0 ? &l->raw_x : &l->raw_y) += *value++;
}

static bool
at_end(int at, int size)
{
    return at <= 0 || at >= size - 1;
}

// The server cuts a movement that ends at an edge; as the device told it, it is whole.
static int
whole(double raw, int seen, bool at_edge)
{
    bool onwards = seen == 0 || (raw > 0) == (seen > 0);

    return at_edge && onwards && ABS(raw) > ABS(seen)
               ? (int)CLAMP(raw, -VIEW_COORD_MAX, VIEW_COORD_MAX)
               : seen;
}

static void
mend(HostPointerLock *l, const XMotionEvent *e, int *dx, int *dy)
{
    Screen *screen = DefaultScreenOfDisplay(l->view->x->dpy);
    double x = l->raw_x, y = l->raw_y;

    l->raw_x = l->raw_y = 0;
    // What feeds places to XTEST has them for movements here.
    l->tells_places |= (x != 0 || y != 0) && (int)x == e->x_root && (int)y == e->y_root;
    if (l->tells_places)
        return;
    *dx = whole(x, *dx, at_end(e->x, l->width) || at_end(e->x_root, WidthOfScreen(screen)));
    *dy = whole(y, *dy, at_end(e->y, l->height) || at_end(e->y_root, HeightOfScreen(screen)));
}

void
host_pointer_lock_motion(HostPointerLock *l, const XMotionEvent *e, int *dx, int *dy)
{
    if (l->put && (long)(e->serial - l->put_serial) >= 0) {
        l->put = false;
        l->last_x = l->middle_x;
        l->last_y = l->middle_y;
    }
    *dx = e->x - l->last_x;
    *dy = e->y - l->last_y;
    l->last_x = e->x;
    l->last_y = e->y;
    mend(l, e, dx, dy);
    if (!l->put &&
        (ABS(e->x - l->middle_x) > l->middle_x / 4 || ABS(e->y - l->middle_y) > l->middle_y / 4))
        put_in_middle(l);
}
