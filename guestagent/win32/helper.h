// SPDX-License-Identifier: Apache-2.0
#pragma once

// The helper in a session (casement-agent --helper): knows what only a program of that session can,
// and writes it to standard output (helper_report.h). It ends when standard input does, that is,
// with the service.

#include "guestagent/win32/helper_report.h"

// What this process's session is like now.
void win_helper_look(WinHelperReport *report);

// Returns the process's exit code.
int win_helper(void);
