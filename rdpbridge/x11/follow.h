// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the server and the host's window manager did to a window: remembered while a batch of events
// is read, told to the session when it is done (CONFIGURED, STATE), painted where it was exposed.

#include "rdpbridge/x11/window.h"

void host_follow_configure(HostWindow *window, const XConfigureEvent *event);
void host_follow_property(HostWindow *window, Atom property);
void host_follow_mapped(HostWindow *window, bool mapped);
void host_follow_expose(HostWindow *window, const XExposeEvent *event);

// The window manager was asked for other states than before. It may not answer at all where it
// refuses (i3), so that they are looked at when it has had time.
void host_follow_state_pushed(HostWindow *window, uint32_t before);

// A button or key goes down in it: where it is seen to be is told before, whether or not the window
// manager may be half-way.
void host_follow_pressed(HostWindow *window);

// Before the window is freed.
void host_follow_stop(HostWindow *window);

// The batch is done.
void host_follow_sync(HostWindow *window);
