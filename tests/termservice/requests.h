// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/termservice/rail.h"
#include "tests/termservice/session.h"
#include "tests/termservice/view.h"

// What the session does when its client asks for something by RAIL ([MS-RDPERP] 3.3.5.2).

void requests_handle(Session *session, const RailRequest *request);

// Of session.c, for this alone.
bool session_locked(const Session *session);
View *session_view(Session *session);
const Options *session_options(const Session *session);
bool session_take_exec_failure(Session *session, guint16 *result, guint32 *raw);
