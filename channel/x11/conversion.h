// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the owner of a selection has in one form (ICCCM 2.4), whole or in pieces (INCR, 2.7.2), one
// of these a turn of the loop, which has other things to do, too. One conversion at a time; an
// owner that does not answer, or stops, is given up.

#include <X11/Xlib.h>
#include <glib.h>
#include <stdbool.h>

typedef struct ChanConversion ChanConversion;

typedef enum {
    CHAN_CONVERTED,
    CHAN_REFUSED, // by the owner
    CHAN_GIVEN_UP // no answer, none in time, or one that cannot be
} ChanConversionEnd;

typedef struct {
    ChanConversionEnd end;
    Atom type;
    int format;   // 8, or 32: data are longs then
    GBytes *data; // borrowed; NULL where nothing was converted
} ChanConverted;

typedef struct {
    Display *dpy;
    Window window; // ours, with PropertyChangeMask
    Atom selection, property;
    gsize max; // bytes of content; of a list (format 32) only so many are taken
} ChanConversionPlace;

ChanConversion *
chan_conversion_new(GMainContext *context, const ChanConversionPlace *place,
                    void (*done)(const ChanConverted *result, gpointer user), gpointer user);
void chan_conversion_free(ChanConversion *conversion);

// None may be under way. done is called later, never from within.
void chan_conversion_start(ChanConversion *conversion, Atom target);
bool chan_conversion_busy(const ChanConversion *conversion);
// Without done.
void chan_conversion_stop(ChanConversion *conversion);

// The owner is gone: pieces that were to come will not, and done is called. An answer that is whole
// may be here already.
void chan_conversion_owner_gone(ChanConversion *conversion);

// SelectionNotify and PropertyNotify. TRUE: it was for this.
bool chan_conversion_event(ChanConversion *conversion, const XEvent *event);
