// SPDX-License-Identifier: Apache-2.0
#pragma once

// The properties by which window managers, panels and task bars know a window: ICCCM, EWMH and
// Motif hints. Pushes only what differs between wanted and pushed.

#include "rdpbridge/x11/window.h"

// all: the window is new, nothing is there yet.
void host_hints_push(HostWindow *window, bool all);

// Sets _NET_WM_STATE as a list: before a window is mapped, when nobody manages it.
void host_hints_set_initial_state(HostWindow *window);

// The states (ChanStates) that a window has by its flags, as long as its guest says no more.
uint32_t host_hints_states_of_flags(uint32_t flags);

// Asks the window manager for the states that wanted has and pushed has not, and the reverse.
void host_hints_push_states(HostWindow *window);

// Asks the window manager to add or remove up to two states of a mapped window.
void host_hints_change_state(HostWindow *window, bool add, HostAtom first, Atom second);

// When the user last did something in it; 0: the window manager is not to focus it.
void host_hints_set_user_time(HostWindow *window, uint32_t time);
// Whether it takes input, anew.
void host_hints_set_input(HostWindow *window);

// The most important of ChanStates, as a ViewState.
uint32_t host_hints_state_of(uint32_t states);

// What WM_STATE and _NET_WM_STATE make of the window: a ViewState. FALSE: nobody manages it.
gboolean host_hints_read_state(HostWindow *window, uint32_t *state, uint32_t *states);

// The desktop it is on; HOST_ALL_DESKTOPS also where nobody says.
#define HOST_ALL_DESKTOPS 0xffffffffL // EWMH 1.5, _NET_WM_DESKTOP
unsigned long host_hints_desktop(const HostWindow *window);
// Whether its WM_STATE is Iconic, for whatever reason.
bool host_hints_is_iconic(const HostWindow *window);

// _NET_FRAME_EXTENTS; false: not said, or not to be believed.
bool host_hints_read_frame(HostWindow *window, ViewFrame *frame);
// As the window manager says (CHAN_LOOKS_EDGES): CHAN_WINDOW_EDGES_ALL at most, 0: nothing.
uint32_t host_hints_read_edges(HostWindow *window);
