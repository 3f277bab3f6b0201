// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/x11/view.h"

#include "rdpbridge/x11/clipboard.h"
#include "rdpbridge/x11/control.h"
#include "rdpbridge/x11/cover.h"
#include "rdpbridge/x11/cursor.h"
#include "rdpbridge/x11/focus.h"
#include "rdpbridge/x11/follow.h"
#include "rdpbridge/x11/group.h"
#include "rdpbridge/x11/holder.h"
#include "rdpbridge/x11/input_path.h"
#include "rdpbridge/x11/keyboard.h"
#include "rdpbridge/x11/launches.h"
#include "rdpbridge/x11/method.h"
#include "rdpbridge/x11/microphone.h"
#include "rdpbridge/x11/paint.h"
#include "rdpbridge/x11/ping.h"
#include "rdpbridge/x11/pointer.h"
#include "rdpbridge/x11/screen.h"
#include "rdpbridge/x11/seen.h"
#include "rdpbridge/x11/session.h"
#include "rdpbridge/x11/sound.h"
#include "rdpbridge/x11/stack.h"
#include "rdpbridge/x11/sync.h"
#include "rdpbridge/x11/windows.h"
#include "rdpbridge/x11/xsettings.h"

#include <X11/XKBlib.h>
#include <X11/Xatom.h>
#include <X11/extensions/Xfixes.h>
#include <X11/extensions/Xrandr.h>
#include <string.h>

#define USER_TIME_MS 200

void
view_client_message(View *view, const XClientMessageEvent *e)
{
    const Atom *atoms = view->x->atoms;
    HostWindow *w = host_windows_by_xid(view->windows, e->window);
    Atom protocol = (Atom)e->data.l[0];

    if (e->message_type != atoms[ATOM_WM_PROTOCOLS] || e->format != 32 || !w)
        return;
    if (protocol == atoms[ATOM__NET_WM_PING]) {
        host_ping_asked(w, e);
    } else if (protocol == atoms[ATOM__NET_WM_SYNC_REQUEST]) {
        host_sync_asked(w, e);
    } else if (protocol == atoms[ATOM_WM_TAKE_FOCUS]) {
        host_focus_take(w, (Time)e->data.l[1]);
    } else if (protocol == atoms[ATOM_WM_DELETE_WINDOW] && !w->is_orphan) {
        ViewId m = {.id = w->id};
        VIEW_INIT(&m, VIEW_MSG_CLOSE);
        host_session_send(view, &m, sizeof m);
    }
}

static void
on_pressed_elsewhere(View *view, Time time)
{
    view->press_elsewhere_us = view->press_us = g_get_monotonic_time();
    view->press_time = time;
    view->presses++;
}

static void
on_property(View *view, const XPropertyEvent *e)
{
    const Atom *atoms = view->x->atoms;
    HostWindow *w;

    if (e->window == view->x->leader) {
        if (e->atom == atoms[ATOM_CASEMENT_MARK])
            host_paint_done(view, e->serial);
        else if (e->atom == atoms[ATOM_CASEMENT_PRESSED])
            on_pressed_elsewhere(view, e->time);
    } else if (e->window == view->x->root) {
        if (e->atom == atoms[ATOM__NET_WORKAREA] || e->atom == atoms[ATOM__NET_CURRENT_DESKTOP] ||
            e->atom == atoms[ATOM__NET_NUMBER_OF_DESKTOPS] ||
            e->atom == atoms[ATOM_RESOURCE_MANAGER] || e->atom == atoms[ATOM__NET_SUPPORTED] ||
            e->atom == atoms[ATOM__NET_SUPPORTING_WM_CHECK])
            host_screen_changed(view->screen);
        else if (e->atom == atoms[ATOM__XKB_RULES_NAMES])
            host_keyboard_changed(view->keyboard);
    } else if ((w = host_windows_by_xid(view->windows, e->window))) {
        host_follow_property(w, e->atom);
        host_windows_had_event(view->windows, w);
    }
}

