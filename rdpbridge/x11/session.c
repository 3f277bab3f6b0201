// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/x11/session.h"

#include "rdpbridge/limits.h"
#include "rdpbridge/pace.h"
#include "rdpbridge/x11/clipboard.h"
#include "rdpbridge/x11/control.h"
#include "rdpbridge/x11/cost.h"
#include "rdpbridge/x11/cursor.h"
#include "rdpbridge/x11/focus.h"
#include "rdpbridge/x11/input_path.h"
#include "rdpbridge/x11/keyboard.h"
#include "rdpbridge/x11/microphone.h"
#include "rdpbridge/x11/paint.h"
#include "rdpbridge/x11/pointer.h"
#include "rdpbridge/x11/screen.h"
#include "rdpbridge/x11/sound.h"
#include "rdpbridge/x11/stack.h"
#include "rdpbridge/x11/windows.h"

#include <gio/gio.h>
#include <unistd.h>

struct HostSession {
    View *view;
    ChanPacketSocket *socket;
    bool admitted;
    bool full;               // too many puts under way
    bool failed;             // sending did: dropped when the stack has unwound
    BridgePace pace, opened; // of the host's time, and of windows
    bool opening;            // rests until the window manager has mapped a window
    bool said_pace;
    GSource *rest; // until the guest may cost something again
    GSource *drop;
};

HostSession *
host_session_new(View *view)
{
    HostSession *s = g_new0(HostSession, 1);

    s->view = view;
    bridge_pace_init(&s->pace, LIMIT_HOST_US_PER_S, LIMIT_HOST_US_BURST, g_get_monotonic_time());
    bridge_pace_init(&s->opened, LIMIT_OPENED_PER_S, LIMIT_OPENED_BURST, g_get_monotonic_time());
    return s;
}

static void
stop_rest(HostSession *s)
{
    if (!s->rest)
        return;
    g_source_destroy(s->rest);
    g_source_unref(s->rest);
    s->rest = NULL;
    s->opening = false;
}

static void
disconnect(HostSession *s)
{
    stop_rest(s);
    if (s->drop) {
        g_source_destroy(s->drop);
        g_source_unref(s->drop);
        s->drop = NULL;
    }
    chan_packet_socket_free(s->socket);
    s->socket = NULL;
    s->full = s->failed = false;
}

void
host_session_free(HostSession *s)
{
    if (!s)
        return;
    disconnect(s);
    g_free(s);
}

bool
host_session_connected(const HostSession *s)
{
    return s->socket != NULL;
}

// What belonged to the connection, but for the windows.
static void
forget(HostSession *s)
{
    disconnect(s);
    host_paint_forget(s->view);
    host_sound_close(s->view->sound);
    host_microphone_over(s->view->microphone);
    host_clipboard_reset(s->view->clipboard);
    host_cursor_reset(s->view->cursor);
}

static void
lost(HostSession *s)
{
    forget(s);
    host_windows_orphan_all(s->view->windows);
    host_focus_reset(s->view->focus);
    host_stack_reset(s->view->stack);
    host_control_session_lost(s->view->control);
}

static void
drop_broken(HostSession *s, const char *why)
{
    g_message("guest %s: the session broke the view protocol (%s); its windows are closed",
              s->view->setup.guest, why);
    forget(s);
    host_windows_close_all(s->view->windows);
    host_focus_reset(s->view->focus);
    host_stack_reset(s->view->stack);
    host_control_session_lost(s->view->control);
}

static gboolean
dispatch(View *view, ChanSpan packet, int take_fd, GError **error)
{
    const void *m = packet.data;

    switch (view_type(packet)) {
    case VIEW_MSG_CURSOR:
        return host_cursor_set(view->cursor, m, take_fd, error);
    case VIEW_MSG_SETTLED:
        host_input_path_settled(view->input_path, ((const ViewSettle *)m)->serial);
        return TRUE;
    case VIEW_MSG_SOUND_OPEN:
        host_sound_open(view->sound, m);
        return TRUE;
    case VIEW_MSG_SOUND:
        return host_sound_play(view->sound, m, error);
    case VIEW_MSG_SOUND_CLOSE:
        host_sound_drain(view->sound);
        return TRUE;
    case VIEW_MSG_RECORD:
        host_microphone_record(view->microphone, m);
        return TRUE;
    case VIEW_MSG_RECORD_OVER:
        host_microphone_over(view->microphone);
        return TRUE;
    case VIEW_MSG_CLIP_OFFER:
    case VIEW_MSG_CLIP_WANT:
    case VIEW_MSG_CLIP_DATA:
    case VIEW_MSG_CLIP_SAVE:
        host_clipboard_message(view->clipboard, packet);
        return TRUE;
    default:
        return host_windows_message(view->windows, packet, take_fd, error);
    }
}

static void
update_pause(HostSession *s)
{
    if (s->socket)
        chan_packet_socket_pause(s->socket, !s->admitted || s->full || s->rest);
}

