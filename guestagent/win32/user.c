// SPDX-License-Identifier: Apache-2.0
#include "guestagent/win32/user.h"

#include <string.h>
#include <userenv.h>
#include <wchar.h>

static HANDLE user;
static WCHAR *environment; // the user's, once it was asked for

void
win_user_set(HANDLE token)
{
    if (environment)
        DestroyEnvironmentBlock(environment);
    environment = NULL;
    user = token;
}

HANDLE
win_user(void)
{
    return user;
}

static const WCHAR *
value_of(const WCHAR *name, size_t length)
{
    for (const WCHAR *line = environment; *line; line += wcslen(line) + 1)
        if (_wcsnicmp(line, name, length) == 0 && line[length] == '=')
            return line + length + 1;
    return NULL;
}

// ExpandEnvironmentStringsForUserW builds the whole environment for each text, and here are
// thousands of them.
static DWORD
expand_for_user(const WCHAR *text, WCHAR *expanded, DWORD room)
{
    DWORD n = 0;

    while (*text) {
        const WCHAR *end = *text == '%' ? wcschr(text + 1, '%') : NULL;
        const WCHAR *value =
            end && end > text + 1 ? value_of(text + 1, (size_t)(end - text - 1)) : NULL;
        size_t length = value ? wcslen(value) : 1; // what has no value stays
        if (length >= room - n)
            return 0;
        memcpy(expanded + n, value ? value : text, length * sizeof *expanded);
        n += (DWORD)length;
        text = value ? end + 1 : text + 1;
    }
    expanded[n] = 0;
    return n + 1;
}

DWORD
win_user_expand(const WCHAR *text, WCHAR *expanded, DWORD room)
{
    if (user && !environment && !CreateEnvironmentBlock((void **)&environment, user, FALSE))
        return 0;
    if (user)
        return expand_for_user(text, expanded, room);
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
