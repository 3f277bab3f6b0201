// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/x11/pointer.h"

#include "rdpbridge/limits.h"
#include "rdpbridge/x11/focus.h"
#include "rdpbridge/x11/follow.h"
#include "rdpbridge/x11/input_path.h"
#include "rdpbridge/x11/keyboard.h"
#include "rdpbridge/x11/menu_grab.h"
#include "rdpbridge/x11/pointer_lock.h"
#include "rdpbridge/x11/scroll.h"
#include "rdpbridge/x11/session.h"
#include "rdpbridge/x11/stack.h"
#include "rdpbridge/x11/touch.h"
#include "rdpbridge/x11/windows.h"

#include <X11/extensions/XInput2.h>
#include <string.h>

#define NOTCH 120
#define UNTOLD UINT32_MAX // no window's (viewproto.h)
#define OPENS_US G_USEC_PER_SEC
#define MOVE_BY_KEYBOARD 9 // and above, as directions of _NET_WM_MOVERESIZE

struct HostPointer {
    View *view;
    Window under;
    HostScroll *scroll;
    HostMenuGrab *grab;
    HostPointerLock *lock;
    HostTouch *touch;
    bool has_motion;
    ViewPointer motion; // the last one of this batch
    uint32_t held;      // bits of buttons that are down in the guest
    uint32_t held_id;   // the window they went down on
    int held_device;    // and of which device
    int32_t at_x, at_y; // the last button was pressed or let go there
    bool is_told;       // the guest has its pointer there:
    int32_t told_x, told_y;
    uint32_t told_under; // the window that the guest has at its pointer; 0: none; or UNTOLD
    bool told_alone;     // above its own
    bool watches_outside;
};

static void
select_on_root(HostPointer *p)
{
    HostDisplay *x = p->view->x;
    unsigned char bits[XIMaskLen(XI_LASTEVENT)] = {0};
    XIEventMask mask = {.deviceid = XIAllDevices, .mask_len = sizeof bits, .mask = bits};

    XISetMask(bits, XI_DeviceChanged);
    XISetMask(bits, XI_HierarchyChanged);
    XISelectEvents(x->dpy, x->root, &mask, 1);
    memset(bits, 0, sizeof bits);
    mask.deviceid = XIAllMasterDevices;
    if (p->watches_outside)
        XISetMask(bits, XI_RawButtonPress);
    if (host_pointer_lock_active(p->lock))
        XISetMask(bits, XI_RawMotion);
    XISelectEvents(x->dpy, x->root, &mask, 1);
}

HostPointer *
host_pointer_new(View *view)
{
    HostPointer *p = g_new0(HostPointer, 1);

    p->view = view;
    p->grab = host_menu_grab_new(view);
    p->lock = host_pointer_lock_new(view);
    p->touch = host_touch_new(view);
    p->told_under = UNTOLD;
    if (view->x->xi_opcode >= 0) {
        p->scroll = host_scroll_new(view->x);
        select_on_root(p);
    }
    return p;
}

void
host_pointer_free(HostPointer *p)
{
    if (!p)
        return;
    host_scroll_free(p->scroll);
    host_menu_grab_free(p->grab);
    host_pointer_lock_free(p->lock);
    host_touch_free(p->touch);
    g_free(p);
}

void
host_pointer_select(HostPointer *p, Window xid)
{
    HostDisplay *x = p->view->x;

    if (x->xi_opcode < 0) {
        XWindowAttributes a;
        if (XGetWindowAttributes(x->dpy, xid, &a))
            XSelectInput(x->dpy, xid,
                         a.your_event_mask | ButtonPressMask | ButtonReleaseMask |
                             PointerMotionMask);
        return;
    }
    unsigned char bits[XIMaskLen(XI_LASTEVENT)] = {0};
    XIEventMask mask = {.deviceid = XIAllMasterDevices, .mask_len = sizeof bits, .mask = bits};
    XISetMask(bits, XI_Motion);
    XISetMask(bits, XI_ButtonPress);
    XISetMask(bits, XI_ButtonRelease);
    host_touch_select(p->touch, bits);
    XISelectEvents(x->dpy, xid, &mask, 1);
}

