// SPDX-License-Identifier: Apache-2.0
#pragma once

// The guest's input method for programs that speak XIM ($XMODIFIERS=@im=casement): xterm, Tk, Java,
// Wine, GTK 2 and 3. What programs say is bounded by the library.

#include "guestagent/remoteapp/x11/method_front.h"

#define RA_METHOD_NAME "casement" // as in $XMODIFIERS (guestagent/supervisor/environment.c)

// On a connection of its own, by whose end programs know that the method is gone. NULL: there is
// another server of this name, or the X server takes no connection.
RaMethodFront *ra_method_xim_new(RaMethod *method, RaConn *conn, GMainContext *loop);
