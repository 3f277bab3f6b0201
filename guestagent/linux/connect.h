// SPDX-License-Identifier: Apache-2.0
#pragma once

// Connected sockets.

#include <glib.h>

// type: SOCK_STREAM or SOCK_SEQPACKET. A close-on-exec socket, the caller's to close; -1 with error
// set (G_IO_ERROR of the errno).
int agent_connect_unix(const char *path, int type, GError **error);
