// SPDX-License-Identifier: Apache-2.0
#pragma once

// Requests of programs for what a selection has, and their answers (ICCCM 2.2). One for several
// targets at once (MULTIPLE, 2.6.2) comes apart into one for each, and is answered once all of
// these are.

#include <X11/Xlib.h>
#include <glib.h>
#include <stdbool.h>

#define CHAN_REQUEST_PAIRS_MAX 32u // one for more targets is refused

typedef struct ChanMultiple ChanMultiple;

typedef struct {
    XSelectionRequestEvent event; // its property is never None
    ChanMultiple *of;             // NULL: it came alone
    guint at;                     // and which of those it is
} ChanRequest;

// Calls handle for each request in the event, which answers or drops it, at once or later, and only
// once. multiple: the atom of that name.
void chan_request_take(const XSelectionRequestEvent *event, Atom multiple,
                       void (*handle)(const ChanRequest *request, gpointer user), gpointer user);

// What was asked for is in the request's property, or there is none.
void chan_request_answer(const ChanRequest *request, bool converted);
// Nobody is told.
void chan_request_drop(const ChanRequest *request);
