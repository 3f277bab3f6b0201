// SPDX-License-Identifier: Apache-2.0
#include "hostbroker/session_yield.h"

#include "hostbroker/session_private.h"

gboolean
broker_session_in_use(const BrokerSession *s)
{
    return s->expecting || s->interrupted || s->prepared || broker_exec_queue_count(s->execs) > 0 ||
           broker_session_shows(s);
}

void
broker_session_yield(BrokerSession *s, const GError *error)
{
    bool service = s->service;

    broker_session_stop(s, error);
    s->service = service; // the guest's server is still there
}
