// SPDX-License-Identifier: Apache-2.0
#pragma once

// Which window gets the keys.

#include "guestagent/remoteapp/x11/state.h"

// NULL: nothing has the focus, keys go nowhere.
void ra_focus(RaDesktop *d, RaClient *client);

// The window with the focus goes or is minimised: its owner gets it, or the topmost other.
void ra_focus_lost(RaDesktop *d, const RaClient *client);

// A program moved the focus itself.
void ra_focus_in(RaDesktop *d, const XFocusChangeEvent *event);

// The server's time is known: the window that waits for WM_TAKE_FOCUS gets it.
void ra_focus_time_known(RaDesktop *d);

// At the start: whoever has the focus keeps it.
void ra_focus_adopt(RaDesktop *d);