static void
on_extension_event(View *view, XEvent *e)
{
    HostDisplay *x = view->x;

    if (e->type == x->shm_completion) {
        host_paint_done(view, e->xany.serial);
    } else if (x->randr_event >= 0 && (e->type == x->randr_event + RRScreenChangeNotify ||
                                       e->type == x->randr_event + RRNotify)) {
        XRRUpdateConfiguration(e);
        host_screen_changed(view->screen);
    } else if (x->xfixes_event >= 0 && e->type == x->xfixes_event + XFixesSelectionNotify) {
        host_screen_changed(view->screen); // a compositor or an input method came or went
    } else if (e->type == x->xkb_event) {
        XkbEvent *k = (XkbEvent *)e;
        if (k->any.xkb_type == XkbMapNotify)
            XkbRefreshKeyboardMapping(&k->map);
        if (k->any.xkb_type == XkbMapNotify || k->any.xkb_type == XkbNewKeyboardNotify)
            host_keyboard_remapped(view->keyboard);
        else if (k->any.xkb_type == XkbStateNotify)
            host_keyboard_switched(view->keyboard, &k->state);
        else if (k->any.xkb_type == XkbControlsNotify)
            host_keyboard_changed(view->keyboard);
    }
}

static void
on_key(View *view, HostWindow *w, const XKeyEvent *e)
{
    bool repeats = host_keyboard_holds(view->keyboard, e);

    if (e->type == KeyPress && !w->is_orphan)
        view_pressed(view, w, e->time, repeats);
}

// Events of our windows.
static void
on_window_event(View *view, HostWindow *w, XEvent *e)
{
    host_windows_had_event(view->windows, w);
    switch (e->type) {
    case Expose:
        host_follow_expose(w, &e->xexpose);
        break;
    case VisibilityNotify:
        host_seen_visibility(w, &e->xvisibility);
        break;
    case ConfigureNotify:
        host_follow_configure(w, &e->xconfigure);
        break;
    case MapNotify:
    case UnmapNotify:
        host_follow_mapped(w, e->type == MapNotify);
        break;
    case ReparentNotify:
        w->geometry_dirty = true;
        break;
    case KeyPress:
    case KeyRelease:
        host_pointer_flush(view->pointer);
        host_focus_sync(view->focus); // the focus may have come in the same batch
        on_key(view, w, &e->xkey);
        if (!host_method_key(view->method, w, &e->xkey))
            host_keyboard_key(view->keyboard, w, &e->xkey);
        break;
    case ButtonPress:
    case ButtonRelease:
    case MotionNotify:
        host_pointer_core_event(view->pointer, e);
        break;
    default:
        break;
    }
}

static void
on_event(XEvent *e, gpointer user)
{
    View *view = user;
    HostWindow *w;

    if (host_clipboard_event(view->clipboard, e))
        return;
    if (host_xsettings_event(view->x, e)) {
        host_screen_changed(view->screen);
        return;
    }
    switch (e->type) {
    case GenericEvent:
        if (e->xcookie.extension == view->x->xi_opcode && e->xcookie.data)
            host_pointer_xi_event(view->pointer, &e->xcookie);
        break;
    case PropertyNotify:
        on_property(view, &e->xproperty);
        break;
    case ClientMessage:
        view_client_message(view, &e->xclient);
        break;
    case FocusIn:
    case FocusOut:
        host_focus_event(view->focus, &e->xfocus);
        break;
    case KeymapNotify:
        host_focus_keymap(view->focus, &e->xkeymap);
        break;
    case EnterNotify:
    case LeaveNotify:
        host_pointer_crossing(view->pointer, &e->xcrossing);
        break;
    case MappingNotify:
        XRefreshKeyboardMapping(&e->xmapping);
        break;
    case ConfigureNotify:
        if (e->xconfigure.window == view->x->root) {
            XRRUpdateConfiguration(e);
            host_screen_changed(view->screen); // of monitors that are only named nothing else tells
        }
        // fall through
    default:
        // Extensions' events have other things where the core's have their window.
        if (e->type >= LASTEvent)
            on_extension_event(view, e);
        else if (e->xany.window == view->x->root)
            host_cover_root_event(view->cover);
        else if ((w = host_windows_by_xid(view->windows, e->xany.window)))
            on_window_event(view, w, e);
        else if (e->type == DestroyNotify)
            host_screen_window_gone(view->screen, e->xdestroywindow.window);
        break;
    }
}

static void
on_drained(gpointer user)
{
    View *view = user;

    host_keyboard_drained(view->keyboard);
    // Where a window is comes before the pointer that is over it: a program in the guest whose
    // window goes elsewhere afterwards hears nothing of what the pointer is over then.
    host_windows_sync(view->windows);
    host_pointer_drained(view->pointer);
    host_focus_sync(view->focus);
}

static void
on_failed(unsigned long serial, gpointer user)
{
    // A put that failed has no completion event, and its session waits for one.
    host_paint_done(user, serial);
}

