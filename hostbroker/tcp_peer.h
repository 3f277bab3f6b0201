// SPDX-License-Identifier: Apache-2.0
#pragma once

// Whose process is at the other end of a TCP connection within this machine.

#include <gio/gio.h>
#include <sys/types.h>

// The uid that owns the peer's socket. FALSE with error set when it cannot be told: the peer is
// gone already, or in another network namespace.
gboolean broker_tcp_peer_uid(int fd, uid_t *uid, GError **error);
