// SPDX-License-Identifier: Apache-2.0
#pragma once

// Serial ports: which there are, and how they take and give bytes as they are.

#include <windows.h>

#define WIN_SERIAL_MAX 8
#define WIN_SERIAL_NAME_MAX 32

// Those of Windows' own driver for the PC's serial ports ("\\.\COM1"), which a virtual machine has;
// what USB adapters and modems bring is not among them. Returns how many.
unsigned win_serial_list(WCHAR names[WIN_SERIAL_MAX][WIN_SERIAL_NAME_MAX]);

// Also for what is none, and does not know these calls.
void win_serial_make_raw(HANDLE port);
