// SPDX-License-Identifier: Apache-2.0
#pragma once

// Menus close when the user presses elsewhere. A toolkit finds out by its grab of the pointer,
// which does not reach the client's other windows: a press that the guest could not see is made up.

#include "guestagent/remoteapp/x11/state.h"

// The user went elsewhere. Nothing happens where no menu is open, or a button is held.
void ra_menus_close(RaDesktop *d);
