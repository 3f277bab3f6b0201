// SPDX-License-Identifier: Apache-2.0

// What the view says, and where it goes.

#include "rdpbridge/limits.h"

#include "channel/glib/timer.h"
#include "rdpbridge/microphone_channel.h"
#include "rdpbridge/session_private.h"

#include <freerdp/rail.h>
#include <unistd.h>

static void
handle_screen(BridgeSession *s, const ViewScreen *screen)
{
    s->screen = *screen;
    s->has_screen = TRUE;
    bridge_model_set_screen(s->model, screen->root.width, screen->root.height);
    bridge_model_set_scale(s->model, screen->scale_percent);
    bridge_rail_set_work_area(s->rail, screen->work_area.x, screen->work_area.y,
                              screen->work_area.width, screen->work_area.height);
    bridge_rail_set_looks(s->rail, screen->looks);
    bridge_rail_set_scale(s->rail, &(BridgeScaleSaid){screen->resource_dpi, screen->settings_dpi,
                                                      screen->window_scale});
    if (s->connected && !s->as_desktop)
        bridge_display_set(s->display, screen);
    bridge_session_consider_connecting(s);
}

static void
handle_layout(BridgeSession *s, const ViewLayout *layout)
{
    gboolean changed = s->has_layout && layout->rdp_layout != s->layout.rdp_layout;

    s->layout = *layout;
    s->has_layout = TRUE;
    bridge_window_channel_keys(&layout->keys);
    if (changed)
        bridge_rail_layout(s->rail, layout->rdp_layout);
    bridge_session_consider_connecting(s);
}

static void
handle_focus(BridgeSession *s, guint32 id)
{
    guint32 before = s->focus;

    s->focus = bridge_model_window(s->model, id) ? id : 0;
    if (bridge_session_screen_focus(s, s->focus))
        return;
    if (s->focus == 0) {
        bridge_input_focus(s->input, FALSE);
        // Told again: the guest has made one active by itself.
        if (!before)
            before = bridge_model_active_window(s->model);
        if (before)
            bridge_rail_activate(s->rail, before, FALSE);
        return;
    }
    bridge_rail_activate(s->rail, s->focus, TRUE);
    bridge_input_focus(s->input, TRUE);
}

// By the window channel, where the guest has it: states and place in one order. FALSE: by RAIL.
static gboolean
tell_guest(BridgeSession *s, guint32 id)
{
    BridgeWindow *w = bridge_model_window(s->model, id);

    if (!w || !w->properties.said)
        return FALSE;
    // Where the host has put it last, or the program since then.
    const ViewRect *r = w->moving ? &w->moving_rect : &w->rect;
    const ViewFrame *f = &w->host_frame;
    w->states_wait = false;
    const ChanWindowHost host = {.serial = w->state_serial,
                                 .states = w->state_serial != 0 ? w->host_states
                                                                : w->properties.props.states,
                                 .place_serial = ++w->place_serial,
                                 .x = r->x,
                                 .y = r->y,
                                 .width = MAX(r->width, 1),
                                 .height = MAX(r->height, 1),
                                 .frame_left = f->left,
                                 .frame_right = f->right,
                                 .frame_top = f->top,
                                 .frame_bottom = f->bottom,
                                 .edges = f->edges};
    return bridge_window_channel_host(id, &host);
}

static void
ask_to_move(BridgeSession *s, const BridgeWindow *w, ViewRect seen)
{
    const ViewRect r = bridge_frame_add(&w->cut, seen);

    bridge_rail_move(s->rail, w->id, r.x, r.y, r.width, r.height);
}

static void
handle_configured(BridgeSession *s, const ViewConfigured *m)
{
    BridgeWindow *w = bridge_model_window(s->model, m->id);
    bool framed = bridge_model_framed(s->model, m->id, &m->frame);
    bool moved = bridge_model_configured(s->model, m->id, m->serial, m->geometry);
    bool other_states = w && w->states_wait;

    if (m->id == BRIDGE_SCREEN_ID && moved)
        bridge_session_desktop_resize(s);
    else if ((moved || framed || other_states) && !tell_guest(s, m->id) && moved)
        ask_to_move(s, bridge_model_window(s->model, m->id), m->geometry);
}

