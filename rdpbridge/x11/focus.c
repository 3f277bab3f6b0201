// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/x11/focus.h"

#include "channel/glib/timer.h"
#include "rdpbridge/limits.h"
#include "rdpbridge/pace.h"
#include "rdpbridge/x11/attention.h"
#include "rdpbridge/x11/hints.h"
#include "rdpbridge/x11/keyboard.h"
#include "rdpbridge/x11/launches.h"
#include "rdpbridge/x11/method.h"
#include "rdpbridge/x11/pointer.h"
#include "rdpbridge/x11/popup.h"
#include "rdpbridge/x11/screen.h"
#include "rdpbridge/x11/session.h"
#include "rdpbridge/x11/stack.h"
#include "rdpbridge/x11/windows.h"

#include <X11/Xutil.h>

// From one window of the guest to the next the focus is nowhere for a moment.
#define LEAVE_MS 40
#define ECHO_US G_USEC_PER_SEC
#define ECHOES 8
#define WENT_US (G_USEC_PER_SEC / 2)
// A window manager has focused by then what it means to, and the guest has followed.
#define AGREE_MS 250
#define OPENS_US (G_USEC_PER_SEC / 2)

typedef struct {
    uint32_t id;
    gint64 at_us;
} Echo;

struct HostFocus {
    View *view;
    Window focused;
    bool keymap_counts;         // the next KeymapNotify is that of a focus in
    bool held_known;            // and it has come, since the last one of these
    unsigned pointed;           // modifiers that are down in a guest without the focus
    uint32_t sent_id, guest_id; // that the session was told last, and that the guest has active
    gint64 sent_us;
    GSource *agree; // the guest is told again which window has it
    gint64 went_us; // when the window that had the focus went
    gint64 left_us; // when the focus went elsewhere, otherwise than by that
    GSource *leave;
    Echo echoes[ECHOES]; // what was sent lately: the guest says it back as ACTIVE
    unsigned next_echo;
    BridgePace unasked; // windows that open without a press
    uint64_t spent;     // the press (View's presses) that moved the focus last, and how often
    unsigned spent_times;
};

HostFocus *
host_focus_new(View *view)
{
    HostFocus *f = g_new0(HostFocus, 1);

    f->view = view;
    bridge_pace_init(&f->unasked, 1, (LIMIT_UNASKED_FOCUS - 1) * LIMIT_UNASKED_FOCUS_EVERY_S,
                     g_get_monotonic_time());
    return f;
}

uint32_t
host_focus_told(const HostFocus *f)
{
    return f->sent_id;
}

void
host_focus_free(HostFocus *f)
{
    if (!f)
        return;
    chan_timer_clear(&f->leave);
    chan_timer_clear(&f->agree);
    g_free(f);
}

static void
tell_session(HostFocus *f)
{
    ViewId m = {.id = f->sent_id};

    f->sent_us = g_get_monotonic_time();
    VIEW_INIT(&m, VIEW_MSG_FOCUS);
    host_session_send(f->view, &m, sizeof m);
}

static void
send_focus(HostFocus *f, uint32_t id)
{
    if (f->sent_id == id)
        return;
    const HostWindow *w = host_windows_find(f->view->windows, id);
    host_method_focus(f->view->method, w ? w->xid : None);
    // Keys stay down from one window of the guest to the next. What is held already is pressed
    // before: the program that is given the focus then finds it so, as natively.
    if (id == 0 && g_get_monotonic_time() - f->went_us >= WENT_US)
        f->left_us = g_get_monotonic_time();
    if (id == 0)
        host_keyboard_release_all(f->view->keyboard);
    else if (f->held_known)
        host_keyboard_hold(f->view->keyboard);
    f->held_known = false;
    f->pointed = 0;
    f->sent_id = id;
    if (id != 0) {
        host_stack_asked(f->view->stack, id);
        host_pointer_restacked(f->view->pointer);
    }
    f->echoes[f->next_echo++ % ECHOES] = (Echo){id, g_get_monotonic_time()};
    tell_session(f);
    if (id != 0)
        host_keyboard_tell_locks(f->view->keyboard);
}

void
host_focus_minimized(HostFocus *f, uint32_t id)
{
    if (f->sent_id != id)
        return;
    host_method_focus(f->view->method, None);
    host_keyboard_release_all(f->view->keyboard);
    f->sent_id = 0;
}

static gboolean
on_leave(gpointer user)
{
    HostFocus *f = user;

    chan_timer_clear(&f->leave);
    if (f->focused == None)
        send_focus(f, 0);
    return G_SOURCE_REMOVE;
}

void
host_focus_keymap(HostFocus *f, const XKeymapEvent *e)
{
    if (!f->keymap_counts)
        return;
    f->keymap_counts = false;
    f->held_known = true;
    host_keyboard_held(f->view->keyboard, e->key_vector);
}

