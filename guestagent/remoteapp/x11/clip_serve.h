// SPDX-License-Identifier: Apache-2.0
#pragma once

// Serves the client's text to programs of the guest as owner of CLIPBOARD.

#include "guestagent/remoteapp/x11/clipboard.h"

typedef struct RaClipServe RaClipServe;

// wanted: a program asks and the text is not known yet.
RaClipServe *ra_clip_serve_new(RaConn *conn, GMainContext *context, const RaClipboardEvents *events,
                               gpointer user);
void ra_clip_serve_free(RaClipServe *serve);

void ra_clip_serve_offer(RaClipServe *serve, bool text);
void ra_clip_serve_give(RaClipServe *serve, const char *text);
void ra_clip_serve_request(RaClipServe *serve, const XSelectionRequestEvent *event);
void ra_clip_serve_lost(RaClipServe *serve); // another program owns it now
void ra_clip_serve_property(RaClipServe *serve, const XPropertyEvent *event);
