// SPDX-License-Identifier: Apache-2.0
#pragma once

// Which windows are seen, and how often the monitor paints on which they are: told to the session
// (PACE), so that what nobody sees costs nothing. That one is not seen is told when it has lasted;
// that it is again, at once.

#include "rdpbridge/x11/window.h"

// Something changed by which it might be seen, or not: looked at when the batch of events is done.
void host_seen_changed(HostWindow *window);
// The same of all windows: another desktop, or other monitors.
void host_seen_all_changed(View *view);

// The window manager says so of the window.
void host_seen_desktop_changed(HostWindow *window);
void host_seen_visibility(HostWindow *window, const XVisibilityEvent *event);

// The batch is done: before what was exposed is painted.
void host_seen_sync(HostWindow *window);

// Whether what was exposed waits for the guest's pixels: those that are here are older.
bool host_seen_awaits(const HostWindow *window);
// They came, and these of them were painted.
void host_seen_painted(HostWindow *window, const ViewRect *damage, uint32_t n);

// The window takes over the former one's X window.
void host_seen_inherit(HostWindow *window, const HostWindow *former);
void host_seen_stop(HostWindow *window);
