// SPDX-License-Identifier: Apache-2.0
#include "hostbroker/desktop.h"

#include "channel/glib/timer.h"
#include "hostbroker/session_private.h"

#include <signal.h>
#include <unistd.h>

#define EXPECT_MS 8000 // for the view of a former broker to come

static void
end_expected(const BrokerSession *s, const BrokerMember *m)
{
    g_autoptr(BrokerProcess) process = broker_process_attach(
        s->host->context, m->expected.pid, m->expected.start_time, NULL, NULL, NULL);

    broker_process_signal(process, SIGKILL);
}

void
broker_session_expect_no_more(BrokerSession *s)
{
    chan_timer_clear(&s->deadline);
    s->expecting = false;
    end_expected(s, &s->view);
    end_expected(s, &s->session);
}

static gboolean
on_nobody_came(gpointer user)
{
    BrokerSession *s = user;

    g_message("guest %s: the former session's view did not come; ended", s->config->name);
    broker_session_expect_no_more(s);
    s->events->changed(s->user);
    broker_session_advance(s);
    return G_SOURCE_REMOVE;
}

void
broker_session_expect(BrokerSession *s, const BrokerState *state)
{
    s->view.expected = state->view;
    s->session.expected = state->session;
    bool view = broker_identity_alive(&state->view);
    bool session = broker_identity_alive(&state->session);
    if (!view && !session)
        return;
    s->expecting = true;
    s->desktop = s->runs_desktop = state->desktop;
    g_strfreev(s->environment);
    s->environment = broker_desktop_recall(s->host, s->config->name);
    // Nobody comes where the view is gone.
    s->deadline = chan_timer_new(s->host->context, view ? EXPECT_MS : 0, on_nobody_came, s);
}

static bool
adopt_member(BrokerSession *s, BrokerMember *m, BrokerProcessEnded ended)
{
    m->process = broker_process_attach(s->host->context, m->expected.pid, m->expected.start_time,
                                       ended, s, NULL);
    return m->process != NULL;
}

gboolean
broker_session_adopt(BrokerSession *s, const CtlAdopt *untrusted_adopt, pid_t peer_pid,
                     int take_view_fd, int take_session_fd)
{
    // The numbers have to be those that a former broker wrote down, and the view the one it was.
    bool known = s->expecting && s->view.expected.pid == peer_pid &&
                 untrusted_adopt->view_pid == (guint32)peer_pid;

    if (!known || !adopt_member(s, &s->view, broker_session_on_view_ended)) {
        close(take_view_fd);
        close(take_session_fd);
        return FALSE;
    }
    s->expecting = false;
    chan_timer_clear(&s->deadline);
    s->view.ready = true;
    broker_session_attach(s, &s->view, take_view_fd);
    // A view does not know its session's pid: the one written down is it, if it lives.
    guint32 pid = untrusted_adopt->session_pid;
    if ((pid == 0 || pid == (guint32)s->session.expected.pid) &&
        adopt_member(s, &s->session, broker_session_on_session_ended)) {
        s->session.ready = true;
        s->started_us = g_get_monotonic_time(); // it tells anew of what it shows
        broker_session_attach(s, &s->session, take_session_fd);
    } else {
        close(take_session_fd);
        s->interrupted = s->session.expected.pid != 0;
    }
    s->events->changed(s->user);
    broker_session_advance(s);
    return TRUE;
}
