// SPDX-License-Identifier: Apache-2.0
#pragma once

// One end of a stream of pixels (channel/tile_stream.h) in a GMainContext: whole messages in,
// whatever is to be sent out as the socket takes it.

#include "channel/tile_stream.h"

#include <glib.h>

typedef struct ChanTilesSocket ChanTilesSocket;

typedef struct {
    // A message; its bytes are borrowed for the call. FALSE: what it says cannot be, the stream
    // ends. The socket is not to be freed from here.
    gboolean (*message)(const ChanTilesMessage *untrusted_message, gpointer user);
    // All that was to be sent is with the socket. May be NULL.
    void (*drained)(gpointer user);
    // The stream ended, or its peer broke the rules. Called once, last, from the loop: free the
    // socket from here or later.
    void (*lost)(gpointer user);
} ChanTilesHandlers;

// Takes the connected stream socket, which becomes non-blocking. from_guest: the peer is the guest.
// handlers is borrowed.
ChanTilesSocket *chan_tiles_socket_new(GMainContext *context, int take_fd, bool from_guest,
                                       const ChanTilesHandlers *handlers, gpointer user);
void chan_tiles_socket_free(ChanTilesSocket *socket); // NULL-safe
// Others hear from now on.
void chan_tiles_socket_set_handlers(ChanTilesSocket *socket, const ChanTilesHandlers *handlers,
                                    gpointer user);
// Nothing is read while paused.
void chan_tiles_socket_pause(ChanTilesSocket *socket, gboolean paused);

// Between two messages, those that are first pass those that are later: what a user looks at waits
// for no more than one tile of another window's.
typedef enum { CHAN_TILES_FIRST, CHAN_TILES_LATER } ChanTilesTurn;

// Queues any message but a TILE, as first, and sends as far as the socket takes it.
void chan_tiles_socket_say(ChanTilesSocket *socket, const ChanTilesMessage *message);
// A TILE or FRAME in three steps: room for so many bytes, borrowed until the next call; so many of
// them were written, a whole message; and, after several of these, what is queued is sent as far as
// that goes.
guint8 *chan_tiles_socket_room(ChanTilesSocket *socket, ChanTilesTurn turn, gsize bytes);
void chan_tiles_socket_written(ChanTilesSocket *socket, ChanTilesTurn turn, gsize bytes);
void chan_tiles_socket_send(ChanTilesSocket *socket);
// The peer is given up: lost comes from the loop, and no message before it.
void chan_tiles_socket_end(ChanTilesSocket *socket);
// What the socket has not taken of what goes before a further message of that turn.
gsize chan_tiles_socket_pending(const ChanTilesSocket *socket, ChanTilesTurn turn);