static void
handle_state(BridgeSession *s, const ViewStateMsg *m)
{
    static const guint16 commands[] = {[VIEW_STATE_NORMAL] = SC_RESTORE,
                                       [VIEW_STATE_MINIMIZED] = SC_MINIMIZE,
                                       [VIEW_STATE_MAXIMIZED] = SC_MAXIMIZE,
                                       [VIEW_STATE_FULLSCREEN] = SC_MAXIMIZE};

    BridgeWindow *w = bridge_model_window(s->model, m->id);

    bridge_model_state_set(s->model, m->id, m->serial, m->states);
    if (m->id == BRIDGE_SCREEN_ID)
        bridge_session_screen_state(s, (ViewState)m->state);
    else if (m->sized && w && w->properties.said)
        w->states_wait = true;
    else if (tell_guest(s, m->id))
        return;
    else if (m->state < G_N_ELEMENTS(commands) && w)
        bridge_rail_command(s->rail, m->id, commands[m->state]);
}

static void
handle_pointer(BridgeSession *s, const ViewPointer *m)
{
    ViewPointer pointer = *m;

    if (bridge_session_takes_pointer(s, &pointer))
        bridge_input_pointer(s->input, &pointer, s->connected && bridge_rdp_congested(s->rdp));
}

// The first of several fingers, where a guest knows none: a pointer with its left button down.
static void
touch_as_pointer(BridgeSession *s, guint32 window, const ChanWindowTouch *touch, bool congested)
{
    ViewPointer pointer = {.id = window, .root_x = touch->x, .root_y = touch->y};

    if (touch->touch != 0)
        return;
    pointer.kind = VIEW_POINTER_MOVE;
    if (touch->phase != CHAN_TOUCH_END)
        bridge_input_pointer(s->input, &pointer, congested);
    if (touch->phase == CHAN_TOUCH_UPDATE)
        return;
    pointer.kind = touch->phase == CHAN_TOUCH_BEGIN ? VIEW_POINTER_DOWN : VIEW_POINTER_UP;
    pointer.button = 1;
    bridge_input_pointer(s->input, &pointer, congested);
}

static void
handle_touch(BridgeSession *s, const ViewTouch *m)
{
    bool congested = s->connected && bridge_rdp_congested(s->rdp);
    ViewPointer at = {.id = m->id, .root_x = m->touch.x, .root_y = m->touch.y};
    ChanWindowTouch touch = m->touch;

    if (congested && touch.phase == CHAN_TOUCH_UPDATE)
        return; // where it is comes with the next
    if (!bridge_session_takes_pointer(s, &at))
        return;
    touch.x = at.root_x;
    touch.y = at.root_y;
    if (!bridge_input_touch(s->input, &touch))
        touch_as_pointer(s, m->id, &touch, congested);
}

static void
handle_input(BridgeSession *s, ViewMsgType type, ChanSpan message)
{
    gconstpointer m = message.data;

    if (type == VIEW_MSG_POINTER)
        handle_pointer(s, m);
    else if (type == VIEW_MSG_TOUCH)
        handle_touch(s, m);
    else if (type == VIEW_MSG_LOCKS)
        bridge_input_locks(s->input, ((const ViewLocks *)m)->locks);
    else if (bridge_session_takes_key(s) && type == VIEW_MSG_TEXT)
        bridge_input_text(
            s->input, CHAN_SPAN(message.data + sizeof(ViewText), message.size - sizeof(ViewText)));
    else if (bridge_session_takes_key(s) && type == VIEW_MSG_PREEDIT)
        bridge_window_channel_preedit(&((const ViewPreedit *)m)->preedit);
    else if (bridge_session_takes_key(s))
        bridge_input_key(s->input, m);
}

void
bridge_session_close_window(BridgeSession *s, guint32 id)
{
    if (!bridge_model_window(s->model, id))
        return;
    if (id == BRIDGE_SCREEN_ID)
        bridge_session_screen_close(s);
    else
        bridge_rail_command(s->rail, id, SC_CLOSE);
}

// Where nobody can be asked the window is no worse than others.
static void
handle_ping(BridgeSession *s, const ViewPing *m)
{
    ViewPing pong = *m;

    if (!bridge_model_window(s->model, m->id) || bridge_window_channel_ping(m->id, m->serial))
        return;
    VIEW_INIT(&pong, VIEW_MSG_PONG);
    bridge_viewlink_send(s->view, &pong, sizeof pong, -1);
}

// A server that is not ours knows nothing stronger than to close it.
static void
handle_kill(BridgeSession *s, const ViewKill *m)
{
    if (!bridge_window_channel_kill(m->id, m->process != 0))
        bridge_session_close_window(s, m->id);
}

static void
handle_enter(BridgeSession *s, const ViewEnter *m)
{
    if ((m->id == 0 || bridge_model_window(s->model, m->id)) && !s->screen_needed)
        bridge_rail_raise(s->rail, m->id, m->alone != 0);
}

