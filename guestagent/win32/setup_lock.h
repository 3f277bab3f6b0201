// SPDX-License-Identifier: Apache-2.0
#pragma once

// Setup, its undo and the service change the same settings and notes (undo.h): one at a time, each
// in a process of its own. Who is ended meanwhile holds up nobody.

#include <windows.h>

// NULL: another has it for longer than that, or Windows refuses (GetLastError).
HANDLE win_setup_lock(DWORD wait_ms);
void win_setup_unlock(HANDLE lock); // may be NULL
