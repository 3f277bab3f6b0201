// SPDX-License-Identifier: Apache-2.0
#pragma once

// The host's workspaces as the guest's programs find them: how many, which is shown, on which a
// window is (_NET_NUMBER_OF_DESKTOPS, _NET_CURRENT_DESKTOP, _NET_WM_DESKTOP, EWMH 1.5). Where none
// are told of there is one. What a program asks for is told; where the window is only the host
// says.

#include "guestagent/remoteapp/x11/state.h"

// Before the screen is pushed for the first time; and when the client has left.
void ra_workspaces_reset(RaDesktop *d);

// Before a window is mapped: the workspace that its program set is asked for.
void ra_workspaces_prepare(RaDesktop *d, RaClient *client);
// Its program asks for one by a message.
void ra_workspaces_ask(RaDesktop *d, RaClient *client, guint32 untrusted_workspace);
