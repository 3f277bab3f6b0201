// SPDX-License-Identifier: Apache-2.0
#pragma once

// Which X11 targets are which kind of content; for clip_fetch.c and clip_serve.c.

#include "guestagent/remoteapp/x11/clipboard.h"

// What both have.
typedef struct {
    RaConn *conn;
    GMainContext *context;
    ChanClipSelection which;
    Atom selection;
    RaClipboardEvents events;
    gpointer user;
} RaClipSide;

Atom ra_clip_selection_atom(const RaConn *conn, ChanClipSelection which);

// The i-th target that a program may have, better ones first; None after the last.
Atom ra_clip_target(const RaConn *conn, guint i, guint32 *kind);
// 0: no content.
guint32 ra_clip_kind_of(const RaConn *conn, Atom target);
