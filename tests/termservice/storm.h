// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/termservice/session.h"

// A hostile guest: says one kind of thing as fast as its client takes it, until it is told to stop
// or the client is gone. README.md has the kinds.

// False when there is no such kind, or no client with RemoteApp. Another storm ends.
bool storm_begin(Session *session, const char *kind);

// Reports how much was said.
void storm_end(void);
