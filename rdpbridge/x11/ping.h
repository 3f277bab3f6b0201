// SPDX-License-Identifier: Apache-2.0
#pragma once

// _NET_WM_PING (EWMH 1.5): a window manager asks whether a window's program still listens, and
// offers its user to end one that does not answer. The guest's program is asked in its turn, and
// the answer is its own; a window whose guest cannot be asked answers by itself.

#include "rdpbridge/x11/window.h"

// The window manager's message.
void host_ping_asked(HostWindow *window, const XClientMessageEvent *message);

// The program has answered the ping with this serial, and those before.
void host_ping_answered(HostWindow *window, uint32_t untrusted_serial);

// Nobody will answer any more: that says nothing of the program.
void host_ping_give_up(HostWindow *window);
