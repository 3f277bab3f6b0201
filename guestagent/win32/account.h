// SPDX-License-Identifier: Apache-2.0
#pragma once

// Who runs this, and who may come by Remote Desktop.

#include <stdbool.h>
#include <windows.h>

#define WIN_SID_MAX 192

// With an administrator's rights in force, not only in an administrator's account.
bool win_account_is_administrator(void);

// The SID as text: of an account by name; of a token, or of this process's (NULL).
bool win_account_find(const WCHAR *name, WCHAR sid[WIN_SID_MAX]);
bool win_account_of_token(HANDLE token, WCHAR sid[WIN_SID_MAX]);

// Windows itself, which has no desktop and needs no right to come.
bool win_account_is_system(const WCHAR *sid);

typedef enum { WIN_MEMBER_ADDED, WIN_MEMBER_ALREADY, WIN_MEMBER_FAILED } WinMember;

// Membership in Remote Desktop Users (S-1-5-32-555, whatever its name here). Errors in
// GetLastError.
bool win_account_is_remote(const WCHAR *sid); // false also when Windows does not tell
WinMember win_account_add_remote(const WCHAR *sid);
bool win_account_drop_remote(const WCHAR *sid); // true also when it was no member any more