void
host_focus_pointed(HostFocus *f, unsigned modifiers)
{
    if (f->sent_id != 0 || f->focused != None || f->pointed == modifiers)
        return;
    f->pointed = modifiers;
    host_keyboard_hold_modifiers(f->view->keyboard, modifiers);
}

static gboolean on_agree(gpointer user);

static void
must_agree(HostFocus *f)
{
    if (!f->agree)
        f->agree = chan_timer_new(f->view->context, AGREE_MS, on_agree, f);
}

// Whether the guest has another window active than it was told, and may not. One that opens is
// looked at once it is there. None: foreign guests have menus that are none of the windows we know.
static bool
disagrees(const HostFocus *f)
{
    const HostWindow *w =
        host_windows_find(f->view->windows, f->guest_id ? f->guest_id : f->sent_id);

    if (!w || f->guest_id == f->sent_id)
        return false;
    // A Windows' popup may be the active one, and cannot have the focus here.
    if (f->guest_id ? !w->mapped || w->wanted.override_redirect : !w->wanted.has_props)
        return false;
    // Without a window manager nobody gives a window the focus: keys go where the pointer is.
    return f->sent_id != 0 || host_screen_is_managed(f->view->screen);
}

// Keys go to the window that the guest has active, and its program shows that it has the focus: it
// must be the one that the host shows. The guest made another one active by itself, and the window
// manager did not follow.
static gboolean
on_agree(gpointer user)
{
    HostFocus *f = user;
    const HostWindow *w = host_windows_find(f->view->windows, f->guest_id);
    gint64 now = g_get_monotonic_time();

    chan_timer_clear(&f->agree);
    if (!disagrees(f))
        return G_SOURCE_REMOVE;
    if (f->leave || (w && now - w->mapped_us < OPENS_US) ||
        now - f->sent_us < AGREE_MS * G_TIME_SPAN_MILLISECOND)
        must_agree(f);
    else
        tell_session(f);
    return G_SOURCE_REMOVE;
}

void
host_focus_event(HostFocus *f, const XFocusChangeEvent *e)
{
    f->keymap_counts = false;
    if (e->detail == NotifyPointer || e->detail == NotifyPointerRoot ||
        e->detail == NotifyDetailNone || e->detail == NotifyInferior)
        return;
    if (e->mode == NotifyGrab) {
        // A window manager has the keyboard now, and the releases with it.
        host_keyboard_release_all(f->view->keyboard);
        return;
    }
    f->keymap_counts = e->type == FocusIn && e->mode != NotifyWhileGrabbed && !e->send_event;
    if (e->mode == NotifyUngrab) {
        if (e->type == FocusIn && f->sent_id != 0)
            host_keyboard_tell_locks(f->view->keyboard);
        return;
    }
    if (e->type == FocusIn)
        f->focused = e->window;
    else if (f->focused == e->window)
        f->focused = None;
}

void
host_focus_sync(HostFocus *f)
{
    HostWindow *w = f->focused ? host_windows_by_xid(f->view->windows, f->focused) : NULL;

    if (f->keymap_counts)
        return; // the server sends it right after

    // One that has just been minimised may lose the focus a moment later: the guest, told of it,
    // would restore the window.
    if (w && !w->is_orphan && w->wanted.state != VIEW_STATE_MINIMIZED) {
        chan_timer_clear(&f->leave);
        if (w->wanted.attention) {
            host_attention_set(w, false);
            host_window_push(w);
        }
        if (f->sent_id == w->id && f->held_known)
            host_keyboard_hold(f->view->keyboard); // a grab ended
        f->held_known &= f->sent_id != w->id;
        send_focus(f, w->id);
    } else if (f->sent_id != 0 && !f->leave) {
        f->leave = chan_timer_new(f->view->context, LEAVE_MS, on_leave, f);
    }
}

bool
host_focus_is_ours(const HostFocus *f)
{
    return f->sent_id != 0;
}

void
host_focus_clicked_elsewhere(HostFocus *f)
{
    send_focus(f, 0);
}

void
host_focus_forget(HostFocus *f, Window xid)
{
    if (f->focused != xid)
        return;
    f->focused = None;
    f->went_us = g_get_monotonic_time();
}

bool
host_focus_is_on(const HostFocus *f, Window xid)
{
    return f->focused == xid;
}

void
host_focus_reset(HostFocus *f)
{
    chan_timer_clear(&f->leave);
    host_method_focus(f->view->method, None);
    host_keyboard_release_all(f->view->keyboard);
    f->held_known = f->focused != None; // the next session's window has the keys that are down then
    f->sent_id = f->guest_id = 0;
}

// Whether that happened in the last us. What was before a press elsewhere than on our windows is
// over: what the guest says now comes of that.
static bool
is_recent(const HostFocus *f, gint64 at_us, gint64 us)
{
    return at_us > f->view->press_elsewhere_us && g_get_monotonic_time() - at_us < us;
}

