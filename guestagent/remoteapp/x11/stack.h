// SPDX-License-Identifier: Apache-2.0
#pragma once

// Stacking. The X server's order is the truth and is read back once per batch of events; popups
// stay above windows, windows above their owners.

#include "guestagent/remoteapp/x11/state.h"

// To the top of its layer, together with the windows it owns. Gives no focus.
void ra_stack_raise(RaDesktop *d, RaClient *client);
void ra_stack_raise_alone(RaDesktop *d, RaClient *client);
// While the client's pointer is elsewhere no window is at the guest's, wherever that is: a window
// of ours that takes input and shows nothing lies above all.
void ra_stack_shield(RaDesktop *d, bool on);
// A window that is about to be mapped goes below that.
void ra_stack_new(RaDesktop *d, const RaClient *client);

void ra_stack_lower(RaDesktop *d, RaClient *client);

// Reads the order back and tells it when it, or the focus, changed.
void ra_stack_refresh(RaDesktop *d);
