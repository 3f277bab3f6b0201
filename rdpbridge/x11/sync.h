// SPDX-License-Identifier: Apache-2.0
#pragma once

// _NET_WM_SYNC_REQUEST (EWMH 1.5): a window manager that resizes a window waits, before it goes on,
// until the window says that it has painted the size before. Here that is when the guest's pixels
// of that size were put; a guest that does not follow is not waited for.

#include "rdpbridge/x11/window.h"

// The window's counter, made with the window; without the extension nothing is done anywhere.
void host_sync_start(HostWindow *window);
void host_sync_stop(HostWindow *window);

// The window takes over the former one's X window, and its counter with it.
void host_sync_inherit(HostWindow *window, HostWindow *former);

// The window manager's message: the next size is to be answered with this value.
void host_sync_asked(HostWindow *window, const XClientMessageEvent *message);

// The window has been configured; sized: to another size, which was not asked for here.
void host_sync_configured(HostWindow *window, bool sized);

// The window's size or its pixels are other ones: answers when both agree.
void host_sync_consider(HostWindow *window);