static bool
is_echo(const HostFocus *f, uint32_t id)
{
    for (unsigned i = 0; i < ECHOES; i++)
        if (f->echoes[i].id == id && is_recent(f, f->echoes[i].at_us, ECHO_US))
            return true;
    return false;
}

// And the user has not gone elsewhere since. A guest that takes the focus while keys are pressed
// gets one: it must not be what lets it take the focus again.
static bool
pressed_lately(const HostFocus *f)
{
    bool is_spent = f->spent == f->view->presses && f->spent_times >= LIMIT_FOCUS_OF_A_PRESS;

    return !is_spent && view_pressed_within(f->view, LIMIT_ACTIVATE_AFTER_PRESS_MS) &&
           f->view->press_us > f->left_us;
}

static void
spend_press(HostFocus *f)
{
    if (f->spent != f->view->presses)
        f->spent_times = 0;
    f->spent = f->view->presses;
    f->spent_times++;
}

void
host_focus_before_map(HostFocus *f, HostWindow *w)
{
    gint64 now = g_get_monotonic_time();
    bool refused = w->wanted.kind != w->kind; // a popup
    bool unwanted = w->wanted.has_props && (w->wanted.props.flags & CHAN_WINDOW_NO_FOCUS);
    // A launch from a terminal has no startup id.
    bool launched = w->startup_id[0] || host_launches_splash(f->view->launches);
    bool pressed = pressed_lately(f);
    bool allowed = pressed || launched || bridge_pace_wait_us(&f->unasked, now) == 0;
    bool was_quiet = w->quiet;

    // One that the window manager keeps mapped while it is minimised (mutter) is not mapped anew,
    // by which it would end to be quiet.
    w->quiet = !w->viewable && (refused || !allowed);
    if (w->quiet || unwanted)
        host_hints_set_user_time(w, 0);
    if (w->quiet != was_quiet)
        host_hints_set_input(w);
    if (w->quiet || !allowed)
        return;
    if (!pressed && !launched)
        bridge_pace_take(&f->unasked, LIMIT_UNASKED_FOCUS_EVERY_S, now);
    else if (!launched && !unwanted)
        spend_press(f);
}

// To the bottom, where it hides nothing.
static void
lower(HostWindow *w)
{
    Display *dpy = w->view->x->dpy;
    XWindowChanges changes = {.stack_mode = Below};

    XReconfigureWMWindow(dpy, w->xid, DefaultScreen(dpy), CWStackMode, &changes);
}

void
host_focus_after_map(HostWindow *w)
{
    if (w->quiet && (w->wanted.kind == w->kind || host_popup_hides(w)))
        lower(w);
}

void
host_focus_grown(HostWindow *w, bool hid)
{
    if (!hid && w->mapped && host_popup_hides(w))
        lower(w);
}

void
host_focus_mapped(HostFocus *f, HostWindow *w)
{
    if (w->id == f->guest_id && f->guest_id != f->sent_id)
        must_agree(f);
    if (!w->quiet)
        return;
    w->quiet = false;
    host_hints_set_input(w);
    if (w->wanted.kind == w->kind)
        host_focus_attention(f, w);
}

static void
ask_to_activate(HostFocus *f, HostWindow *w, long source, Time time)
{
    const long data[5] = {source, (long)time, (long)f->focused, 0, 0};

    f->view->raises++;
    host_stack_asked(f->view->stack, w->id); // the window manager raises it
    host_display_tell_root(f->view->x, w->xid, ATOM__NET_ACTIVE_WINDOW, data);
}

void
host_focus_activate(HostFocus *f, HostWindow *w)
{
    f->guest_id = w ? w->id : 0;
    if (f->guest_id != f->sent_id)
        must_agree(f);
    if (!w || !w->mapped || w->wanted.override_redirect || is_echo(f, w->id))
        return;
    Time launch_time;
    bool launched = host_launches_answer(
        f->view->launches, w, MAX(f->left_us, f->view->press_elsewhere_us), &launch_time);
    if (w->id == f->sent_id)
        return;
    if (launched) {
        ask_to_activate(f, w, 1, launch_time);
        return;
    }
    // Which one follows one that went, or is focused when it is mapped, the window manager says.
    if (is_recent(f, f->went_us, WENT_US) || is_recent(f, w->mapped_us, ECHO_US))
        return;
    if (pressed_lately(f)) {
        spend_press(f);
        ask_to_activate(f, w, 1, f->view->press_time);
    } else {
        host_focus_attention(f, w);
    }
}

void
host_focus_take(HostWindow *w, Time time)
{
    if (!w->quiet)
        XSetInputFocus(w->view->x->dpy, w->xid, RevertToPointerRoot, time);
}

void
host_focus_attention(HostFocus *f, HostWindow *w)
{
    if (w->xid && w->xid == f->focused)
        return;
    host_attention_set(w, true);
    host_window_push(w);
}

void
host_focus_raise(HostFocus *f, HostWindow *w)
{
    if (w && w->mapped && !w->wanted.override_redirect)
        ask_to_activate(f, w, 2, CurrentTime);
}
