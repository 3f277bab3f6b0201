// SPDX-License-Identifier: Apache-2.0
#pragma once

// Text from the host's clipboard to the guest and back, as the broker's policy allows. Either way
// only the fact that there is text is told; the text itself is asked for when somebody pastes.

#include "rdpbridge/x11/view.h"

HostClipboard *host_clipboard_new(View *view);
void host_clipboard_free(HostClipboard *clipboard);

// What the host has, to a new session.
void host_clipboard_tell(HostClipboard *clipboard);
void host_clipboard_policy_changed(HostClipboard *clipboard);
// The session is gone, and what it offered with it.
void host_clipboard_reset(HostClipboard *clipboard);

// Messages of the session, checked.
void host_clipboard_offered(HostClipboard *clipboard, const ViewClip *message);
void host_clipboard_wanted(HostClipboard *clipboard, const ViewClip *message);
void host_clipboard_data(HostClipboard *clipboard, ChanSpan packet);

// Selection and property events, and XFixes' word of a new owner. TRUE: it was for us.
gboolean host_clipboard_event(HostClipboard *clipboard, const XEvent *event);
