// SPDX-License-Identifier: Apache-2.0
#pragma once

// Content of a selection to programs that asked for it: at once where it is small, else in pieces
// (INCR, ICCCM 2.7.2), one a turn of the loop, which has other things to do, too. A program that
// stops reading is given up.

#include <X11/Xlib.h>
#include <glib.h>
#include <stdbool.h>

typedef struct ChanPieces ChanPieces;

// What is longer than piece_max goes in pieces of that.
ChanPieces *chan_pieces_new(GMainContext *context, Display *dpy, gsize piece_max);
void chan_pieces_free(ChanPieces *pieces);

// Puts the content, or the announcement of its pieces, where the request wants it; the caller
// answers the request. FALSE: too much is under way.
bool chan_pieces_send(ChanPieces *pieces, const XSelectionRequestEvent *request, Atom type,
                      GBytes *content);

// PropertyNotify and DestroyNotify of programs that read. TRUE: it was one of these.
bool chan_pieces_event(ChanPieces *pieces, const XEvent *event);
