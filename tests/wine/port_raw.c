// SPDX-License-Identifier: Apache-2.0

// A program of the guest that does nothing but fill or drain the port, 64 KiB at a time: what the
// pipe carries by itself. usage: port_raw read|write BYTES
// For ever: reads BYTES and answers with one; or writes BYTES for each one that it reads.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

#define BLOCK (64 * 1024)

static BOOL
move(HANDLE port, OVERLAPPED *overlapped, BOOL writes, long left)
{
    static char block[BLOCK];

    for (DWORD n; left > 0; left -= (long)n) {
        DWORD most = left < BLOCK ? (DWORD)left : BLOCK;
        BOOL ok = writes ? WriteFile(port, block, most, &n, overlapped)
                         : ReadFile(port, block, most, &n, overlapped);
        if (!ok && GetLastError() == ERROR_IO_PENDING)
            ok = GetOverlappedResult(port, overlapped, &n, TRUE);
        if (!ok)
            return FALSE;
    }
    return TRUE;
}

int
main(int argc, char **argv)
{
    HANDLE port =
        CreateFileW(L"\\\\.\\Global\\org.casement.channel.0", GENERIC_READ | GENERIC_WRITE, 0, NULL,
                    OPEN_EXISTING, FILE_FLAG_OVERLAPPED, NULL);
    OVERLAPPED overlapped = {.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL)};
    BOOL writes = argc == 3 && strcmp(argv[1], "write") == 0;
    long bytes = argc == 3 ? atol(argv[2]) : 0;

    if (port == INVALID_HANDLE_VALUE || bytes <= 0)
        return 2;
    while (move(port, &overlapped, FALSE, writes ? 1 : bytes) &&
           move(port, &overlapped, TRUE, writes ? bytes : 1)) {
    }
    return 1;
}
