// SPDX-License-Identifier: Apache-2.0
#pragma once

// Text of the clipboard both ways over the library's cliprdr channel ([MS-RDPECLIP]), fetched only
// when somebody pastes. Each direction is closed until the broker's policy allows it.

#include "rdpbridge/viewproto.h"

#include <freerdp/client/cliprdr.h>
#include <glib.h>

typedef struct BridgeClipboard BridgeClipboard;

BridgeClipboard *
bridge_clipboard_new(void (*send)(gconstpointer message, gsize size, gpointer user), gpointer user);
void bridge_clipboard_free(BridgeClipboard *clipboard);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BridgeClipboard, bridge_clipboard_free)

void bridge_clipboard_set_policy(BridgeClipboard *clipboard, gboolean to_guest, gboolean to_host);

// The channel is there (NULL: gone).
void bridge_clipboard_attach(BridgeClipboard *clipboard, CliprdrClientContext *client);

// From the view.
void bridge_clipboard_host_has(BridgeClipboard *clipboard, const ViewClip *offer);
void bridge_clipboard_wanted(BridgeClipboard *clipboard, const ViewClip *want);
void bridge_clipboard_data(BridgeClipboard *clipboard, ChanSpan message);
// A new view (its clipboard offer comes again), or none: the guest's requests are answered.
void bridge_clipboard_view_changed(BridgeClipboard *clipboard, gboolean there);
