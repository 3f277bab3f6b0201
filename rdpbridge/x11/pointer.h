// SPDX-License-Identifier: Apache-2.0
#pragma once

// The pointer over the guest's windows: motion, buttons, the wheel (XInput 2's smooth scrolling
// where the server has it), and moves and resizes that a program of the guest begins.

#include "rdpbridge/x11/window.h"

HostPointer *host_pointer_new(View *view);
void host_pointer_free(HostPointer *pointer);

// Wants pointer events of an X window that has just been created.
void host_pointer_select(HostPointer *pointer, Window xid);

// The window under the pointer, or NULL.
HostWindow *host_pointer_window(const HostPointer *pointer);

void host_pointer_core_event(HostPointer *pointer, const XEvent *event);
void host_pointer_crossing(HostPointer *pointer, const XCrossingEvent *event);
void host_pointer_xi_event(HostPointer *pointer, const XGenericEventCookie *cookie);

// There is a new session, which knows nothing yet.
void host_pointer_has_session(HostPointer *pointer);

// Sends the motion that is pending: motion is only told once per batch of events, but in order.
void host_pointer_flush(HostPointer *pointer);
// The same at the end of a batch, and which of the guest's windows has the pointer, or that none
// has: its programs have it nowhere over them then.
void host_pointer_drained(HostPointer *pointer);
// The guest raises a window together with those that it owns.
void host_pointer_restacked(HostPointer *pointer);

// While menus are open, clicks elsewhere are theirs (menu_grab.h), or of interest.
void host_pointer_popups_changed(HostPointer *pointer);

// A button or finger that is held in the window ends: its X window is another's from now on, which
// has the pointer if this one had.
void host_pointer_let_go(HostPointer *pointer, HostWindow *window);
// The window is not seen any more, and neither has the pointer.
void host_pointer_forget(HostPointer *pointer, HostWindow *window);
// The window's program wants the pointer's movements alone, or no more (pointer_lock.h).
void host_pointer_lock(HostPointer *pointer, HostWindow *window, bool wanted);
void host_pointer_move_loop(HostPointer *pointer, const ViewMoveLoop *message);
