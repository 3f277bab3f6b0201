// SPDX-License-Identifier: Apache-2.0

// A service that follows the host's policy and is killed before so many writes to the registry.
//
// usage: policy_killed on|off WRITES     ends with 9 when killed, 0 if it wrote no more than that

#include "guestagent/win32/policy.h"

#include <stdlib.h>
#include <string.h>
#include <windows.h>

// What the linker takes for advapi32.dll's, and that.
#define WRAPPED(name) extern __typeof__(&name) wrapped_##name asm("__wrap___imp_" #name)
#define REAL(name) extern __typeof__(&name) real_##name asm("__real___imp_" #name)

REAL(RegSetValueExW);
REAL(RegDeleteValueW);
WRAPPED(RegSetValueExW);
WRAPPED(RegDeleteValueW);

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
