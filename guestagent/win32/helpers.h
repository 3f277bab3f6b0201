// SPDX-License-Identifier: Apache-2.0
#pragma once

// The helpers of the service: one in each session in which somebody is logged on, with that user's
// rights. Each ends with its session, and with the service.

#include "guestagent/win32/helper_report.h"

#include <windows.h>

typedef struct WinHelpers WinHelpers;

// changed is borrowed, and set when a helper reported something else, or ended.
WinHelpers *win_helpers_new(HANDLE changed);
void win_helpers_free(WinHelpers *helpers);

// Starts those that are missing in the sessions, and ends the others. A helper that ended by itself
// is started again after a while.
void win_helpers_keep(WinHelpers *helpers, const uint32_t *sessions, unsigned n);

// What the session's helper said last. False: nothing yet.
bool win_helpers_report(WinHelpers *helpers, uint32_t session, WinHelperReport *report);
