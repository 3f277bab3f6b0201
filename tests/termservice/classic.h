// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/termservice/connection.h"
#include "tests/termservice/desk.h"

// The desktop's pixels without the graphics pipeline: bitmap updates of the whole screen as the
// windows cover each other ([MS-RDPBCGR] 2.2.9.1.1.3.1.2), the client cutting its windows out.

typedef struct Classic Classic;

Classic *classic_new(Connection *connection, const Desk *desk);
void classic_free(Classic *classic);

// Sends what has changed since the last time; with `screen` the log-on screen is over everything.
void classic_present(Classic *classic, bool screen);

// The client wants these pixels again: Refresh Rect PDU ([MS-RDPBCGR] 2.2.11.2).
// The window's pixels are now elsewhere: a ScrBlt order ([MS-RDPEGDI] 2.2.2.2.1.1.2.7) where it is
// whole in both places and nothing is above it, else nothing. Before classic_present.
void classic_moved(Classic *classic, const Window *window, const Area *from);
void classic_forget(Classic *classic, const Area *area);