static const HostDisplayHandler handler = {on_event, on_drained, on_failed};

View *
view_new(GMainContext *context, HostDisplay *take_display)
{
    View *view = g_new0(View, 1);

    view->context = g_main_context_ref(context);
    view->loop = g_main_loop_new(context, FALSE);
    view->x = take_display;
    view->setup.max_windows = VIEW_WINDOWS_MAX;
    view->classes = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    view->session = host_session_new(view);
    view->holders = host_holders_new(view);
    view->windows = host_windows_new(view);
    view->painter = host_painter_new(view);
    view->method = host_method_new(view); // screen tells of it
    view->screen = host_screen_new(view);
    view->input_path = host_input_path_new(view);
    view->keyboard = host_keyboard_new(view);
    view->pointer = host_pointer_new(view);
    view->focus = host_focus_new(view);
    view->stack = host_stack_new(view);
    view->groups = host_groups_new(view);
    view->cover = host_cover_new(view);
    view->cursor = host_cursor_new(view);
    view->clipboard = host_clipboard_new(view);
    view->sound = host_sound_new(view);
    view->microphone = host_microphone_new(view);
    view->launches = host_launches_new(view);
    host_display_attach(view->x, context, &handler, view);
    return view;
}

void
view_free(View *view)
{
    if (!view)
        return;
    if (view->user_time_due) {
        g_source_destroy(view->user_time_due);
        g_source_unref(view->user_time_due);
    }
    // Windows first: they are known to all others.
    host_windows_free(view->windows);
    host_holders_free(view->holders);
    host_launches_free(view->launches);
    host_microphone_free(view->microphone);
    host_sound_free(view->sound);
    host_clipboard_free(view->clipboard);
    host_cursor_free(view->cursor);
    host_cover_free(view->cover);
    host_stack_free(view->stack);
    host_groups_free(view->groups);
    host_focus_free(view->focus);
    host_pointer_free(view->pointer);
    host_method_free(view->method);
    host_keyboard_free(view->keyboard);
    host_input_path_free(view->input_path);
    host_screen_free(view->screen);
    host_painter_free(view->painter);
    host_control_free(view->control);
    host_session_free(view->session);
    g_hash_table_unref(view->classes);
    host_display_close(view->x);
    g_main_loop_unref(view->loop);
    g_main_context_unref(view->context);
    g_free(view);
}

bool
view_pressed_within(const View *view, int ms)
{
    return view->press_us != 0 && g_get_monotonic_time() - view->press_us <= (gint64)ms * 1000;
}

static void
tell_user_time(View *view)
{
    HostWindow *w = host_windows_by_xid(view->windows, view->user_time_window);

    if (view->user_time_due) {
        g_source_destroy(view->user_time_due);
        g_clear_pointer(&view->user_time_due, g_source_unref);
    }
    view->user_time_window = None;
    if (!w)
        return;
    w->wanted.user_time = (uint32_t)view->press_time;
    host_window_push(w);
}

static gboolean
on_user_time(gpointer user)
{
    tell_user_time(user);
    return G_SOURCE_REMOVE;
}

void
view_pressed(View *view, HostWindow *w, Time time, bool repeats)
{
    if (view->user_time_due && view->user_time_window != w->xid)
        tell_user_time(view);
    view->press_us = g_get_monotonic_time();
    view->press_time = time;
    view->presses += !repeats;
    view->user_time_window = w->xid;
    if (view->user_time_due)
        return;
    view->user_time_due = g_timeout_source_new(USER_TIME_MS);
    g_source_set_callback(view->user_time_due, on_user_time, view, NULL);
    g_source_attach(view->user_time_due, view->context);
}

void
view_pressed_elsewhere(View *view)
{
    HostDisplay *x = view->x;

    XChangeProperty(x->dpy, x->leader, x->atoms[ATOM_CASEMENT_PRESSED], XA_INTEGER, 32,
                    PropModeReplace, NULL, 0);
    XFlush(x->dpy);
}

void
view_quit(View *view)
{
    g_main_loop_quit(view->loop);
}

void
view_wm_class(const View *view, uint32_t app_index, char *out, size_t size)
{
    const char *wm_class = app_index == CTL_APP_NONE
                               ? NULL
                               : g_hash_table_lookup(view->classes, GUINT_TO_POINTER(app_index));

    if (wm_class && *wm_class)
        g_strlcpy(out, wm_class, size);
    else
        g_snprintf(out, size, "casement.%s", view->setup.guest);
}
