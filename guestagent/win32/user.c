// SPDX-License-Identifier: Apache-2.0
#include "guestagent/win32/user.h"

#include <stdbool.h>
#include <userenv.h>
#include <wchar.h>

static HANDLE user;

void
win_user_set(HANDLE token)
{
    user = token;
}

HANDLE
win_user(void)
{
    return user;
}

// Windows builds a user's whole environment for each question, and most texts need none of it.
static bool
is_everybodys(const WCHAR *text)
{
    static const WCHAR *const names[] = {L"%SystemRoot%", L"%windir%", L"%ProgramFiles%"};
    const WCHAR *first = wcschr(text, '%');

    for (unsigned i = 0; first && i < sizeof names / sizeof names[0]; i++) {
        size_t length = wcslen(names[i]);
        if (_wcsnicmp(first, names[i], length) == 0)
            return !wcschr(first + length, '%');
    }
    return !first;
}

DWORD
win_user_expand(const WCHAR *text, WCHAR *expanded, DWORD room)
{
    if (user && !is_everybodys(text))
        return ExpandEnvironmentStringsForUserW(user, text, expanded, room)
                   ? (DWORD)wcslen(expanded) + 1
                   : 0;
    DWORD n = ExpandEnvironmentStringsW(text, expanded, room);
    return n <= room ? n : 0;
}

HKEY
win_user_classes(void)
{
    HKEY key = NULL;

    if (!user)
        return HKEY_CLASSES_ROOT;
    if (RegOpenUserClassesRoot(user, 0, KEY_READ, &key) == ERROR_SUCCESS ||
        RegOpenKeyExW(HKEY_LOCAL_MACHINE, L"SOFTWARE\\Classes", 0, KEY_READ, &key) == ERROR_SUCCESS)
        return key; // while the user's are not loaded, all users'
    return NULL;
}

HKEY
win_user_settings(void)
{
    HKEY key = NULL;

    if (!user)
        return HKEY_CURRENT_USER;
    return RegOpenCurrentUser(KEY_READ, &key) == ERROR_SUCCESS ? key : NULL;
}