HostWindow *
host_pointer_window(const HostPointer *p)
{
    return p->under ? host_windows_by_xid(p->view->windows, p->under) : NULL;
}

static void
say(HostPointer *p, const ViewPointer *m)
{
    p->is_told = m->kind != VIEW_POINTER_SHIFT && m->kind != VIEW_POINTER_UNLOCKED;
    p->told_x = m->root_x;
    p->told_y = m->root_y;
    host_input_path_pointer(p->view->input_path, m);
}

void
host_pointer_flush(HostPointer *p)
{
    if (!p->has_motion)
        return;
    p->has_motion = false;
    say(p, &p->motion);
}

static void
tell_under(HostPointer *p, uint32_t id, bool alone)
{
    ViewEnter m = {.id = id, .alone = alone};

    VIEW_INIT(&m, VIEW_MSG_ENTER);
    host_pointer_flush(p);
    host_session_send(p->view, &m, sizeof m);
    p->told_under = id;
    p->told_alone = alone;
}

// Where a window has the pointer although one of its own lies there the host shows it above that:
// i3 does with what is clicked on.
static void
tell_above(HostPointer *p, const HostWindow *w, double root_x, double root_y)
{
    if (p->held != 0 || w->wanted.override_redirect || p->told_under != w->id || p->told_alone)
        return;
    if (host_windows_owned_at(p->view->windows, w, (int32_t)root_x, (int32_t)root_y)) {
        host_stack_asked(p->view->stack, w->id);
        tell_under(p, w->id, true);
    }
}

void
host_pointer_restacked(HostPointer *p)
{
    p->told_alone = false;
}

static void
tell_lock(HostPointer *p, uint32_t kind)
{
    ViewPointer m = {.id = host_pointer_lock_id(p->lock), .kind = kind};

    VIEW_INIT(&m, VIEW_MSG_POINTER);
    host_pointer_flush(p);
    say(p, &m);
}

static void
update_lock(HostPointer *p)
{
    bool was_active = host_pointer_lock_active(p->lock);
    const HostWindow *under = host_menu_grab_active(p->grab) ? NULL : host_pointer_window(p);

    bool let_go = host_pointer_lock_update(p->lock, under);
    bool held = !was_active && host_pointer_lock_active(p->lock);
    if (let_go || held)
        tell_lock(p, let_go ? VIEW_POINTER_UNLOCKED : VIEW_POINTER_SHIFT);
    if ((let_go || held) && p->view->x->xi_opcode >= 0)
        select_on_root(p);
}

void
host_pointer_lock(HostPointer *p, HostWindow *w, bool wanted)
{
    host_pointer_lock_wanted(p->lock, w, wanted);
    update_lock(p);
}

void
host_pointer_drained(HostPointer *p)
{
    host_pointer_flush(p);
    update_lock(p);
    if (!host_session_connected(p->view->session))
        return;
    const HostWindow *w = host_pointer_window(p);
    uint32_t touched = host_touch_window(p->touch);
    uint32_t id = touched != 0 ? touched : w && !w->is_orphan ? w->id : 0;
    // What is dragged may be dropped on another window.
    if (p->told_under != id && p->held == 0)
        tell_under(p, id, false);
}

void
host_pointer_has_session(HostPointer *p)
{
    p->told_under = UNTOLD;
    p->is_told = false;
    host_pointer_lock_wanted(p->lock, NULL, false); // ids are another's from now on
    host_touch_has_session(p->touch);
    host_pointer_drained(p);
}

