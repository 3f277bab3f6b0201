// SPDX-License-Identifier: Apache-2.0
#pragma once

// A guest's RDP server serves one client at a time: what a session is asked when another one wants
// to be it (hostbroker/forward.h).

#include "hostbroker/session.h"

// Whether somebody would miss it: windows, or a program that is being started.
gboolean broker_session_in_use(const BrokerSession *session);

// Ends both processes; what waits for it fails with error. The guest and its programs run on, and
// the next launch starts a session anew.
void broker_session_yield(BrokerSession *session, const GError *error);
