// SPDX-License-Identifier: Apache-2.0
#pragma once

// One selection, CLIPBOARD or PRIMARY, both ways (ICCCM 2), large content in pieces (INCR).
//
// Out of the guest: a program's offer is told, its content fetched on demand. Into the guest: the
// selection is owned while the client offers; the first program that wants a kind of content makes
// us ask for it, further ones get the same until the next offer. All transfers are bounded in size
// (CHAN_CLIP_MAX), number and time.

#include "channel/clip.h"
#include "guestagent/remoteapp/x11/conn.h"

typedef struct RaClipboard RaClipboard;

typedef struct {
    void (*offered)(ChanClipSelection which, guint32 kinds, gpointer user);
    void (*data)(ChanClipSelection which, GBytes *data, gpointer user);
    void (*wanted)(ChanClipSelection which, guint32 kind, gpointer user);
    // The owner's list is no longer waited for (ra_clipboard_listing), and was told if it came.
    void (*listed)(ChanClipSelection which, gpointer user);
} RaClipboardEvents;

RaClipboard *ra_clipboard_new(RaConn *conn, GMainContext *context, ChanClipSelection which,
                              const RaClipboardEvents *events, gpointer user);
void ra_clipboard_free(RaClipboard *clipboard);

// Any event; what is not of the selection is left alone.
void ra_clipboard_handle(RaClipboard *clipboard, const XEvent *event);

// Whether its owner has been asked for what it has, and has not answered.
bool ra_clipboard_listing(const RaClipboard *clipboard);

void ra_clipboard_offer(RaClipboard *clipboard, guint32 kinds);
void ra_clipboard_give(RaClipboard *clipboard, guint32 kind, GBytes *data); // NULL: none
void ra_clipboard_want(RaClipboard *clipboard, guint32 kind);
