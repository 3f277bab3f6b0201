// SPDX-License-Identifier: Apache-2.0

// A service that follows the host's policy and is killed before so many writes to the registry.
//
// usage: policy_killed on|off WRITES     ends with 9 when killed, 0 if it wrote no more than that

#include "guestagent/win32/policy.h"

#include "tests/wine/wrapped.h"

#include <stdlib.h>
#include <string.h>
#include <windows.h>

REAL(RegSetValueExW, 24);
REAL(RegDeleteValueW, 8);
WRAPPED(RegSetValueExW, 24);
WRAPPED(RegDeleteValueW, 8);

static int left;

static void
count(void)
{
    if (left-- == 0)
        TerminateProcess(GetCurrentProcess(), 9);
}

static LONG WINAPI
set_value(HKEY key, LPCWSTR name, DWORD reserved, DWORD type, const BYTE *data, DWORD size)
{
    count();
    return real_RegSetValueExW(key, name, reserved, type, data, size);
}

static LONG WINAPI
delete_value(HKEY key, LPCWSTR name)
{
    count();
    return real_RegDeleteValueW(key, name);
}

__typeof__(&RegSetValueExW) wrapped_RegSetValueExW = set_value;
__typeof__(&RegDeleteValueW) wrapped_RegDeleteValueW = delete_value;

int
main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    left = atoi(argv[2]);
    win_policy_follow(strcmp(argv[1], "on") == 0);
    return 0;
}