static void
handle_window(BridgeSession *s, ViewMsgType type, gconstpointer m)
{
    const ViewId *named = m;

    switch (type) {
    case VIEW_MSG_SHOWN:
        bridge_session_shown(s, m);
        break;
    case VIEW_MSG_FOCUS:
        handle_focus(s, named->id);
        break;
    case VIEW_MSG_CONFIGURED:
        handle_configured(s, m);
        break;
    case VIEW_MSG_STATE:
        handle_state(s, m);
        break;
    case VIEW_MSG_CLOSE:
        bridge_session_close_window(s, named->id);
        break;
    case VIEW_MSG_PING:
        handle_ping(s, m);
        break;
    case VIEW_MSG_PACE:
        bridge_session_paced(s, m);
        break;
    case VIEW_MSG_KILL:
        handle_kill(s, m);
        break;
    case VIEW_MSG_PLACED:
        bridge_session_placed(s, m);
        break;
    default:
        handle_enter(s, m);
    }
}

static void
handle_rest(BridgeSession *s, ViewMsgType type, ChanSpan message)
{
    gconstpointer m = message.data;
    const ViewSoundPlayed *played = m;

    switch (type) {
    case VIEW_MSG_SCREEN:
        handle_screen(s, m);
        break;
    case VIEW_MSG_KEEPER:
        bridge_window_channel_keeper(&((const ViewKeeper *)m)->keeper);
        break;
    case VIEW_MSG_WORKSPACES:
        bridge_window_channel_workspaces(&((const ViewWorkspaces *)m)->workspaces);
        break;
    case VIEW_MSG_KEYMAP:
        bridge_window_channel_keymap(&((const ViewKeymap *)m)->keymap);
        break;
    case VIEW_MSG_LAYOUT:
        handle_layout(s, m);
        break;
    case VIEW_MSG_SETTLE:
        bridge_session_input_settle(s, ((const ViewSettle *)m)->serial);
        break;
    case VIEW_MSG_SOUND_PLAYED:
        bridge_sound_played(s->sound, played->serial, played->latency_us);
        break;
    case VIEW_MSG_RECORDED:
        bridge_microphone_channel_recorded(m, s->connected && bridge_rdp_congested(s->rdp));
        break;
    case VIEW_MSG_HOST_CLIP:
        bridge_clipboard_host_has(s->clipboard, m);
        break;
    case VIEW_MSG_CLIP_WANT:
        bridge_clipboard_wanted(s->clipboard, m);
        break;
    case VIEW_MSG_CLIP_DATA:
        bridge_clipboard_data(s->clipboard, message);
        break;
    default:
        g_message("view: a message of type %u is not for a session", (guint)type);
    }
}

// What a guest that does not read is spared, since the last of each says all: how a window is, and
// which one is above or focused, which workspaces there are, and what keys mean. Waiting in the
// library for it to read would stop everything else, for good when it waits for us as well.
static gboolean
can_be_held(ViewMsgType type)
{
    return type == VIEW_MSG_CONFIGURED || type == VIEW_MSG_STATE || type == VIEW_MSG_ENTER ||
           type == VIEW_MSG_FOCUS || type == VIEW_MSG_PING || type == VIEW_MSG_PACE ||
           type == VIEW_MSG_PLACED || type == VIEW_MSG_WORKSPACES || type == VIEW_MSG_KEYMAP ||
           type == VIEW_MSG_LAYOUT || type == VIEW_MSG_SETTLE;
}

static void
handle_held(BridgeSession *s, const ViewHeader *m)
{
    if (m->type == VIEW_MSG_KEYMAP || m->type == VIEW_MSG_LAYOUT || m->type == VIEW_MSG_SETTLE ||
        m->type == VIEW_MSG_WORKSPACES)
        handle_rest(s, (ViewMsgType)m->type, CHAN_SPAN((const uint8_t *)m, m->size));
    else
        handle_window(s, (ViewMsgType)m->type, m);
}

static gboolean
on_held(gpointer user)
{
    BridgeSession *s = user;

    if (bridge_rdp_congested(s->rdp))
        return G_SOURCE_CONTINUE;
    g_autoptr(GPtrArray) held = g_steal_pointer(&s->held);
    chan_timer_clear(&s->held_timer);
    for (guint i = 0; i < held->len; i++)
        handle_held(s, held->pdata[i]);
    return G_SOURCE_REMOVE;
}

static gboolean
names_window(const ViewId *m)
{
    return m->header.type == VIEW_MSG_CONFIGURED || m->header.type == VIEW_MSG_STATE ||
           m->header.type == VIEW_MSG_PING || m->header.type == VIEW_MSG_PACE ||
           m->header.type == VIEW_MSG_PLACED;
}

