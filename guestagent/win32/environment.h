// SPDX-License-Identifier: Apache-2.0
#pragma once

// Environment variables in texts. A process has those of the time when it began; the helper, which
// is there for as long as its user is, reads the user's anew with each list.

#include <windows.h>

// Reads this process's user's. Without it, or where Windows refuses, those of the process count.
void win_environment_renew(void);

// As ExpandEnvironmentStringsW. 0: it has no room, or fails.
DWORD win_environment_expand(const WCHAR *text, WCHAR *expanded, DWORD room);
