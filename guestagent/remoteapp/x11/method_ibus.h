// SPDX-License-Identifier: Apache-2.0
#pragma once

// The guest's input method for programs that speak IBus' protocol and not XIM ($QT_IM_MODULE=ibus,
// $GTK_IM_MODULE=xim:ibus, $IBUS_USE_PORTAL=1): Qt 5 and 6, GTK 4.
//
// They ask about each key before they take it, and get it from the X server; text comes over the
// bus, and is kept in order with keys (method_order.h). Dead keys of programs that leave them to
// the method are composed here.

#include "guestagent/remoteapp/x11/method_front.h"

// xcb is borrowed, and not the window manager's. NULL with error set: no bus, or its name is taken.
RaMethodFront *ra_method_ibus_new(RaMethod *method, RaConn *conn, xcb_connection_t *xcb,
                                  GMainContext *loop, GError **error);