static gboolean
on_rested(gpointer user)
{
    HostSession *s = user;

    stop_rest(s);
    update_pause(s);
    return G_SOURCE_REMOVE;
}

static void
rest(HostSession *s, gint64 us)
{
    stop_rest(s);
    s->rest = g_timeout_source_new(MAX((guint)(us / 1000 + 1), LIMIT_REST_MS));
    g_source_set_callback(s->rest, on_rested, s, NULL);
    g_source_attach(s->rest, s->view->context);
    update_pause(s);
    if (!s->said_pace)
        g_message("guest %s: its windows, icons or pointer change more often than the X server and "
                  "the window manager have time for a guest (%d ms a second); it is slowed down",
                  s->view->setup.guest, LIMIT_HOST_US_PER_S / 1000);
    s->said_pace = true;
}

// What a message costs is the guest's to save.
static void
charge(HostSession *s, uint32_t us, bool opens)
{
    gint64 now = g_get_monotonic_time();

    bridge_pace_take(&s->pace, us, now);
    gint64 wait_us = bridge_pace_wait_us(&s->pace, now);
    bool many = opens && bridge_pace_wait_us(&s->opened, now) > 0;
    if (opens && !many)
        bridge_pace_take(&s->opened, 1, now);
    if (many)
        wait_us = MAX(wait_us, (gint64)LIMIT_OPENED_REST_MS * 1000);
    if (!s->socket || s->rest || wait_us == 0)
        return;
    rest(s, wait_us);
    s->opening = many;
}

void
host_session_cost(View *view, uint32_t us)
{
    charge(view->session, us, false);
}

void
host_session_opened(View *view, gint64 took_us)
{
    HostSession *s = view->session;

    if (s->opening)
        rest(s, MIN(took_us * LIMIT_OPENED_REST_TIMES, (gint64)LIMIT_OPENED_REST_MS * 1000));
}

static void
on_packet(ChanPacketSocket *socket, ChanSpan untrusted_packet, const int *take_fds, guint n_fds,
          gpointer user)
{
    HostSession *s = user;
    g_autoptr(GError) error = NULL;

    if (untrusted_packet.size == 0) {
        lost(s);
        return;
    }
    if (!view_check(untrusted_packet) || view_fds(untrusted_packet) != n_fds) {
        for (guint i = 0; i < n_fds; i++)
            close(take_fds[i]);
        drop_broken(s, "a malformed message");
        return;
    }
    uint32_t us = host_cost_of(s->view, untrusted_packet);
    uint64_t maps = s->view->maps, raises = s->view->raises;
    if (!dispatch(s->view, untrusted_packet, n_fds > 0 ? take_fds[0] : -1, &error))
        drop_broken(s, error->message);
    raises = s->view->raises - raises;
    charge(s, us + (uint32_t)raises * HOST_COST_RAISE_US, s->view->maps != maps);
}

void
host_session_connect(HostSession *s, int take_fd)
{
    View *view = s->view;

    if (s->socket) {
        forget(s);
        host_windows_orphan_all(view->windows);
        host_focus_reset(view->focus);
        host_stack_reset(view->stack);
    }
    host_windows_expect(view->windows);
    s->socket = chan_packet_socket_new(view->context, take_fd, VIEW_PACKET_MAX, on_packet, s);
    update_pause(s);
    host_screen_tell(view->screen);
    host_keyboard_tell(view->keyboard);
    host_pointer_has_session(view->pointer);
    host_clipboard_tell(view->clipboard);
    host_input_path_has_session(view->input_path);
}

void
host_session_admit(HostSession *s)
{
    s->admitted = true;
    update_pause(s);
}

void
host_session_pause(View *view, bool pause)
{
    view->session->full = pause;
    update_pause(view->session);
}

size_t
host_session_queued(View *view)
{
    return view->session->socket ? chan_packet_queued(view->session->socket) : 0;
}

static gboolean
on_drop(gpointer user)
{
    HostSession *s = user;

    g_message("guest %s: the session does not read what the view sends and is dropped",
              s->view->setup.guest);
    lost(s);
    return G_SOURCE_REMOVE;
}

void
host_session_send_fd(View *view, const void *message, size_t size, int fd)
{
    HostSession *s = view->session;

    host_input_path_said(view->input_path, view_type(CHAN_SPAN(message, size)));
    if (!s->socket || s->failed || chan_packet_send(s->socket, message, size, &fd, fd >= 0))
        return;
    // Inside a handler of who knows whom: leave the rest to the loop. A peer that is gone is seen
    // by the socket itself.
    s->failed = true;
    if (chan_packet_queued(s->socket) == 0)
        return;
    s->drop = g_idle_source_new();
    g_source_set_priority(s->drop, G_PRIORITY_DEFAULT); // also while more and more comes in
    g_source_set_callback(s->drop, on_drop, s, NULL);
    g_source_attach(s->drop, view->context);
}

void
host_session_send(View *view, const void *message, size_t size)
{
    host_session_send_fd(view, message, size, -1);
}
