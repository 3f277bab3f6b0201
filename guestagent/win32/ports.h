// SPDX-License-Identifier: Apache-2.0
#pragma once

// The way to the host: the virtio-serial port, or the ports that
// HKLM\SOFTWARE\Casement\Agent, Ports (REG_MULTI_SZ; "\\.\COM1", "vsock:51806") names after it;
// where it names none, vsock if there is any (channel/win32/viosock.h).

#include <stdbool.h>
#include <windows.h>

#define WIN_PORTS_LIST_MAX 2048

// What the registry names, one after the other and an empty one at the end. An empty list, written,
// removes the value.
void win_ports_read(WCHAR list[WIN_PORTS_LIST_MAX]);
LONG win_ports_write(const WCHAR *list);

// Whether the virtio-serial port is there, also one that is in use.
bool win_ports_has_default(void);

// Opens the first of names that opens, with overlapped I/O; without names, those named above.
// INVALID_HANDLE_VALUE: none, or the host has not connected yet (vsock); to be asked again.
HANDLE win_ports_open(const WCHAR *const *names, unsigned n);
