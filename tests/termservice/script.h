// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/termservice/session.h"

// Commands of a test, one a line (README.md has them all). Prints "done", or "unknown" for a line
// it cannot use.
void script_run(Session *session, const char *line);
