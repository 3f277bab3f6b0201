// SPDX-License-Identifier: Apache-2.0
#pragma once

// One RDP connection as the server sees it: a freerdp_peer with its virtual channel manager, run
// by a GSource of the loop. No thread of the library runs: whatever it reads, it reads in the
// source's dispatch, and what the parts (rail.h, graphics.h, …) hear, they hear in the order the
// bytes came.
//
// Sending: everything goes to a buffer first and to the socket when ra_link_send is called or much
// has gathered; the socket never blocks the loop. The library puts channel data into a queue of its
// own, which window orders would overtake: ra_link_flush_channels before each of those.

#include "guestagent/remoteapp/certificate.h"

#include "channel/glib/paced.h"

#include <freerdp/peer.h>
#include <glib.h>
#include <stdbool.h>

#define RA_LINK_HANDSHAKE_TIMEOUT_S 10
#define RA_LINK_OUTPUT_MAX (96 * 1024 * 1024) // a client that lets more pile up is dropped

typedef struct RaLink RaLink;

typedef struct {
    // The connection sequence is complete: channels may be opened. Once.
    void (*activated)(gpointer user);
    // Something was read: look at the channels.
    void (*received)(gpointer user);
    // All that was to be sent is with the socket.
    void (*drained)(gpointer user);
    // The connection ended. Called once, last, from the loop; free the link from here.
    void (*lost)(const char *reason, gpointer user);
} RaLinkEvents;

typedef struct {
    // The stream is Casement's own (a socket handed over on this machine): RDP security without
    // encryption, nothing else. Otherwise TLS is offered too.
    bool local;
    const RaCertificate *certificate;
} RaLinkOptions;

// Starts to serve take_fd, a connected stream socket. NULL with error set when the library refuses.
RaLink *ra_link_new(GMainContext *context, int take_fd, const RaLinkOptions *options,
                    const RaLinkEvents *events, gpointer user, GError **error);

// Not inside events.activated, events.received or a callback of the library. NULL-safe.
void ra_link_free(RaLink *link);

// Tells the client that it is disconnected in favour of another one, or for an error in the
// protocol, and ends the connection; events.lost comes from the loop.
void ra_link_close(RaLink *link, const char *reason, bool replaced);

// Hands over what channels have received, which the library does after all input that came with it.
void ra_link_catch_up(RaLink *link);

// What came with the client's first bytes (channel/pixel_path.h), the caller's; -1: nothing.
int ra_link_take_fd(RaLink *link);

rdpContext *ra_link_context(const RaLink *link);
rdpSettings *ra_link_settings(const RaLink *link);
HANDLE ra_link_vcm(const RaLink *link);
bool ra_link_local(const RaLink *link);

// The object that input callbacks of the library find by their context.
void ra_link_set_input(RaLink *link, gpointer input);
gpointer ra_link_input(rdpContext *context);

// Channel data that the library queued goes to the buffer.
void ra_link_flush_channels(RaLink *link);

// Everything goes to the socket, as far as it takes it; the rest by itself later.
void ra_link_send(RaLink *link);

// Bytes the socket has not taken.
gsize ra_link_pending(const RaLink *link);

// A static channel of large messages, past the library, which would collect them whole and copy
// them twice: what the client sends is told of piece by piece, from within the library. One channel
// of a link. False: the client did not join it.
typedef void (*RaLinkPiece)(ChanSpan piece, gboolean first, gboolean last, gpointer user);
bool ra_link_take_channel(RaLink *link, const char *channel, RaLinkPiece piece, gpointer user);
void ra_link_leave_channel(RaLink *link);
// Its other direction, which lets others through (channel/glib/paced.h): a chunk of a message, and
// how much waits, with the kernel too.
gboolean ra_link_send_chunk(RaLink *link, const char *channel, const ChanPacedChunk *chunk);
gsize ra_link_unsent(RaLink *link);
