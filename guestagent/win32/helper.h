// SPDX-License-Identifier: Apache-2.0
#pragma once

// The helper in a session (casement-agent --helper): knows what only a program of that session can,
// reads what is its user's with no more than that user's rights, and tells the service both over
// standard output (helper_words.h). It ends when standard input does, that is, with the service.

#include "guestagent/win32/helper_report.h"

// What this process's session is like now.
void win_helper_look(WinHelperReport *report);

// Returns the process's exit code.
int win_helper(void);
