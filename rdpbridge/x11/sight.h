// SPDX-License-Identifier: Apache-2.0
#pragma once

// Whether anything of a window is to be seen, by what the X server and the window manager say.
// Pure. Where they leave it open it is: a window that stands still is worse than one that costs.

#include <stdbool.h>

typedef struct {
    bool viewable;  // mapped, as the server says
    bool obscured;  // fully, as the server says, which a compositor keeps from it
    bool minimized; // or shaded
    bool composited;
    // On another desktop than the current one (_NET_WM_DESKTOP, EWMH 1.5). Then also:
    bool elsewhere;
    bool whole_viewable; // with all windows that it is in
    bool iconic;         // WM_STATE
    unsigned monitors;
} HostSight;

bool host_sight_is_seen(const HostSight *sight);
