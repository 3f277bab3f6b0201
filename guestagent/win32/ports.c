// SPDX-License-Identifier: Apache-2.0
#include "guestagent/win32/ports.h"

#include "channel/win32/viosock.h"

#include <string.h>

// The virtio-serial port that QEMU and libvirt give a guest for Casement.
#define DEFAULT_PORT L"\\\\.\\Global\\org.casement.channel.0"
#define LIST_MAX 2048
#define BAUD 115200

// A serial port takes and gives bytes as they are, without flow control by characters. A read waits
// for the first byte and ends when no more follow. (MAXDWORD twice, which would give what there is
// without that wait, is waited for in full by wine.) Other ports do not know these calls.
static void
make_raw(HANDLE port)
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

static HANDLE
open_one(const WCHAR *name)
{
    uint32_t vsock = chan_win_viosock_named(name);
    if (vsock != 0)
        return chan_win_viosock_open(vsock);
    HANDLE port = CreateFileW(name, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING,
                              FILE_FLAG_OVERLAPPED, NULL);

    if (port == INVALID_HANDLE_VALUE)
        return port;
    chan_win_viosock_close(); // the host has this way
    make_raw(port);
    return port;
}

// Read again each time: it may be set while the service runs.
static void
read_list(WCHAR list[LIST_MAX])
{
    DWORD size = (LIST_MAX - 2) * sizeof(WCHAR), type = 0;
    HKEY key;

    memset(list, 0, LIST_MAX * sizeof(WCHAR));
    if (RegOpenKeyExW(HKEY_LOCAL_MACHINE, L"SOFTWARE\\Casement\\Agent", 0,
                      KEY_READ | KEY_WOW64_64KEY, &key) != ERROR_SUCCESS)
        return;
    if (RegQueryValueExW(key, L"Ports", NULL, &type, (BYTE *)list, &size) != ERROR_SUCCESS ||
        type != REG_MULTI_SZ)
        list[0] = 0;
    RegCloseKey(key);
}

HANDLE
win_ports_open(const WCHAR *const *names, unsigned n)
{
    WCHAR list[LIST_MAX];
    HANDLE port = n == 0 ? open_one(DEFAULT_PORT) : INVALID_HANDLE_VALUE;

    for (unsigned i = 0; i < n && port == INVALID_HANDLE_VALUE; i++)
        port = open_one(names[i]);
    if (n > 0 || port != INVALID_HANDLE_VALUE)
        return port;
    read_list(list);
    for (const WCHAR *name = list; *name && port == INVALID_HANDLE_VALUE; name += wcslen(name) + 1)
        port = open_one(name);
    // Without a list, where the machine has that device.
    return port == INVALID_HANDLE_VALUE && !*list ? chan_win_viosock_open(CHAN_WIN_VIOSOCK_PORT)
                                                  : port;
}
