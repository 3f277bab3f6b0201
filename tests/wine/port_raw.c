// SPDX-License-Identifier: Apache-2.0

// A program of the guest that does nothing but fill or drain the port, 64 KiB at a time: what the
// pipe carries by itself. usage: port_raw read|write BYTES

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

#define BLOCK (64 * 1024)

static BOOL
write_byte(HANDLE port, OVERLAPPED *overlapped)
{
    DWORD n = 0;
    BOOL ok = WriteFile(port, "x", 1, &n, overlapped);

    if (!ok && GetLastError() == ERROR_IO_PENDING)
        ok = GetOverlappedResult(port, overlapped, &n, TRUE);
    return ok && n == 1;
}

int
main(int argc, char **argv)
{
    static char block[BLOCK];
    HANDLE port =
        CreateFileW(L"\\\\.\\Global\\org.casement.channel.0", GENERIC_READ | GENERIC_WRITE, 0, NULL,
                    OPEN_EXISTING, FILE_FLAG_OVERLAPPED, NULL);
    OVERLAPPED overlapped = {.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL)};
    BOOL writes = argc == 3 && strcmp(argv[1], "write") == 0;
    long left = argc == 3 ? atol(argv[2]) : 0;

    if (port == INVALID_HANDLE_VALUE || left <= 0)
        return 2;
    if (!writes && !write_byte(port, &overlapped))
        return 1; // it is there
    for (DWORD n; left > 0; left -= (long)n) {
        DWORD most = left < BLOCK ? (DWORD)left : BLOCK;
        BOOL ok = writes ? WriteFile(port, block, most, &n, &overlapped)
                         : ReadFile(port, block, most, &n, &overlapped);
        if (!ok && GetLastError() == ERROR_IO_PENDING)
            ok = GetOverlappedResult(port, &overlapped, &n, TRUE);
        if (!ok)
            return 1;
    }
    if (!writes && !write_byte(port, &overlapped))
        return 1;    // all was read
    Sleep(INFINITE); // the port's end would be the host's before it has read all
    return 0;
}