static ViewPointer
message(const HostWindow *w, uint32_t kind, double root_x, double root_y)
{
    ViewPointer m = {.id = w->id, .kind = kind};

    VIEW_INIT(&m, VIEW_MSG_POINTER);
    root_x += w->edge - w->edge_left; // mutter takes the border off, which the guest has
    root_y += w->edge - w->edge_left;
    m.root_x = (int32_t)CLAMP(root_x, -VIEW_COORD_MAX, VIEW_COORD_MAX);
    m.root_y = (int32_t)CLAMP(root_y, -VIEW_COORD_MAX, VIEW_COORD_MAX);
    return m;
}

static void
moved(HostPointer *p, const HostWindow *w, double root_x, double root_y)
{
    tell_above(p, w, root_x, root_y);
    p->motion = message(w, VIEW_POINTER_MOVE, root_x, root_y);
    p->has_motion = true;
}

static void
shifted(HostPointer *p, const HostWindow *w, const XMotionEvent *e)
{
    int dx, dy;

    host_pointer_lock_motion(p->lock, e, &dx, &dy);
    if (dx == 0 && dy == 0)
        return;
    if (!p->has_motion || p->motion.kind != VIEW_POINTER_SHIFT) {
        host_pointer_flush(p);
        p->motion = message(w, VIEW_POINTER_SHIFT, e->x_root, e->y_root);
        p->has_motion = true;
    }
    p->motion.wheel_x = CLAMP(p->motion.wheel_x + dx, -VIEW_COORD_MAX, VIEW_COORD_MAX);
    p->motion.wheel_y = CLAMP(p->motion.wheel_y + dy, -VIEW_COORD_MAX, VIEW_COORD_MAX);
}

static void
wheel(HostPointer *p, const ViewPointer *at, int32_t dx, int32_t dy)
{
    ViewPointer m = *at;

    m.kind = VIEW_POINTER_WHEEL;
    m.wheel_x = CLAMP(dx, -VIEW_COORD_MAX, VIEW_COORD_MAX);
    m.wheel_y = CLAMP(dy, -VIEW_COORD_MAX, VIEW_COORD_MAX);
    host_pointer_flush(p);
    say(p, &m);
}

// Buttons 4 to 7 are notches of wheels.
static bool
wheel_button(HostPointer *p, const ViewPointer *at, unsigned button)
{
    static const int8_t notches[4][2] = {{0, 1}, {0, -1}, {-1, 0}, {1, 0}};

    if (button < 4 || button > 7)
        return false;
    if (at->kind == VIEW_POINTER_DOWN)
        wheel(p, at, notches[button - 4][0] * NOTCH, notches[button - 4][1] * NOTCH);
    return true;
}

static void
button(HostPointer *p, HostWindow *w, ViewPointer at, unsigned number)
{
    if (wheel_button(p, &at, number))
        return;
    if (number < 1 || number > CHAN_WINDOW_BUTTON_LAST)
        return;
    uint32_t bit = 1u << number;
    if (at.kind == VIEW_POINTER_DOWN) {
        host_follow_pressed(w);
        tell_above(p, w, at.root_x, at.root_y);
        p->held |= bit;
        p->held_id = w->id;
    } else if (p->held & bit) {
        p->held &= ~bit;
    } else {
        return; // was let go when a move loop began
    }
    at.button = number;
    p->at_x = at.root_x;
    p->at_y = at.root_y;
    host_pointer_flush(p);
    say(p, &at);
}

void
host_pointer_core_event(HostPointer *p, const XEvent *e)
{
    // Button and motion events begin alike.
    HostWindow *w = host_windows_by_xid(p->view->windows, e->xany.window);

    if (!w || w->is_orphan)
        return;
    if (e->type == MotionNotify) {
        if (host_pointer_lock_active(p->lock))
            shifted(p, w, &e->xmotion);
        else
            moved(p, w, e->xmotion.x_root, e->xmotion.y_root);
        return;
    }
    bool down = e->type == ButtonPress;
    if (down)
        view_pressed(p->view, w, e->xbutton.time, false);
    button(p, w,
           message(w, down ? VIEW_POINTER_DOWN : VIEW_POINTER_UP, e->xbutton.x_root,
                   e->xbutton.y_root),
           e->xbutton.button);
}

