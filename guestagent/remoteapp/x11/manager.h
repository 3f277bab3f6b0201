// SPDX-License-Identifier: Apache-2.0
#pragma once

// The windows that are managed, from MapRequest to UnmapNotify, and the telling of what changed.
// Events only note; ra_settle, once per batch of events, reads properties, pushes and tells.

#include "guestagent/remoteapp/x11/state.h"

// Handles all events that are there.
void ra_manager_drain(RaDesktop *d);

// Windows that were mapped before we came.
void ra_manager_adopt(RaDesktop *d);

void ra_settle(RaDesktop *d);

// Frees all windows without telling anyone.
void ra_manager_clear(RaDesktop *d);
