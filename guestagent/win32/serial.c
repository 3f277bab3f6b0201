// SPDX-License-Identifier: Apache-2.0
#include "guestagent/win32/serial.h"

#include <wchar.h>

#define PORTS L"HARDWARE\\DEVICEMAP\\SERIALCOMM"
#define OWN L"\\Device\\Serial" // and a number
#define BAUD 115200

unsigned
win_serial_list(WCHAR names[WIN_SERIAL_MAX][WIN_SERIAL_NAME_MAX])
{
    unsigned n = 0;
    HKEY key;

    if (RegOpenKeyExW(HKEY_LOCAL_MACHINE, PORTS, 0, KEY_READ, &key) != ERROR_SUCCESS)
        return 0;
    for (DWORD i = 0; n < WIN_SERIAL_MAX; i++) {
        WCHAR device[64], name[WIN_SERIAL_NAME_MAX - 8] = {0};
        DWORD length = 64, size = sizeof name - sizeof *name, type;
        LONG error = RegEnumValueW(key, i, device, &length, NULL, &type, (BYTE *)name, &size);
        if (error == ERROR_NO_MORE_ITEMS)
            break;
        const WCHAR *number = device + wcslen(OWN);
        if (error == ERROR_SUCCESS && type == REG_SZ && wcsncmp(device, OWN, wcslen(OWN)) == 0 &&
            *number >= L'0' && *number <= L'9')
            _snwprintf(names[n++], WIN_SERIAL_NAME_MAX, L"\\\\.\\%ls", name);
    }
    RegCloseKey(key);
    return n;
}

// Without flow control by characters. A read waits for the first byte and ends when no more follow.
// (MAXDWORD twice, which would give what there is without that wait, is waited for in full by
// wine.)
void
win_serial_make_raw(HANDLE port)
{
    COMMTIMEOUTS timeouts = {.ReadIntervalTimeout = 1};
    DCB dcb = {.DCBlength = sizeof dcb};

    if (GetCommState(port, &dcb)) {
        dcb = (DCB){.DCBlength = sizeof dcb,
                    .BaudRate = BAUD,
                    .fBinary = TRUE,
                    .fDtrControl = DTR_CONTROL_ENABLE,
                    .fRtsControl = RTS_CONTROL_ENABLE,
                    .ByteSize = 8,
                    .Parity = NOPARITY,
                    .StopBits = ONESTOPBIT};
        SetCommState(port, &dcb);
    }
    SetCommTimeouts(port, &timeouts);
}
