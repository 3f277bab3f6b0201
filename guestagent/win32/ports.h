// SPDX-License-Identifier: Apache-2.0
#pragma once

// The way to the host: the virtio-serial port, or the ports that
// HKLM\SOFTWARE\Casement\Agent, Ports (REG_MULTI_SZ; "\\.\COM1", "vsock:51806") names after it;
// where it names none, vsock if there is any (channel/win32/viosock.h).

#include <windows.h>

// Opens the first of names that opens, with overlapped I/O; without names, those named above.
// INVALID_HANDLE_VALUE: none, or the host has not connected yet (vsock); to be asked again.
HANDLE win_ports_open(const WCHAR *const *names, unsigned n);
