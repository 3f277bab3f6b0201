// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/x11/control.h"

#include "rdpbridge/x11/adopt.h"
#include "rdpbridge/x11/clipboard.h"
#include "rdpbridge/x11/focus.h"
#include "rdpbridge/x11/launches.h"
#include "rdpbridge/x11/microphone.h"
#include "rdpbridge/x11/session.h"
#include "rdpbridge/x11/windows.h"

#include <string.h>
#include <unistd.h>

struct HostControl {
    View *view;
    ChanPacketSocket *socket;
    HostAdoption *adoption;
    GSource *report;
    CtlViewStatus reported;
    bool recording;
};

static void on_packet(ChanPacketSocket *socket, ChanSpan untrusted_packet, const int *take_fds,
                      guint n_fds, gpointer user);

HostControl *
host_control_new(View *view, int take_fd)
{
    HostControl *c = g_new0(HostControl, 1);

    c->view = view;
    c->socket = chan_packet_socket_new(view->context, take_fd, CTL_PACKET_MAX, on_packet, c);
    return c;
}

static void
stop_report(HostControl *c)
{
    if (!c->report)
        return;
    g_source_destroy(c->report);
    g_source_unref(c->report);
    c->report = NULL;
}

void
host_control_free(HostControl *c)
{
    if (!c)
        return;
    stop_report(c);
    host_adoption_free(c->adoption);
    chan_packet_socket_free(c->socket);
    g_free(c);
}

void
host_control_ready(HostControl *c)
{
    CtlPlain m = {CTL_VIEW_READY, sizeof m};

    if (c->socket)
        chan_packet_send(c->socket, &m, sizeof m, NULL, 0);
}

static gboolean
on_report(gpointer user)
{
    HostControl *c = user;
    View *view = c->view;
    CtlViewStatus m = {.pixels_received = view->pixels_received,
                       .pixels_painted = view->pixels_painted,
                       .pixels_shared = view->pixels_shared,
                       .pixels_streamed = view->pixels_streamed,
                       .keys_measured = view->latency.count,
                       .key_to_pixel_p50_us = host_latency_percentile(&view->latency, 50),
                       .key_to_pixel_p99_us = host_latency_percentile(&view->latency, 99),
                       .windows = host_windows_count(view->windows),
                       .frames = view->frames,
                       .sound_underruns = view->sound_underruns,
                       .places_told = view->places_told,
                       .states_told = view->states_told,
                       .places_asked = view->places_asked,
                       .states_asked = view->states_asked};

    stop_report(c);
    CTL_INIT(&m, CTL_VIEW_STATUS);
    if (c->socket && memcmp(&m, &c->reported, sizeof m) != 0)
        chan_packet_send(c->socket, &m, sizeof m, NULL, 0);
    c->reported = m;
    return G_SOURCE_REMOVE;
}

void
host_control_figures_changed(View *view)
{
    HostControl *c = view->control;

    if (!c || c->report || !c->socket)
        return;
    c->report = g_timeout_source_new(1000);
    g_source_set_callback(c->report, on_report, c, NULL);
    g_source_attach(c->report, view->context);
}

bool
host_control_attached(const View *view)
{
    return view->control && view->control->socket;
}

static void
tell_recording(HostControl *c)
{
    CtlRecording m = {.on = c->recording};

    CTL_INIT(&m, CTL_RECORDING);
    if (c->socket)
        chan_packet_send(c->socket, &m, sizeof m, NULL, 0);
}

void
host_control_recording(View *view, bool on)
{
    HostControl *c = view->control;

    if (!c || c->recording == on)
        return;
    c->recording = on;
    tell_recording(c);
}

static void
handle_setup(HostControl *c, const CtlSetup *m)
{
    View *view = c->view;

    bool border = view->setup.border_rgb != m->border_rgb;

    view->setup = *m;
    if (m->max_windows == 0 || m->max_windows > VIEW_WINDOWS_MAX)
        view->setup.max_windows = VIEW_WINDOWS_MAX;
    host_windows_refresh(view->windows);
    if (border)
        host_windows_border_changed(view->windows);
    host_clipboard_policy_changed(view->clipboard);
    host_microphone_policy_changed(view->microphone);
    host_session_admit(view->session);
}

static void
handle_app(HostControl *c, const CtlApp *m)
{
    View *view = c->view;

    if (m->index >= CHAN_APPS_MAX)
        return;
    g_hash_table_replace(view->classes, GUINT_TO_POINTER(m->index), g_strdup(m->wm_class));
    host_windows_refresh(view->windows);
}

// The broker is one of us, but a packet it did not mean must not take the windows along.
static void
handle(HostControl *c, ChanSpan packet, int *fd)
{
    View *view = c->view;
    const void *m = packet.data;

    switch (ctl_type(packet)) {
    case CTL_SETUP:
        handle_setup(c, m);
        break;
    case CTL_APP:
        handle_app(c, m);
        break;
    case CTL_QUIT:
        view_quit(view);
        break;
    case CTL_SESSION:
        if (*fd >= 0)
            host_session_connect(view->session, g_steal_fd(fd));
        break;
    case CTL_STARTUP:
        host_launches_add(view->launches, m);
        break;
    case CTL_RAISE:
        host_focus_raise(view->focus,
                         host_windows_find(view->windows, ((const CtlWindowId *)m)->window_id));
        break;
    case CTL_PRESSED:
        view_pressed_elsewhere(view);
        break;
    default:
        g_message("the broker sent a message that is not for a view (%u)", ctl_type(packet));
        break;
    }
}

static void
on_adopted(int take_fd, gpointer user)
{
    HostControl *c = user;

    host_adoption_free(c->adoption);
    c->adoption = NULL;
    if (take_fd >= 0) {
        c->socket = chan_packet_socket_new(c->view->context, take_fd, CTL_PACKET_MAX, on_packet, c);
        host_control_ready(c);
        memset(&c->reported, 0, sizeof c->reported);
        host_control_figures_changed(c->view);
    } else if (!host_session_connected(c->view->session)) {
        view_quit(c->view);
    }
}

static void
on_packet(ChanPacketSocket *socket, ChanSpan untrusted_packet, const int *take_fds, guint n_fds,
          gpointer user)
{
    HostControl *c = user;
    int fd = n_fds > 0 ? take_fds[0] : -1;

    for (guint i = 1; i < n_fds; i++)
        close(take_fds[i]);
    if (untrusted_packet.size == 0) {
        chan_packet_socket_free(c->socket);
        c->socket = NULL;
        stop_report(c);
        host_microphone_policy_changed(c->view->microphone); // nobody shows that it is used
        c->adoption = host_adoption_start(c->view, on_adopted, c);
        return;
    }
    if (ctl_check(untrusted_packet))
        handle(c, untrusted_packet, &fd);
    else
        g_message("the broker sent a malformed message, which is ignored");
    if (fd >= 0)
        close(fd);
}

void
host_control_session_lost(HostControl *c)
{
    if (c && !c->socket && !c->adoption)
        view_quit(c->view);
}
