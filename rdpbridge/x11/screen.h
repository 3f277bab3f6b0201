// SPDX-License-Identifier: Apache-2.0
#pragma once

// The host's screen, which the guest's follows: size, monitors, work area, refresh rate, scale.

#include "rdpbridge/x11/view.h"

HostScreen *host_screen_new(View *view);
void host_screen_free(HostScreen *screen);

// As it is now. Never NULL.
const ViewScreen *host_screen_get(const HostScreen *screen);

// To a new session.
void host_screen_tell(HostScreen *screen);

// Something changed: RandR, the work area or the resources. Tells the session what is new.
void host_screen_changed(HostScreen *screen);

// Whether to hear of the places of all of the screen's windows (SubstructureNotify).
void host_screen_watch_windows(HostScreen *screen, bool watch);

// There is a window manager of EWMH (_NET_SUPPORTING_WM_CHECK).
bool host_screen_is_managed(const HostScreen *screen);
// Of a window that is none of ours: the window manager's own goes with it, though it was killed.
void host_screen_window_gone(HostScreen *screen, Window xid);
// The window manager moves a window by a message that names its own gravity
// (_NET_MOVERESIZE_WINDOW, EWMH 1.5).
bool host_screen_moves_by_gravity(const HostScreen *screen);
// Whether it says of a window that it is minimised (_NET_WM_STATE_HIDDEN).
bool host_screen_marks_hidden(const HostScreen *screen);

// How often a window at this place is painted, in mHz.
uint32_t host_screen_refresh_at(const HostScreen *screen, const ViewRect *window);
// The desktop that is shown (_NET_CURRENT_DESKTOP).
unsigned long host_screen_desktop(const HostScreen *screen);
// Which there are; count 0: the window manager has none.
const ChanWindowWorkspaces *host_screen_workspaces(const HostScreen *screen);

// How far the window manager's frames reach: x left of the client area, y above it. A guess until
// the first frame was seen.
const ViewRect *host_screen_frame(const HostScreen *screen);
void host_screen_learn_frame(HostScreen *screen, Window xid);
