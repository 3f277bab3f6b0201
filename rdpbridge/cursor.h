// SPDX-License-Identifier: Apache-2.0
#pragma once

// The guest's pointer shapes ([MS-RDPBCGR] 2.2.9.1.2.1.7 and on) for the view.

#include <freerdp/freerdp.h>
#include <glib.h>

typedef struct BridgeCursor BridgeCursor;

// send has the meaning of bridge_viewlink_send. One per process.
BridgeCursor *
bridge_cursor_new(void (*send)(gconstpointer message, gsize size, int fd, gpointer user),
                  gpointer user);
void bridge_cursor_free(BridgeCursor *cursor);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BridgeCursor, bridge_cursor_free)

// Registers with a connection; FALSE when the library fails.
gboolean bridge_cursor_register(BridgeCursor *cursor, rdpContext *context);

// A new view: says the current shape again.
void bridge_cursor_view_attached(BridgeCursor *cursor);
