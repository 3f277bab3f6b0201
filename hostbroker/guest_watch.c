// SPDX-License-Identifier: Apache-2.0

// Whether a guest's agent is still there, while a launch waits or windows are open. A pipe of a
// virtual machine stays open when the agent ends, so that nothing but silence tells.

#include "hostbroker/error.h"

#include "channel/glib/timer.h"
#include "hostbroker/guest_private.h"

#define SERVICE_HINT "(in Windows, the service \"Casement agent\")"
#define LOOK_MS 500
#define ASK_US 1000000
#define SILENT_US ((gint64)BROKER_QUIET_MS * 1000)

static void
fail_launches(BrokerGuest *g, const char *what)
{
    g_autoptr(GError) error =
        g_error_new(BROKER_ERROR, BROKER_ERROR_GUEST_FAILED,
                    "Guest %s: %s; see that its agent runs there " SERVICE_HINT ", then try again",
                    g->name, what);
    gboolean idle = broker_session_unanswered(g->session, error);

    // No window depends on it: the next launch finds out whether it is back by a new pipe.
    if (idle && g->state == GUEST_UP) {
        broker_guest_set_error(g, BROKER_ERROR_GUEST_FAILED, g_strdup(error->message));
        broker_guest_drop_pump(g);
        broker_guest_event(g, GUEST_EVENT_PIPE_LOST);
    }
}

static void
look(BrokerGuest *g)
{
    gint64 now = g_get_monotonic_time();
    ChanPumpStats stats;

    if (!g->pump || g->state == GUEST_BROKEN) {
        if (g->missed_us == 0)
            g->missed_us = now;
        if (now - g->missed_us > SILENT_US)
            fail_launches(g, "the connection to its agent broke, and is not back");
        return;
    }
    g->missed_us = 0;
    if (g->state != GUEST_UP)
        return; // has a time limit of its own
    chan_pump_get_stats(g->pump, &stats);
    gint64 silent = MIN(now - (gint64)stats.heard_us, now - g->watched_us);
    if (silent > SILENT_US)
        fail_launches(g, "its agent does not answer any more");
    else if (silent > ASK_US)
        chan_pump_ask(g->pump);
}

static gboolean
on_look(gpointer user)
{
    BrokerGuest *g = user;

    if (broker_session_waits(g->session))
        look(g);
    if (broker_session_waits(g->session))
        return G_SOURCE_CONTINUE;
    chan_timer_clear(&g->watch);
    return G_SOURCE_REMOVE;
}

void
broker_guest_watch(BrokerGuest *g)
{
    if (g->watch || !g->session)
        return;
    g->missed_us = 0;
    g->watched_us = g_get_monotonic_time();
    g->watch = chan_timer_new(g->host->context, LOOK_MS, on_look, g);
}

void
broker_guest_silent(BrokerGuest *g)
{
    ChanPumpStats stats;

    chan_pump_get_stats(g->pump, &stats);
    // Streams that are sockets of their own do not cross the agent; a launch is told of by `look`.
    if (stats.passes_fds || !broker_session_shows(g->session) || broker_session_waits(g->session))
        return;
    g_autofree char *text = g_strdup_printf(
        "Windows of %s do not answer: its agent is silent. They go on when it is back; see that it "
        "runs there " SERVICE_HINT,
        g->config->label);
    g->events->tell(g, text, g->user);
}
