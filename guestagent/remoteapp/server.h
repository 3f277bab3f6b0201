// SPDX-License-Identifier: Apache-2.0
#pragma once

// Where clients come from, and which one the desktop belongs to: one at a time. A new client takes
// over when its connection is complete, so that whoever only knocks disturbs nobody; programs and
// windows stay, and the new client is told of everything.

#include "guestagent/remoteapp/graphics.h"

#include <glib.h>

// Connections that are not complete yet; the oldest gives way.
#define RA_SERVER_PENDING_MAX 8

typedef struct RaServer RaServer;

typedef struct {
    const char *guest_dir; // NULL: no socket for streams, no supervisor
    const char *listen;    // NULL, or the path of a socket that any RDP client may connect to
    const char *display;   // NULL: $DISPLAY
    RaCodec codec;
} RaServerOptions;

// Takes the display, and serves when loop runs. lost is called when the display is gone: nothing
// can be done then but to end. NULL with error set.
RaServer *ra_server_new(GMainContext *context, const RaServerOptions *options,
                        void (*lost)(gpointer user), gpointer user, GError **error);
void ra_server_free(RaServer *server);

// Serves a connected stream of Casement's own.
void ra_server_add_stream(RaServer *server, int take_fd);
