// SPDX-License-Identifier: Apache-2.0

// casement-agent setup in a Windows with an account that is a member of the Remote Desktop Users or
// not (wine keeps no members), killed where that would be changed.
//
// usage: setup_killed member|stranger [--undo]     the undo says whom it would take out

#include "guestagent/win32/account.h"
#include "guestagent/win32/setup.h"

#include <shellapi.h>
#include <stdio.h>

static bool member;

bool __wrap_win_account_is_remote(const WCHAR *sid);
WinMember __wrap_win_account_add_remote(const WCHAR *sid);
bool __wrap_win_account_drop_remote(const WCHAR *sid);

bool
__wrap_win_account_is_remote(const WCHAR *sid)
{
    return member;
}

WinMember
__wrap_win_account_add_remote(const WCHAR *sid)
{
    TerminateProcess(GetCurrentProcess(), 9);
    return WIN_MEMBER_FAILED;
}

bool
__wrap_win_account_drop_remote(const WCHAR *sid)
{
    printf("take out %ls\n", sid);
    return true;
}

int
main(void)
{
    int argc = 0;
    WCHAR **argv = CommandLineToArgvW(GetCommandLineW(), &argc);

    if (!argv || argc < 2)
        return 2;
    member = lstrcmpW(argv[1], L"member") == 0;
    return win_setup(argc - 2, argv + 2);
}