static void
on_device_event(HostPointer *p, const XIDeviceEvent *e)
{
    HostWindow *w = host_windows_by_xid(p->view->windows, e->event);
    double dx = 0, dy = 0;

    if (!w || w->is_orphan)
        return;
    host_focus_pointed(p->view->focus, (unsigned)e->mods.effective);
    if (e->evtype == XI_Motion) {
        bool scrolled = host_scroll_motion(p->scroll, e, &dx, &dy);
        ViewPointer at = message(w, VIEW_POINTER_WHEEL, e->root_x, e->root_y);
        if (!scrolled)
            moved(p, w, e->root_x, e->root_y);
        else if ((int32_t)dx != 0 || (int32_t)dy != 0)
            wheel(p, &at, (int32_t)dx, (int32_t)dy);
        return;
    }
    // A smooth wheel's notches come as motion already.
    if (e->detail >= 4 && e->detail <= 7 && e->flags & XIPointerEmulated)
        return;
    bool down = e->evtype == XI_ButtonPress;
    bool outside = host_menu_grab_active(p->grab) && p->under == None, held = p->held != 0;
    if (down)
        p->held_device = e->deviceid;
    if (down && !outside)
        view_pressed(p->view, w, e->time, false);
    button(p, w, message(w, down ? VIEW_POINTER_DOWN : VIEW_POINTER_UP, e->root_x, e->root_y),
           (unsigned)e->detail);
    if (outside && held && p->held == 0)
        host_menu_grab_end(p->grab);
}

// A window that is touched has the guest's pointer over it, which programs without fingers take
// the first for.
static void
touched(HostPointer *p, const XIDeviceEvent *e)
{
    HostWindow *w = host_windows_by_xid(p->view->windows, e->event);

    if (!w || w->is_orphan)
        return;
    host_pointer_flush(p);
    if (e->evtype == XI_TouchBegin) {
        view_pressed(p->view, w, e->time, false);
        if (p->told_under != w->id && p->held == 0 && host_touch_window(p->touch) == 0)
            tell_under(p, w->id, false);
    }
    p->is_told = false; // a finger takes the guest's pointer along
    host_touch_event(p->touch, w, e);
}

void
host_pointer_xi_event(HostPointer *p, const XGenericEventCookie *cookie)
{
    switch (cookie->evtype) {
    case XI_Motion:
    case XI_ButtonPress:
    case XI_ButtonRelease:
        on_device_event(p, cookie->data);
        break;
    case XI_TouchBegin:
    case XI_TouchUpdate:
    case XI_TouchEnd:
        touched(p, cookie->data);
        break;
    case XI_RawButtonPress:
        if (p->under == None && !host_menu_grab_active(p->grab))
            host_focus_clicked_elsewhere(p->view->focus);
        break;
    case XI_RawMotion:
        host_pointer_lock_raw(p->lock, cookie->data);
        break;
    case XI_DeviceChanged:
    case XI_HierarchyChanged:
        host_scroll_forget(p->scroll);
        break;
    default:
        break;
    }
}

// A window that opens is entered in the guest where that had it first, and programs that look for
// what of it is under the pointer find that by the next movement (GTK 2). A popup's place is the
// guest's own.
static bool
opens_elsewhere(const HostWindow *w)
{
    return !w->wanted.override_redirect && g_get_monotonic_time() - w->mapped_us < OPENS_US;
}

