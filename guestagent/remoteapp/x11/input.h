// SPDX-License-Identifier: Apache-2.0
#pragma once

// Keys, buttons, wheel and pointer into the X server: by Xorg's inputtest devices where the
// guest's supervisor made their sockets, else by XTest. Never blocks on a program.

#include "channel/window_channel.h"
#include "guestagent/remoteapp/x11/conn.h"

typedef struct RaInput RaInput;

typedef struct {
    int x, y;          // in pixels of the screen,
    int width, height; // which is this large
} RaInputPoint;

// The ways into the server; one object per way.
typedef struct RaInputWay RaInputWay;
struct RaInputWay {
    void (*key)(RaInputWay *way, guint keycode, bool down);
    void (*button)(RaInputWay *way, guint button, bool down);
    void (*motion)(RaInputWay *way, const RaInputPoint *to);
    // NULL: there is no touch screen.
    void (*touch)(RaInputWay *way, guint touch, ChanTouchPhase phase, const RaInputPoint *at);
    // 1/120 notches, right and down positive; NULL: only clicks of buttons 4 to 7.
    void (*scroll)(RaInputWay *way, int dx, int dy);
    // The server has seen all input that was given; NULL: input and requests go in one order.
    void (*flush)(RaInputWay *way);
    void (*free)(RaInputWay *way);
};

RaInputWay *ra_input_xtest_new(RaConn *conn);
// NULL when there are no such devices ($CASEMENT_X is not "xorg"), or they do not answer (logged).
RaInputWay *ra_input_sockets_new(RaConn *conn, GMainContext *context);

// No input is possible where the server has neither; that is said once.
RaInput *ra_input_new(RaConn *conn, GMainContext *context);
void ra_input_free(RaInput *input);

void ra_input_key(RaInput *input, guint keycode, bool down);
void ra_input_button(RaInput *input, guint button, bool down);
void ra_input_motion(RaInput *input, const RaInputPoint *to);
// Where a button is: a motion only where the pointer is not, since the server tells programs of one
// to the same place as well, and they would take a click for a drag.
void ra_input_aim(RaInput *input, const RaInputPoint *at);
// By so much from where it is; programs that read raw movements get just these.
void ra_input_shift(RaInput *input, int dx, int dy);
void ra_input_wheel(RaInput *input, int dx, int dy); // right and up positive
// One finger of CHAN_WINDOW_TOUCHES_MAX; without a touch screen the first is the pointer, with its
// left button down.
void ra_input_touch(RaInput *input, guint touch, ChanTouchPhase phase, const RaInputPoint *at);
bool ra_input_holds_button(const RaInput *input);
void ra_input_release_all(RaInput *input);

// Before a request that decides where input goes (focus, stacking, geometry): earlier input has
// reached the server, later input waits until the server has done the request.
void ra_input_must_settle(RaInput *input);
