// SPDX-License-Identifier: Apache-2.0
#pragma once

// Clipboard and, with a guest of our own, primary selection both ways over cliprdr ([MS-RDPECLIP],
// channel/clip.h): text, HTML and pictures, fetched only when somebody pastes. Each direction is
// closed until the broker's policy allows it.

#include "rdpbridge/clipchannel.h"
#include "rdpbridge/clipfeed.h"

typedef struct BridgeClipboard BridgeClipboard;

// view is borrowed.
BridgeClipboard *
bridge_clipboard_new(GMainContext *context, const ClipFeedOut *view, gpointer user);
void bridge_clipboard_free(BridgeClipboard *clipboard);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BridgeClipboard, bridge_clipboard_free)

void bridge_clipboard_set_policy(BridgeClipboard *clipboard, gboolean to_guest, gboolean to_host);

// The channel is there (NULL: gone).
void bridge_clipboard_attach(BridgeClipboard *clipboard, BridgeClipChannel *channel);

// From the view.
void bridge_clipboard_host_has(BridgeClipboard *clipboard, const ViewClip *offer);
void bridge_clipboard_wanted(BridgeClipboard *clipboard, const ViewClip *want);
void bridge_clipboard_data(BridgeClipboard *clipboard, ChanSpan message);
// A new view (its offers come again), or none: the guest's requests are answered.
void bridge_clipboard_view_changed(BridgeClipboard *clipboard, gboolean there);