void
host_pointer_crossing(HostPointer *p, const XCrossingEvent *e)
{
    HostWindow *w = host_windows_by_xid(p->view->windows, e->window);

    if (e->detail == NotifyInferior)
        return;
    if (e->type == LeaveNotify) {
        if (e->mode != NotifyGrab && p->under == e->window) {
            p->under = None;
            host_focus_pointed(p->view->focus, 0);
        }
        return;
    }
    if (e->mode == NotifyGrab || !w)
        return;
    p->under = e->window;
    host_scroll_restart(p->scroll);
    if (w->is_orphan)
        return;
    host_stack_asked(p->view->stack, w->id);
    tell_under(p, w->id, false);
    tell_above(p, w, e->x_root, e->y_root);
    // What opens under a pointer that rests is told that it is entered, by the guest's X server,
    // and of no movement.
    if (!p->is_told || e->x_root != p->told_x || e->y_root != p->told_y || opens_elsewhere(w))
        moved(p, w, e->x_root, e->y_root);
}

// The window manager takes the pointer, or the window that had it goes, and the releases with it:
// the guest is told of them now.
static void
let_go(HostPointer *p, HostWindow *w, int32_t root_x, int32_t root_y)
{
    ViewPointer m = message(w, VIEW_POINTER_UP, root_x, root_y);

    host_pointer_flush(p);
    for (unsigned number = 1; number <= CHAN_WINDOW_BUTTON_LAST; number++) {
        if (!(p->held & (1u << number)))
            continue;
        m.button = number;
        say(p, &m);
    }
    p->held = 0;
}

// A menu that closes at the press takes the grab along, and the release goes to what is beneath.
static void
update_grab(HostPointer *p)
{
    bool active = host_menu_grab_active(p->grab);
    HostWindow *w = host_windows_find(p->view->windows, p->held_id);

    host_menu_grab_update(p->grab);
    if (active && !host_menu_grab_active(p->grab) && p->held != 0 && p->under == None && w)
        let_go(p, w, p->at_x, p->at_y);
}

void
host_pointer_popups_changed(HostPointer *p)
{
    GHashTableIter iter;
    gpointer window;
    bool open = false;

    if (p->view->x->xi_opcode < 0)
        return;
    update_grab(p);
    host_windows_iter(p->view->windows, &iter);
    while (!open && g_hash_table_iter_next(&iter, NULL, &window)) {
        const HostWindow *w = window;
        open = w->mapped && w->wanted.override_redirect && w->kind == VIEW_KIND_POPUP &&
               w->wanted.props.type != CHAN_TYPE_NOTIFICATION; // which no click elsewhere closes
    }
    if (open == p->watches_outside)
        return;
    p->watches_outside = open;
    select_on_root(p);
}

void
host_pointer_let_go(HostPointer *p, HostWindow *w)
{
    host_touch_forget(p->touch, w);
    if (p->held != 0 && p->held_id == w->id)
        let_go(p, w, p->at_x, p->at_y);
}

void
host_pointer_forget(HostPointer *p, HostWindow *w)
{
    if (p->under == w->xid)
        p->under = None;
    host_pointer_let_go(p, w);
}

void
host_pointer_move_loop(HostPointer *p, const ViewMoveLoop *m)
{
    HostDisplay *x = p->view->x;
    HostWindow *w = host_windows_find(p->view->windows, m->id);
    bool by_keyboard = m->direction >= MOVE_BY_KEYBOARD;
    long first = 0;

    if (!w || !w->mapped || w->wanted.override_redirect ||
        !view_pressed_within(p->view, LIMIT_MOVE_LOOP_AFTER_PRESS_MS))
        return;
    if (!by_keyboard) {
        if (p->held == 0 || p->held_id != w->id)
            return; // let go meanwhile: the window would stick to the pointer
        for (first = 1; !(p->held & (1u << first)); first++)
            ;
    }
    let_go(p, w, m->root_x, m->root_y);
    // A press grabs by itself, by the protocol that it came in.
    if (x->xi_opcode >= 0 && !by_keyboard)
        XIUngrabDevice(x->dpy, p->held_device, CurrentTime);
    XUngrabPointer(x->dpy, CurrentTime);
    const long data[5] = {m->root_x, m->root_y, m->direction, first, 1};
    host_display_tell_root(x, w->xid, ATOM__NET_WM_MOVERESIZE, data);
}
