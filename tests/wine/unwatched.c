// SPDX-License-Identifier: Apache-2.0

// The agent in a Windows that tells of no changes in folders, as of a share whose server does not.

#include <windows.h>

static BOOL WINAPI
refuse(HANDLE folder, LPVOID buffer, DWORD size, BOOL below, DWORD filter, LPDWORD n,
       LPOVERLAPPED overlapped, LPOVERLAPPED_COMPLETION_ROUTINE done)
{
    SetLastError(ERROR_INVALID_FUNCTION);
    return FALSE;
}

// What the linker takes for kernel32.dll's.
extern __typeof__(&ReadDirectoryChangesW) refused asm(WRAPPED);
__typeof__(&ReadDirectoryChangesW) refused = refuse;
