// SPDX-License-Identifier: Apache-2.0
#pragma once

// On which of the host's workspaces a window is (_NET_WM_DESKTOP, EWMH 1.5), as the window manager
// says it and as the window's program asks for it. Which there are the screen knows; where the
// window manager has none, nothing is told and nothing asked for.

#include "rdpbridge/x11/window.h"

// Its program asks for that one, or takes its question back (CHAN_WORKSPACE_ALL, which is a state).
void host_workspace_want(HostWindow *window, uint32_t workspace);
// Asks the window manager, once the window is one that it manages.
void host_workspace_push(HostWindow *window);
// The same by the property, before the window is mapped, when nobody manages it.
void host_workspace_set_initial(HostWindow *window);
// Where the window is to be that leaves all of them: where its program asks for, else in sight.
long host_workspace_from_all(HostWindow *window);

// The window manager may have put it elsewhere: looked at when the batch of events is done.
void host_workspace_changed(HostWindow *window);
// The same of all windows: there are workspaces now.
void host_workspace_all_changed(View *view);
// Tells the session, once for each change.
void host_workspace_sync(HostWindow *window);
