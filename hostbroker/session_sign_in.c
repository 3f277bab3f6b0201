// SPDX-License-Identifier: Apache-2.0

// A session of a guest that asks who signs in.

#include "channel/utf8.h"

#include "channel/glib/timer.h"
#include "hostbroker/error.h"
#include "hostbroker/session_private.h"

#include <string.h>

#define JUDGE_MS 1500 // Windows takes a second to see that nobody listens on a port of its own

static void
on_credentials(const BrokerCredentials *credentials, const GError *error, gpointer user)
{
    BrokerSession *s = user;

    if (error) {
        broker_session_fail(s, error);
        return;
    }
    broker_credentials_free(s->credentials);
    s->credentials = broker_credentials_copy(credentials);
    broker_session_advance(s);
}

bool
broker_session_lacks_credentials(BrokerSession *s)
{
    if (!s->signs_in || s->credentials)
        return false;
    if (broker_sign_in_asking(s->sign_in))
        return true;
    // A person may have to be asked, who takes the time it takes, and a first log-on makes a
    // profile: casement-session has its own limit for that.
    broker_exec_queue_hold(s->execs, TRUE);
    broker_sign_in_get(s->sign_in, (const char *const *)s->environment, on_credentials, s);
    return true;
}

static void
send_certificates(BrokerSession *s)
{
    CtlCertificates m = {.n = s->certificates.n};

    CTL_INIT(&m, CTL_CERTIFICATES);
    for (guint i = 0; i < m.n; i++) {
        const ChanCertificate *c = &s->certificates.certificates[i];
        m.certificates[i].size = c->size;
        memcpy(m.certificates[i].hash, c->hash, sizeof c->hash);
    }
    chan_packet_send(s->session.control, &m, sizeof m, NULL, 0);
}

void
broker_session_send_credentials(BrokerSession *s)
{
    BrokerCredentials *c = g_steal_pointer(&s->credentials);
    CtlCredentials m = {0};

    if (!c)
        return;
    send_certificates(s);
    CTL_INIT(&m, CTL_CREDENTIALS);
    CTL_SET_TEXT(m.user, c->name);
    CTL_SET_TEXT(m.domain, c->domain);
    CTL_SET_TEXT(m.password, c->password);
    chan_packet_send(s->session.control, &m, sizeof m, NULL, 0);
    explicit_bzero(&m, sizeof m);
    broker_credentials_free(c);
}

void
broker_session_on_sign_in_failed(BrokerSession *s, const CtlSignInFailed *m)
{
    char text[CTL_TEXT_MAX];

    if (!s->signs_in)
        return;
    chan_utf8_clean(CHAN_SPAN_TEXT(m->text), text, sizeof text);
    g_free(s->refused);
    s->refused = g_strdup(text);
    s->again = m->again != 0;
    s->doubtful = m->doubtful != 0;
}

static void
end_refused(BrokerSession *s)
{
    g_autofree char *text = g_steal_pointer(&s->refused);
    bool ask_again = broker_sign_in_refused(s->sign_in, s->again, text);
    g_autoptr(GError) error = g_error_new_literal(BROKER_ERROR, BROKER_ERROR_GUEST_FAILED, text);

    if (ask_again)
        broker_session_advance(s);
    else
        broker_session_fail(s, error);
}

// By now the guest has told if it is not there any more, or its Remote Desktop is not.
static gboolean
on_judge(gpointer user)
{
    BrokerSession *s = user;

    chan_timer_clear(&s->restart);
    if (s->service && s->served_throughout) {
        end_refused(s);
    } else {
        g_clear_pointer(&s->refused, g_free);
        broker_session_crashed(s);
    }
    return G_SOURCE_REMOVE;
}

void
broker_session_end_refused(BrokerSession *s)
{
    if (!s->doubtful) {
        end_refused(s);
        return;
    }
    chan_timer_clear(&s->restart);
    s->restart = chan_timer_new(s->host->context, JUDGE_MS, on_judge, s);
}

void
broker_session_set_sign_in(BrokerSession *s, guint32 signs_in, const char *suggested_user)
{
    s->signs_in = signs_in;
    broker_sign_in_suggest(s->sign_in, suggested_user);
}

void
broker_session_set_certificates(BrokerSession *s, const ChanCertificates *certificates)
{
    s->certificates = *certificates;
}
