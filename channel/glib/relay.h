// SPDX-License-Identifier: Apache-2.0
#pragma once

// Carries bytes between a socket and a stream of a connection, both ways, with what one side does
// not take now held back on the other. Half-close is kept.

#include "channel/conn.h"

#include <gio/gio.h>

typedef struct ChanRelay ChanRelay;

// Something changed at the connection outside its owner's own calls: there may be output now, and
// the relay may be done. Called from the relay's source.
typedef void (*ChanRelayChanged)(ChanRelay *relay, gpointer user);

// take_fd becomes non-blocking. conn is borrowed and outlives the relay.
ChanRelay *chan_relay_new(GMainContext *context, ChanConn *conn, guint32 stream, int take_fd,
                          ChanRelayChanged changed, gpointer user);

// Closes the socket; the stream is left alone.
void chan_relay_free(ChanRelay *relay);

guint32 chan_relay_stream(const ChanRelay *relay);

// Events of the connection for this stream.
void chan_relay_data(ChanRelay *relay);
void chan_relay_writable(ChanRelay *relay);
void chan_relay_fin(ChanRelay *relay);

// True when both directions have ended, or the stream is gone: the owner frees it.
gboolean chan_relay_done(const ChanRelay *relay);
