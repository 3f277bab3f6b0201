// SPDX-License-Identifier: Apache-2.0
#pragma once

// The size of the guest's desktop, by RandR.

#include "guestagent/remoteapp/desktop.h"
#include "guestagent/remoteapp/x11/conn.h"

typedef struct RaScreen RaScreen;

RaScreen *ra_screen_new(RaConn *conn);
void ra_screen_free(RaScreen *screen);
void ra_screen_size(RaScreen *screen, int *width, int *height);

// Programs see what was done while it is held all at once.
void ra_screen_hold(RaScreen *screen, bool hold);

// Whatever the server makes of it is the size afterwards: any on Xorg with the dummy driver, at
// most the first one on Xvfb. The monitors are to be set after it.
void ra_screen_resize(RaScreen *screen, int width, int height);

// Where programs see the borders of monitors (RandR 1.5), the primary one first.
void ra_screen_set_monitors(RaScreen *screen, const RaRect *monitors, guint count);
