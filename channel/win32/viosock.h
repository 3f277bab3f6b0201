// SPDX-License-Identifier: Apache-2.0
#pragma once

// virtio-vsock in a Windows guest: virtio-win's driver viosock has a Winsock provider, whose
// address family its device tells. As the Linux guest's agent does, this listens and the host
// connects (kind vsock). One listener; Winsock must be started.

#include <stdbool.h>
#include <stdint.h>
#include <windows.h>

// Where the agent listens unless it is told another port; nobody has registered it.
#define CHAN_WIN_VIOSOCK_PORT 51806

// The port of a name as "vsock:51806"; 0: the name is of something else, or of no port.
uint32_t chan_win_viosock_named(const WCHAR *name);

// Whether the device is there.
bool chan_win_viosock_there(void);

// The host's connection to that port, for overlapped I/O, if there is one; the caller closes it as
// any other handle. INVALID_HANDLE_VALUE: not yet, or never where the device or its provider is
// not. Does not wait; listens from the first call on until chan_win_viosock_close or another port.
HANDLE chan_win_viosock_open(uint32_t port);
void chan_win_viosock_close(void);
