// SPDX-License-Identifier: Apache-2.0
#pragma once

// Text of the CLIPBOARD selection, both ways (ICCCM 2), large texts in pieces (INCR).
//
// Out of the guest: a program's offer is told, its text fetched on demand. Into the guest: the
// selection is owned while the client offers; the first program that wants the text makes us ask
// for it, further ones get the same until the next offer. All transfers are bounded in size
// (16 MiB), number and time.

#include "guestagent/remoteapp/x11/conn.h"

typedef struct RaClipboard RaClipboard;

typedef struct {
    void (*offered)(bool text, gpointer user);
    void (*text)(const char *text, gpointer user);
    void (*wanted)(gpointer user);
} RaClipboardEvents;

RaClipboard *ra_clipboard_new(RaConn *conn, GMainContext *context, const RaClipboardEvents *events,
                              gpointer user);
void ra_clipboard_free(RaClipboard *clipboard);

// Any event; what is not of a selection is left alone.
void ra_clipboard_handle(RaClipboard *clipboard, const XEvent *event);

void ra_clipboard_offer(RaClipboard *clipboard, bool text);
void ra_clipboard_give(RaClipboard *clipboard, const char *text); // NULL: none
void ra_clipboard_want(RaClipboard *clipboard);
