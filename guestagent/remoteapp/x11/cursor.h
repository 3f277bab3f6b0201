// SPDX-License-Identifier: Apache-2.0
#pragma once

// The pointer's image, as the X server would draw it.

#include "guestagent/remoteapp/desktop.h"
#include "guestagent/remoteapp/x11/conn.h"

typedef struct RaPointerImage RaPointerImage;

// tell: called by ra_pointer_image_tell.
RaPointerImage *
ra_pointer_image_new(RaConn *conn, void (*tell)(const RaCursor *, gpointer), gpointer user);
void ra_pointer_image_free(RaPointerImage *image);

// The server said that it changed; then, once per batch of events, the newest one is told.
void ra_pointer_image_changed(RaPointerImage *image);
void ra_pointer_image_tell(RaPointerImage *image);
