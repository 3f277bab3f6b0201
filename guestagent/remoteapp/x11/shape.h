// SPDX-License-Identifier: Apache-2.0
#pragma once

// Shapes of windows that are no rectangles, or let input through (X11 Nonrectangular Window Shape
// Extension 1.1). A window without a shape of its own has none here.

#include "guestagent/remoteapp/x11/client.h"

// Of a window that is met: its shapes, and events when they change.
void ra_shape_start(RaConn *conn, RaClient *client);

// The shape of a kind (ShapeBounding, ShapeInput; others are ignored) changed.
void ra_shape_changed(RaConn *conn, RaClient *client, int kind);

void ra_shape_clear(RaClient *client);
