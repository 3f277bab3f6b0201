// SPDX-License-Identifier: Apache-2.0
#pragma once

// One way in which programs know of the guest's input method, and what such a way tells of its
// programs. method.c decides between ways; it and they alone include this.

#include "guestagent/remoteapp/x11/method.h"

#include <xcb/xcb.h>

typedef struct {
    xcb_window_t window; // of the program with the focus, at any depth; 0: not known
    bool on_spot;        // it shows itself what is being made
    bool placed;         // the caret is known:
    xcb_window_t from;   // its place is counted from this window's corner, which may be the root
    int x, y;
} RaMethodPlace;

typedef struct RaMethodFront RaMethodFront;
struct RaMethodFront {
    // Of the program that was told of by ra_method_focused.
    void (*where)(RaMethodFront *front, RaMethodPlace *place);
    // UTF-8 for it. FALSE: it has lost the focus, or cannot be given text.
    bool (*commit)(RaMethodFront *front, const char *text);
    void (*preedit)(RaMethodFront *front, const ChanWindowPreedit *preedit);
    // A key (X key code) that it will get from the X server. TRUE: it is given later, by
    // ra_method_give_key. NULL: the way is in order with those.
    bool (*key)(RaMethodFront *front, guint keycode, bool down);
    // Nothing is to be given later that was given so far. NULL: nothing is.
    void (*give_keys)(RaMethodFront *front);
    void (*free)(RaMethodFront *front);
};

// The window that this one is in, at any depth, and that is a child of the root; 0: it has gone.
xcb_window_t ra_method_top_level(RaMethod *method, xcb_window_t window);

// To the X server.
void ra_method_give_key(RaMethod *method, guint keycode, bool down);

// A program of this way is the one with the focus.
void ra_method_focused(RaMethod *method, RaMethodFront *front);
// What is said by a way whose program is not the one with the focus is nothing.
void ra_method_unfocused(RaMethod *method, RaMethodFront *front);
// Its caret is elsewhere.
void ra_method_moved(RaMethod *method, RaMethodFront *front);
// It wants what is being made to be given up.
void ra_method_reset(RaMethod *method, RaMethodFront *front);
