// SPDX-License-Identifier: Apache-2.0

// Says what guestagent/win32/types.h finds of one program: a MIME type a line.
//
// usage: list_types PROGRAM [as-user]
//
// as-user: asks by token, as the service does, whose own environment has other TOOLS.

#include "guestagent/win32/types.h"
#include "guestagent/win32/user.h"

#include <shellapi.h>
#include <stdio.h>

int
main(void)
{
    int argc = 0;
    WCHAR **argv = CommandLineToArgvW(GetCommandLineW(), &argc);
    WinTypes types = {0};
    const char *mime;
    unsigned at = 0;
    HANDLE token;

    if (!argv || argc < 2 || argc > 3)
        return 2;
    if (argc == 3 && (!OpenProcessToken(GetCurrentProcess(), TOKEN_ALL_ACCESS, &token) ||
                      !ImpersonateLoggedOnUser(token)))
        return 1;
    if (argc == 3) {
        SetEnvironmentVariableW(L"TOOLS", L"C:\\Of the service");
        win_user_set(token);
    }
    win_types_collect(&types);
    while ((mime = win_types_next(&types, argv[1], &at)))
        printf("%s\n", mime);
    win_types_clear(&types);
    return 0;
}
