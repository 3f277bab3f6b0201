// SPDX-License-Identifier: Apache-2.0
#include "guestagent/win32/ports.h"

#include "channel/win32/viosock.h"
#include "guestagent/win32/serial.h"

#include <string.h>

// The virtio-serial port that QEMU and libvirt give a guest for Casement.
#define DEFAULT_PORT L"\\\\.\\Global\\org.casement.channel.0"
#define AGENT L"SOFTWARE\\Casement\\Agent"

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
    win_serial_make_raw(port);
    return port;
}

void
win_ports_read(WCHAR list[WIN_PORTS_LIST_MAX])
{
    DWORD size = (WIN_PORTS_LIST_MAX - 2) * sizeof(WCHAR), type = 0;
    HKEY key;

    memset(list, 0, WIN_PORTS_LIST_MAX * sizeof(WCHAR));
    if (RegOpenKeyExW(HKEY_LOCAL_MACHINE, AGENT, 0, KEY_READ | KEY_WOW64_64KEY, &key) !=
        ERROR_SUCCESS)
        return;
    if (RegQueryValueExW(key, L"Ports", NULL, &type, (BYTE *)list, &size) != ERROR_SUCCESS ||
        type != REG_MULTI_SZ)
        list[0] = 0;
    RegCloseKey(key);
}

LONG
win_ports_write(const WCHAR *list)
{
    const WCHAR *end = list;
    HKEY key;
    LONG error = RegCreateKeyExW(HKEY_LOCAL_MACHINE, AGENT, 0, NULL, 0, KEY_WRITE | KEY_WOW64_64KEY,
                                 NULL, &key, NULL);

    if (error != ERROR_SUCCESS)
        return error;
    while (*end)
        end += wcslen(end) + 1;
    if (*list)
        error = RegSetValueExW(key, L"Ports", 0, REG_MULTI_SZ, (const BYTE *)list,
                               (DWORD)((size_t)(end - list + 1) * sizeof *list));
    else
        error = RegDeleteValueW(key, L"Ports");
    RegCloseKey(key);
    return !*list && error == ERROR_FILE_NOT_FOUND ? ERROR_SUCCESS : error;
}

bool
win_ports_has_default(void)
{
    HANDLE port = CreateFileW(DEFAULT_PORT, GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
    DWORD error = GetLastError();

    if (port != INVALID_HANDLE_VALUE)
        CloseHandle(port);
    // The service may have it.
    return port != INVALID_HANDLE_VALUE ||
           (error != ERROR_FILE_NOT_FOUND && error != ERROR_PATH_NOT_FOUND);
}

HANDLE
win_ports_open(const WCHAR *const *names, unsigned n)
{
    WCHAR list[WIN_PORTS_LIST_MAX];
    HANDLE port = n == 0 ? open_one(DEFAULT_PORT) : INVALID_HANDLE_VALUE;

    for (unsigned i = 0; i < n && port == INVALID_HANDLE_VALUE; i++)
        port = open_one(names[i]);
    if (n > 0 || port != INVALID_HANDLE_VALUE)
        return port;
    win_ports_read(list); // each time: it may be set while the service runs
    for (const WCHAR *name = list; *name && port == INVALID_HANDLE_VALUE; name += wcslen(name) + 1)
        port = open_one(name);
    // Without a list, where the machine has that device.
    return port == INVALID_HANDLE_VALUE && !*list ? chan_win_viosock_open(CHAN_WIN_VIOSOCK_PORT)
                                                  : port;
}