// At the end, in the place of the former of its kind: a window's, or of the others the only.
static void
hold(BridgeSession *s, ChanSpan message)
{
    const ViewId *m = (gconstpointer)message.data;
    gboolean of_window = names_window(m);

    if (!s->held) {
        s->held = g_ptr_array_new_with_free_func(g_free);
        s->held_timer = chan_timer_new(s->context, LIMIT_HELD_MS, on_held, s);
    }
    // Those of windows that are gone go, too, so that they are bounded.
    for (guint i = s->held->len; i-- > 0;) {
        const ViewId *former = s->held->pdata[i];
        bool same = former->header.type == m->header.type && (!of_window || former->id == m->id);
        if (same || (names_window(former) && !bridge_model_window(s->model, former->id)))
            g_ptr_array_remove_index(s->held, i);
    }
    if (!of_window || bridge_model_window(s->model, m->id))
        g_ptr_array_add(s->held, g_memdup2(message.data, message.size));
}

// Keys and presses go where these say.
static void
say_where(BridgeSession *s)
{
    for (guint i = 0; s->held && i < s->held->len;) {
        const ViewId *m = s->held->pdata[i];
        if (names_window(m)) {
            i++;
            continue;
        }
        g_autofree ViewId *own = g_ptr_array_steal_index(s->held, i);
        handle_held(s, &own->header);
    }
}

static gboolean
is_move(ViewMsgType type, gconstpointer m)
{
    return type == VIEW_MSG_POINTER && ((const ViewPointer *)m)->kind == VIEW_POINTER_MOVE;
}

void
bridge_session_view_clear(BridgeSession *s)
{
    chan_timer_clear(&s->held_timer);
    g_clear_pointer(&s->held, g_ptr_array_unref);
}

static void
on_message(ViewMsgType type, ChanSpan message, int take_fd, gpointer user)
{
    BridgeSession *s = user;

    if (can_be_held(type) && s->connected && (s->held || bridge_rdp_congested(s->rdp))) {
        hold(s, message);
        return; // none of them has a descriptor
    }
    switch (type) {
    case VIEW_MSG_KEY:
    case VIEW_MSG_TEXT:
    case VIEW_MSG_PREEDIT:
    case VIEW_MSG_POINTER:
    case VIEW_MSG_TOUCH:
    case VIEW_MSG_LOCKS:
        if (!is_move(type, message.data))
            say_where(s);
        handle_input(s, type, message);
        break;
    case VIEW_MSG_SHOWN:
    case VIEW_MSG_FOCUS:
    case VIEW_MSG_CONFIGURED:
    case VIEW_MSG_STATE:
    case VIEW_MSG_CLOSE:
    case VIEW_MSG_ENTER:
    case VIEW_MSG_PING:
    case VIEW_MSG_PACE:
    case VIEW_MSG_KILL:
    case VIEW_MSG_PLACED:
        handle_window(s, type, message.data);
        break;
    case VIEW_MSG_CONTROL:
        if (take_fd >= 0)
            bridge_session_take_control(s, g_steal_fd(&take_fd));
        break;
    case VIEW_MSG_INPUT:
        bridge_session_input_take(s, g_steal_fd(&take_fd));
        break;
    default:
        handle_rest(s, type, message);
    }
    if (take_fd >= 0)
        close(take_fd);
}

static void
on_lost(gpointer user)
{
    BridgeSession *s = user;

    bridge_session_view_clear(s);
    bridge_session_input_clear(s);
    s->focus = 0;
    bridge_input_release_all(s->input);
    bridge_model_view_lost(s->model);
    bridge_session_unpaced(s);
    bridge_clipboard_view_changed(s->clipboard, FALSE);
    bridge_session_check_abandoned(s);
}

void
bridge_session_take_view(BridgeSession *s, int take_fd)
{
    bridge_session_view_clear(s);
    bridge_viewlink_attach(s->view, take_fd);
    bridge_session_input_clear(s);
    s->focus = 0;
    bridge_input_release_all(s->input);
    bridge_model_view_attached(s->model);
    bridge_session_unpaced(s);
    bridge_cursor_view_attached(s->cursor);
    bridge_sound_view_attached(s->sound);
    bridge_microphone_channel_view_attached();
    bridge_clipboard_view_changed(s->clipboard, TRUE);
    bridge_session_check_abandoned(s);
}

const BridgeViewHandlers bridge_session_view_handlers = {.message = on_message, .lost = on_lost};
