// SPDX-License-Identifier: Apache-2.0

// The agent in a Windows that tells of no changes in folders, as of a share whose server does not.

#include "tests/wine/wrapped.h"

#include <windows.h>

static BOOL WINAPI
refuse(HANDLE folder, LPVOID buffer, DWORD size, BOOL below, DWORD filter, LPDWORD n,
       LPOVERLAPPED overlapped, LPOVERLAPPED_COMPLETION_ROUTINE done)
{
    SetLastError(ERROR_INVALID_FUNCTION);
    return FALSE;
}

WRAPPED(ReadDirectoryChangesW, 32);
__typeof__(&ReadDirectoryChangesW) wrapped_ReadDirectoryChangesW = refuse;
