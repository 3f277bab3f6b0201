// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/termservice/connection.h"
#include "tests/termservice/layout.h"
#include "tests/termservice/orders.h"
#include "tests/termservice/rail.h"
#include "tests/termservice/video.h"

// What one client sees of the desk: orders, and pixels by whichever way it has.

typedef struct View View;

typedef struct {
    RailHandler request;  // the client's, by RAIL, once view_begin was called
    LayoutHandler layout; // the size that the client wants
} ViewHandlers;

// A client that asks for no RemoteApp sees the desktop. handlers is borrowed.
View *view_new(Connection *connection, const Options *options, Desk *desk,
               const ViewHandlers *handlers, gpointer user);
void view_free(View *view);

void view_receive(View *view);

// It wants to hear of no fingers, or again.
void view_suspend_touch(View *view, bool on);

// Shows the log-on screen over everything, until one of the next two.
void view_screen(View *view);

// Shows the desktop, or opens RAIL. Windows are told of from view_synchronize on.
void view_begin(View *view);
// The actively monitored desktop with all its windows ([MS-RDPERP] 3.3.5.1.3), and before the
// log-on screen comes back the unmonitored one.
void view_synchronize(View *view);
void view_unmonitor(View *view);

// Orders. A client tells by them whose the pixels are, so they come before those ([MS-RDPEGDI]
// 1.3.1.2: both are drawing orders of one stream).
void view_created(View *view, const Window *window);
void view_changed(View *view, const Window *window, OrderFields fields);
void view_gone(View *view, guint32 window);
void view_stack(View *view);
// A window of the same size was there before; before its pixels.
void view_moved(View *view, const Window *window, const Area *from);
// Pixels: of the window (NULL: none), or of the desktop where they are of that.
void view_painted(View *view, const Window *window);
// Maps its surface anew, with these sides (gfx.h).
void view_scale(View *view, guint32 window, const guint32 sides[4]);
// The next picture by video is wrong (gfx.h).
void view_spoil(View *view, const Spoil *spoil);
void view_refresh(View *view, const Area *area);

// A window order as it is.
void view_order(View *view, const guint8 *bytes, gsize size);

// The desktop has another size.
void view_resized(View *view);

// NULL before view_begin, and if the client does not know RAIL.
Rail *view_rail(View *view);
// NULL unless windows are told of.
Connection *view_monitoring(View *view);
