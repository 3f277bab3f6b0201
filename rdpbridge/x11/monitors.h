// SPDX-License-Identifier: Apache-2.0
#pragma once

// Which monitors a window covers when it is full-screen, as its program asks
// (_NET_WM_FULLSCREEN_MONITORS, EWMH 1.5). The guest's monitors are the host's, in an order of its
// own: they are known by where they are.

#include "rdpbridge/x11/window.h"

void host_monitors_want(HostWindow *window, const ChanWindowMonitors *monitors);
// Asks the window manager, once the window is one that it manages.
void host_monitors_push(HostWindow *window);
