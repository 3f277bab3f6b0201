// SPDX-License-Identifier: Apache-2.0
#pragma once

// Which window owns which: WM_TRANSIENT_FOR, the window group, and for popups the focus.

#include "guestagent/remoteapp/x11/state.h"

// Updates owner_id of all windows. No window owns itself, by however many steps.
void ra_owners_refresh(RaDesktop *d);
