// SPDX-License-Identifier: Apache-2.0

// Runs a program as somebody who is an administrator, but not now (as User Account Control does).
//
// usage: without_rights PROGRAM [ARGUMENTS]     ends with the program's exit code

#include <stdio.h>
#include <windows.h>

static BOOL
make_token(HANDLE *token)
{
    SID_IDENTIFIER_AUTHORITY authority = {SECURITY_NT_AUTHORITY};
    SID_AND_ATTRIBUTES denied = {0};
    HANDLE own;

    return AllocateAndInitializeSid(&authority, 2, SECURITY_BUILTIN_DOMAIN_RID,
                                    DOMAIN_ALIAS_RID_ADMINS, 0, 0, 0, 0, 0, 0, &denied.Sid) &&
           OpenProcessToken(GetCurrentProcess(), TOKEN_ALL_ACCESS, &own) &&
           CreateRestrictedToken(own, 0, 1, &denied, 0, NULL, 0, NULL, token);
}

int
main(void)
{
    STARTUPINFOW startup = {.cb = sizeof startup};
    PROCESS_INFORMATION process;
    WCHAR *line = wcschr(GetCommandLineW(), L' '); // the tests' folders have none
    DWORD code = 1;
    HANDLE token;

    while (line && *line == L' ')
        line++;
    if (!line || !make_token(&token) ||
        !CreateProcessAsUserW(token, NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, &startup,
                              &process)) {
        fprintf(stderr, "without_rights: error %lu\n", GetLastError());
        return 100;
    }
    WaitForSingleObject(process.hProcess, INFINITE);
    GetExitCodeProcess(process.hProcess, &code);
    return (int)code;
}
