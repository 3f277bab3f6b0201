// SPDX-License-Identifier: Apache-2.0
// Input by the XTEST extension: in order with all other requests.
#include "guestagent/remoteapp/x11/input.h"

#include <X11/extensions/XTest.h>

typedef struct {
    RaInputWay way; // first
    RaConn *conn;
} XTestWay;

static void
xtest_key(RaInputWay *way, guint keycode, bool down)
{
    XTestFakeKeyEvent(((XTestWay *)way)->conn->dpy, keycode, down, CurrentTime);
}

static void
xtest_button(RaInputWay *way, guint button, bool down)
{
    XTestFakeButtonEvent(((XTestWay *)way)->conn->dpy, button, down, CurrentTime);
}

static void
xtest_motion(RaInputWay *way, const RaInputPoint *to)
{
    XTestWay *self = (XTestWay *)way;
    XTestFakeMotionEvent(self->conn->dpy, self->conn->screen, to->x, to->y, CurrentTime);
}

static void
xtest_free(RaInputWay *way)
{
    g_free(way);
}

RaInputWay *
ra_input_xtest_new(RaConn *conn)
{
    XTestWay *self = g_new0(XTestWay, 1);
    self->conn = conn;
    self->way.key = xtest_key;
    self->way.button = xtest_button;
    self->way.motion = xtest_motion;
    self->way.free = xtest_free;
    XTestGrabControl(conn->dpy, True); // input goes on while a program grabs the server
    return &self->way;
}
