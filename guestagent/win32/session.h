// SPDX-License-Identifier: Apache-2.0
#pragma once

// Who sits at this guest. For the service, which runs as Windows itself.

#include "guestagent/win32/edition.h"
#include "guestagent/win32/people.h"

#include <windows.h>

// The token of the user of a session; the caller closes it. NULL: nobody is logged on in it, or
// this process is not Windows' own.
HANDLE win_session_token(uint32_t session);

// All sessions, as Windows tells of them (heard and report are left alone). Returns how many.
unsigned win_session_list(const WinEdition *windows, WinPerson *people, unsigned max);
// The one of this process, whose user's program it is.
void win_session_own(WinPerson *person);

// The account, DOMAIN\NAME, of whoever sits before this process: the user of its session, or where
// it has none (a service's) of the console. Elevation by another account does not change that.
// False: nobody is there, or Windows does not tell.
bool win_session_sitting(WCHAR *account, DWORD room);
