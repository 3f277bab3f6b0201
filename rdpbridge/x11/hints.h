// SPDX-License-Identifier: Apache-2.0
#pragma once

// The properties by which window managers, panels and task bars know a window: ICCCM, EWMH and
// Motif hints. Pushes only what differs between wanted and pushed.

#include "rdpbridge/x11/window.h"

// all: the window is new, nothing is there yet.
void host_hints_push(HostWindow *window, bool all);

// When the user last did something in it; 0: the window manager is not to focus it.
void host_hints_set_user_time(HostWindow *window, uint32_t time);
// Whether it takes input, anew.
void host_hints_set_input(HostWindow *window);
