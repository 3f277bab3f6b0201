// SPDX-License-Identifier: Apache-2.0
#pragma once

// One of Xorg's inputtest devices: its socket, what could not be written yet, and the waiting for
// the server to have seen it all.

#include "guestagent/remoteapp/x11/conn.h"

typedef struct RaInputDevice RaInputDevice;

// Connects to DIR/input/NAME. A device whose last user was killed takes no new one (the driver of
// xserver 21.1 reads end-of-file for ever); it is then switched off and on by its name.
RaInputDevice *ra_input_device_new(RaConn *conn, GMainContext *context, const char *dir,
                                   const char *name, GError **error);
void ra_input_device_free(RaInputDevice *device);

// One event of the protocol. Never blocks: what the server does not read yet is kept, up to a
// bound beyond which events are dropped.
void ra_input_device_send(RaInputDevice *device, const void *event, gsize size);

// Returns when the server has handled what was sent, or after a twentieth of a second.
void ra_input_device_settle(RaInputDevice *device);
