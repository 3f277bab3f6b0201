// SPDX-License-Identifier: Apache-2.0
#pragma once

// Unix sockets by path, of any path length (the kernel's own limit is 107 bytes).

#include <gio/gio.h>

// Binds and listens; a socket nobody listens on is replaced, one that somebody does is an error
// (G_IO_ERROR_ADDRESS_IN_USE). Returns the descriptor, or -1 with error set.
int broker_unix_listen(const char *path, int type, GError **error);

// Connects. Returns the non-blocking descriptor, or -1 with error set.
int broker_unix_connect(const char *path, int type, GError **error);
