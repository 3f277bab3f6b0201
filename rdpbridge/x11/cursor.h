// SPDX-License-Identifier: Apache-2.0
#pragma once

// The guest's pointer image on all of its windows.

#include "rdpbridge/x11/view.h"

HostCursor *host_cursor_new(View *view);
void host_cursor_free(HostCursor *cursor);

// A checked message; takes fd (-1: none). FALSE with error set when the memory is not what the
// message says.
gboolean
host_cursor_set(HostCursor *cursor, const ViewCursor *message, int take_fd, GError **error);

// Puts the cursor on a new window.
void host_cursor_define(HostCursor *cursor, Window xid);

// Back to the arrow.
void host_cursor_reset(HostCursor *cursor);
