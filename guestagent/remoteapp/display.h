// SPDX-License-Identifier: Apache-2.0
#pragma once

// The client's screen for the guest: size, monitors and keyboard layout from the connection
// sequence, changes from the display control channel ([MS-RDPEDISP]), the work area from RAIL.

#include "guestagent/remoteapp/desktop.h"
#include "guestagent/remoteapp/link.h"
#include "guestagent/remoteapp/monitors.h"

typedef struct RaDisplay RaDisplay;

// Sets the guest's screen and keyboard to what the client said when it connected.
RaDisplay *ra_display_new(RaLink *link, RaDesktop *desktop);
void ra_display_free(RaDisplay *screen);

// Opens the display control channel when dynamic channels can be, and reads what arrived. False:
// the client broke the protocol.
bool ra_display_receive(RaDisplay *screen);

void ra_display_work_area(RaDisplay *screen, const RaRect *area);
