// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the window manager and the view agree on of a window: its states (_NET_WM_STATE, WM_STATE),
// asked for and read, and the desktop and the frame that it has.

#include "rdpbridge/x11/window.h"

// Sets _NET_WM_STATE as a list: before a window is mapped, when nobody manages it.
void host_states_set_initial(HostWindow *window);

// The states (ChanStates) that a window has by its flags, as long as its guest says no more.
uint32_t host_states_of_flags(uint32_t flags);

// Asks the window manager for the states that wanted has and pushed has not, and the reverse.
void host_states_push(HostWindow *window);

// The same for flags that are states, of a window that is mapped.
void host_states_push_flags(HostWindow *window);

// The most important of ChanStates, as a ViewState.
uint32_t host_states_main(uint32_t states);

// What WM_STATE and _NET_WM_STATE make of the window: a ViewState. FALSE: nobody manages it.
gboolean host_states_read(HostWindow *window, uint32_t *state, uint32_t *states);

// The desktop it is on; otherwise: where nobody says.
#define HOST_ALL_DESKTOPS 0xffffffffL // EWMH 1.5, _NET_WM_DESKTOP
unsigned long host_states_desktop(const HostWindow *window, unsigned long otherwise);
// Whether its WM_STATE is Iconic, for whatever reason.
bool host_states_is_iconic(const HostWindow *window);

// _NET_FRAME_EXTENTS; false: not said, or not to be believed.
bool host_states_read_frame(HostWindow *window, ViewFrame *frame);
// As the window manager says (CHAN_LOOKS_EDGES): CHAN_WINDOW_EDGES_ALL at most, 0: nothing.
uint32_t host_states_read_edges(HostWindow *window);
