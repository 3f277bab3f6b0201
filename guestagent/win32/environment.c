// SPDX-License-Identifier: Apache-2.0
#include "guestagent/win32/environment.h"

#include <string.h>
#include <userenv.h>
#include <wchar.h>

static WCHAR *environment; // NULL: the process's

void
win_environment_renew(void)
{
    void *now = NULL;
    HANDLE token;

    if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY | TOKEN_DUPLICATE, &token))
        return;
    if (CreateEnvironmentBlock(&now, token, FALSE)) {
        if (environment)
            DestroyEnvironmentBlock(environment);
        environment = now;
    }
    CloseHandle(token);
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
expand_renewed(const WCHAR *text, WCHAR *expanded, DWORD room)
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
win_environment_expand(const WCHAR *text, WCHAR *expanded, DWORD room)
{
    if (environment)
        return expand_renewed(text, expanded, room);
    DWORD n = ExpandEnvironmentStringsW(text, expanded, room);
    return n <= room ? n : 0;
}
