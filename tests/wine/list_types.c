// SPDX-License-Identifier: Apache-2.0

// Says what guestagent/win32/types.h finds of one program: a MIME type a line.
//
// usage: list_types PROGRAM [renewed]
//
// renewed: in a process that began with other TOOLS than its user has, as the helper may.

#include "guestagent/win32/environment.h"
#include "guestagent/win32/types.h"

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

    if (!argv || argc < 2 || argc > 3)
        return 2;
    if (argc == 3) {
        SetEnvironmentVariableW(L"TOOLS", L"C:\\Of another time");
        win_environment_renew();
    }
    win_types_collect(&types);
    while ((mime = win_types_next(&types, argv[1], &at)))
        printf("%s\n", mime);
    win_types_clear(&types);
    return 0;
}
