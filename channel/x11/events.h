// SPDX-License-Identifier: Apache-2.0
#pragma once

// Events of an XCB connection that has one use only, in a GLib loop.

#include <glib.h>
#include <xcb/xcb.h>

// event is borrowed.
typedef void (*ChanX11Event)(xcb_generic_event_t *event, gpointer user);

// A source, attached, that hands on each event but errors (a program or window may have gone
// meanwhile), and has what is to be sent written before the loop waits. It goes when the connection
// does. connection is borrowed; the caller ends the source first (chan_timer_clear).
GSource *chan_x11_events_new(GMainContext *context, xcb_connection_t *connection,
                             ChanX11Event event, gpointer user);
