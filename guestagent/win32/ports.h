// SPDX-License-Identifier: Apache-2.0
#pragma once

// The way to the host: the virtio-serial port, or the ports that
// HKLM\SOFTWARE\Casement\Agent, Ports (REG_MULTI_SZ; "\\.\COM1") names after it.

#include <windows.h>

// Opens the first of names that opens, with overlapped I/O; without names, those named above.
// INVALID_HANDLE_VALUE: none.
HANDLE win_ports_open(const WCHAR *const *names, unsigned n);
