// SPDX-License-Identifier: Apache-2.0
#pragma once

// Which window gets the keys.

#include "guestagent/remoteapp/x11/state.h"

// NULL: nothing has the focus, keys go nowhere.
void ra_focus(RaDesktop *d, RaClient *client);

// A program asks for the focus: the client is told, whoever has it, after what else has changed.
void ra_focus_ask(RaDesktop *d, const RaClient *client);
void ra_focus_tell_asks(RaDesktop *d);

// The window with the focus goes or is minimised: its owner gets it, or the topmost other; of a
// client of ours none, until it says which.
void ra_focus_lost(RaDesktop *d, const RaClient *client);

// A program moved the focus itself.
void ra_focus_in(RaDesktop *d, const XFocusChangeEvent *event);

// The server's time is known: the window that waits for WM_TAKE_FOCUS gets it.
void ra_focus_time_known(RaDesktop *d);

// At the start: whoever has the focus keeps it.
void ra_focus_adopt(RaDesktop *d);
