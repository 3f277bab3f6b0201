// SPDX-License-Identifier: Apache-2.0
#pragma once

// Whose data is read. The service is Windows' own process, and impersonation changes neither its
// environment nor its HKEY_CURRENT_USER and HKEY_CLASSES_ROOT: they are asked for by token here.

#include <windows.h>

// A token, borrowed until the next call; NULL: this process's user. The environment is kept for as
// long: the same token again has it read anew.
void win_user_set(HANDLE token);
HANDLE win_user(void);

// As ExpandEnvironmentStringsW, in the user's environment. 0: it has no room, or fails.
DWORD win_user_expand(const WCHAR *text, WCHAR *expanded, DWORD room);

// The user's classes together with the system's, and the user's settings, to read. The caller, who
// impersonates the user, closes them. NULL: they are not there.
HKEY win_user_classes(void);
HKEY win_user_settings(void);
