// SPDX-License-Identifier: Apache-2.0
#pragma once

// The icon of older programs: a pixmap and a mask named in WM_HINTS (ICCCM 4.1.2.4).

#include "guestagent/remoteapp/x11/conn.h"
#include "guestagent/remoteapp/x11/icons.h"

// Adds the icon; nothing when the pixmap is gone, larger than 256² or of an unknown depth.
void ra_icons_from_pixmap(RaConn *conn, RaIcons *icons, Pixmap pixmap, Pixmap mask);
