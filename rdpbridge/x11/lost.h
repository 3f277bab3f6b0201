// SPDX-License-Identifier: Apache-2.0
#pragma once

// A window that somebody else destroyed: its user had its program killed, mostly. The guest is told
// to end the program; a window that it still has after a while comes back as it was.

#include "rdpbridge/x11/window.h"

typedef enum {
    HOST_LOST,              // nobody's wish: it comes back at once
    HOST_LOST_BY_KILL,      // XKillClient: the program loses its connection to the X server
    HOST_LOST_WITH_PROCESS, // the process was killed
} HostLost;

void host_window_lost(HostWindow *window, HostLost how);

// It waits no more; for host_window_free.
void host_window_lost_stop(HostWindow *window);
