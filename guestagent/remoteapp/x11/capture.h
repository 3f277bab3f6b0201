// SPDX-License-Identifier: Apache-2.0
#pragma once

// Copies rectangles of pixmaps out of the X server: through one shared memory segment that grows,
// all rectangles in one round trip; through the socket where the server has no MIT-SHM.

#include "guestagent/remoteapp/desktop.h"
#include "guestagent/remoteapp/x11/conn.h"

typedef struct RaCapture RaCapture;

RaCapture *ra_capture_new(RaConn *conn);
void ra_capture_free(RaCapture *capture);

// Fills pixels[i] for rect[i], rows tightly packed; valid until the next call. FALSE when one of
// them could not be had: the drawable is gone, or smaller than told.
gboolean ra_capture_take(RaCapture *capture, Drawable drawable, const RaRect *rects, guint count,
                         RaPixels *pixels);
