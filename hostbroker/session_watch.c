// SPDX-License-Identifier: Apache-2.0

// A session whose guest falls silent, or loses its RemoteApp server, while somebody waits.

#include "hostbroker/error.h"

#include "channel/glib/timer.h"
#include "hostbroker/session_private.h"

#define AWAY_MS 3000 // for a RemoteApp server that was there, and that nobody starts again
#define GONE_MS 3000 // for windows, which most often are back by then

GError *
broker_session_failing_error(const BrokerSession *s)
{
    g_autofree char *log = broker_host_guest_state(s->host, s->config->name, "guest.log");
    const char *why = s->reason ? s->reason : "its RemoteApp server fails";

    if (s->signs_in) // a Windows, which says all there is
        return g_error_new(BROKER_ERROR, BROKER_ERROR_GUEST_FAILED,
                           "Guest %s cannot open windows: %s", s->config->name, why);
    return g_error_new(BROKER_ERROR, BROKER_ERROR_GUEST_FAILED,
                       "Guest %s cannot open windows: %s; see %s", s->config->name, why,
                       broker_config_takes_files(s->config)
                           ? log
                           : "the output of casement-supervisor in the guest");
}

// Once for each time that they go.
static void
tell_gone(BrokerSession *s)
{
    if (!s->interrupted || s->told_gone)
        return;
    s->told_gone = true;
    const char *why = s->session.ready ? "casement-view ended"
                      : s->reason      ? s->reason
                                       : "the connection to it broke";
    g_autofree char *text = g_strdup_printf(
        "Windows of %s went away: %s. They come back when it answers within half a minute",
        s->config->label, why);
    s->events->tell(text, s->user);
}

static gboolean
on_away(gpointer user)
{
    BrokerSession *s = user;

    chan_timer_clear(&s->away);
    if (s->service || s->session.ready)
        return G_SOURCE_REMOVE;
    // The guest knows better than a session that found nobody.
    g_free(s->reason);
    s->reason = g_strdup(s->away_why);
    if (broker_exec_queue_count(s->execs) > 0) {
        g_autoptr(GError) error = broker_session_failing_error(s);
        broker_session_fail(s, error);
    } else {
        tell_gone(s);
    }
    return G_SOURCE_REMOVE;
}

static gboolean
on_gone(gpointer user)
{
    BrokerSession *s = user;

    chan_timer_clear(&s->gone);
    tell_gone(s);
    return G_SOURCE_REMOVE;
}

void
broker_session_watch_windows(BrokerSession *s)
{
    if (!s->gone)
        s->gone = chan_timer_new(s->host->context, GONE_MS, on_gone, s);
}

static void
begin_away(BrokerSession *s)
{
    chan_timer_clear(&s->away);
    s->away = chan_timer_new(s->host->context, AWAY_MS, on_away, s);
}

void
broker_session_watch_service(BrokerSession *s, bool available, const char *reason)
{
    bool goes = s->had_service && !available && reason && *reason;

    s->served_throughout &= available;
    // Without a reason it is a channel that begins or ends: the next agent tells anew.
    s->had_service = available || (s->had_service && reason && *reason);
    g_clear_pointer(&s->away_why, g_free);
    if (!goes || !s->signs_in) {
        chan_timer_clear(&s->away);
        return;
    }
    s->away_why = g_strdup(reason);
    if (!s->away)
        begin_away(s);
}

void
broker_session_watch_launch(BrokerSession *s)
{
    if (s->away_why)
        begin_away(s);
}

gboolean
broker_session_waits(const BrokerSession *s)
{
    return broker_exec_queue_count(s->execs) > 0;
}

gboolean
broker_session_unanswered(BrokerSession *s, const GError *error)
{
    if (!s->session.ready) {
        broker_session_fail(s, error);
        return TRUE;
    }
    broker_exec_queue_fail(s->execs, FALSE, error);
    return FALSE;
}
