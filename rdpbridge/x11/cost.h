// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a message of the session costs the X server and the window manager, which the host's own
// windows need too. Whatever the session asks for beyond what a guest may cost (rdpbridge/limits.h)
// waits in its socket, so that storms end where they begin: the session does not read its guest
// while the view does not read the session.

#include "rdpbridge/x11/view.h"

// Each window that a message had stacked anew or focused (View's raises): with what it uncovers,
// and a frame drawn with the focus. To be added when that is known.
#define HOST_COST_RAISE_US 3000

// µs, reckoned before the message is handled: for a checked message.
uint32_t host_cost_of(const View *view, ChanSpan packet);
