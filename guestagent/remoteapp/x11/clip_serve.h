// SPDX-License-Identifier: Apache-2.0
#pragma once

// Serves the client's content to programs of the guest as owner of a selection.

#include "guestagent/remoteapp/x11/clip_kinds.h"

typedef struct RaClipServe RaClipServe;

// wanted: a program asks and the content is not known yet.
RaClipServe *ra_clip_serve_new(const RaClipSide *side);
void ra_clip_serve_free(RaClipServe *serve);

void ra_clip_serve_offer(RaClipServe *serve, guint32 kinds);
// The selection is ours since then, by the server's time.
void ra_clip_serve_owned(RaClipServe *serve, Time since);
void ra_clip_serve_give(RaClipServe *serve, guint32 kind, GBytes *data);
void ra_clip_serve_request(RaClipServe *serve, const XSelectionRequestEvent *event);
void ra_clip_serve_lost(RaClipServe *serve); // another program owns it now
// Of programs that read pieces.
void ra_clip_serve_event(RaClipServe *serve, const XEvent *event);
