// SPDX-License-Identifier: Apache-2.0
#pragma once

// Who sits at this guest. For the service, which runs as Windows itself.

#include <stdbool.h>
#include <windows.h>

// The token of the user whose session is in use: by Remote Desktop or at the console, or else one
// that was left disconnected. NULL: nobody is logged on. The caller closes it.
HANDLE win_session_user(void);

// The account's name without its domain.
bool win_session_user_name(HANDLE token, WCHAR *name, DWORD room);
