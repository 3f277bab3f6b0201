// SPDX-License-Identifier: Apache-2.0

// What the session shows on the desktop: windows, and icons of the tray.

#include "hostbroker/session_private.h"

void
broker_session_on_window(BrokerSession *s, const CtlWindow *m)
{
    if (!broker_window_list_has(s->windows, m->window_id))
        broker_exec_queue_window(s->execs, m->app_index);
    broker_window_list_set(s->windows, m);
    s->started_us = 0;
    if (s->runs_desktop && m->window_id == CTL_WINDOW_SCREEN)
        broker_desktop_size_window(s->desktop_size, m);
    s->events->changed(s->user);
}

static const BrokerApp *
on_app(guint32 index, gpointer user)
{
    BrokerSession *s = user;

    return s->events->app(index, s->user);
}

// Scrolling, and a menu that opens, are not what a window comes of.
static gboolean
is_press(const CtlTrayEvent *event)
{
    return event->kind == CTL_TRAY_ACTIVATE || event->kind == CTL_TRAY_SECONDARY ||
           event->kind == CTL_TRAY_CONTEXT_MENU || event->kind == CTL_TRAY_MENU_CLICKED;
}

// The view hears of a press from here, and not from who hears the guest.
static void
on_event(const CtlTrayEvent *event, gpointer user)
{
    const CtlPlain pressed = {CTL_PRESSED, sizeof pressed};
    BrokerSession *s = user;

    if (s->view.control && is_press(event))
        chan_packet_send(s->view.control, &pressed, sizeof pressed, NULL, 0);
    if (s->session.control)
        chan_packet_send(s->session.control, event, sizeof *event, NULL, 0);
}

void
broker_session_on_tray(BrokerSession *s, ChanSpan packet)
{
    static const BrokerTrayEvents events = {on_app, on_event};

    if (!s->tray)
        s->tray = broker_tray_new(s->host, s->config->name, s->config->label, &events, s);
    broker_tray_message(s->tray, packet);
}

void
broker_session_on_recording(BrokerSession *s, gboolean on)
{
    if (!s->microphone && on)
        s->microphone = broker_microphone_new(s->host, s->config->name, s->config->label);
    if (s->microphone)
        broker_microphone_set(s->microphone, on);
    s->events->changed(s->user);
}

gboolean
broker_session_records(const BrokerSession *s)
{
    return s->microphone && broker_microphone_used(s->microphone);
}

gboolean
broker_session_shows(const BrokerSession *s)
{
    return broker_window_list_count(s->windows) > 0 || (s->tray && broker_tray_count(s->tray) > 0);
}

void
broker_session_forget_shown(BrokerSession *s)
{
    broker_window_list_clear(s->windows);
    broker_desktop_size_gone(s->desktop_size);
    g_clear_pointer(&s->tray, broker_tray_free);
    s->started_us = 0;
}
