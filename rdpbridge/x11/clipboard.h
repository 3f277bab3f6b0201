// SPDX-License-Identifier: Apache-2.0
#pragma once

// The host's selections, CLIPBOARD and PRIMARY, to the guest and back (selection.h).

#include "rdpbridge/x11/view.h"

HostClipboard *host_clipboard_new(View *view);
void host_clipboard_free(HostClipboard *clipboard);

// What the host has, to a new session.
void host_clipboard_tell(HostClipboard *clipboard);
void host_clipboard_policy_changed(HostClipboard *clipboard);
// The session is gone, and what it offered with it.
void host_clipboard_reset(HostClipboard *clipboard);

// A message of the session, checked: CLIP_OFFER, CLIP_WANT or CLIP_DATA.
void host_clipboard_message(HostClipboard *clipboard, ChanSpan packet);

// Selection and property events, and XFixes' word of a new owner. TRUE: it was for us.
gboolean host_clipboard_event(HostClipboard *clipboard, const XEvent *event);
