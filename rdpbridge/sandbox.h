// SPDX-License-Identifier: Apache-2.0
#pragma once

// The sandbox of casement-session. After bridge_sandbox_enter this process can talk over the
// descriptors it has, map memory, make memfds and read clocks, and nothing else: it opens no file
// and no socket, starts no process, signals nobody. The seccomp filter always holds; the other
// layers are used where the system allows them. Neither FreeRDP nor GLib.

#include <stdbool.h>

typedef enum {
    BRIDGE_SANDBOX_SECCOMP = 1u << 0,
    BRIDGE_SANDBOX_LANDLOCK = 1u << 1,   // no path at all
    BRIDGE_SANDBOX_NAMESPACES = 1u << 2, // own user, mount, network, IPC and UTS namespaces
    BRIDGE_SANDBOX_EMPTY_ROOT = 1u << 3, // the file system is an empty directory
} BridgeSandboxLayers;

// First thing in main: leaves standard input, output and error and the given descriptors open,
// empties the environment but for what names are in keep (NULL-terminated), sets HOME and TZ.
void bridge_sandbox_clean(const int *fds, unsigned n_fds, const char *const *keep);

// Once libraries are initialised, one thread runs and no byte of the guest was read. Returns the
// layers that hold; without BRIDGE_SANDBOX_SECCOMP the process must end (errno is set).
unsigned bridge_sandbox_enter(void);
