// SPDX-License-Identifier: Apache-2.0
#pragma once

// Two connections joined by bytes in memory, with time under the test's hand: each byte moves when
// the test says so, in pieces of any size. Also a raw peer, which keeps the handshake and the
// seals but sends whatever frames it is told to.

#include "channel/conn.h"
#include "channel/handshake.h"

#include <glib.h>

typedef struct {
    ChanConn *conn;
    ChanRole role;
    ChanConnConfig config;
    GByteArray *out; // sent, and not yet delivered to the other end
    gboolean keeps;  // leaves stream bytes unconsumed
    // What its events told.
    int ready, ended, messages, opened, fins, resets, writable;
    ChanError error;
    guint32 stream; // of the last OPENED or DATA
    char service[CHAN_SERVICE_MAX + 1];
    guint16 type, reason;
    GByteArray *message; // the last one
    GByteArray *data;    // of all streams together
} LinkEnd;

typedef struct {
    LinkEnd ends[2]; // by role
    guint64 now_us;
    gsize piece; // bytes are delivered in pieces of 1 to piece; 0: as they are
} Link;

void link_init(Link *link, const ChanConnConfig *host, const ChanConnConfig *guest);
void link_clear(Link *link);

// A new process at one end; the pipe keeps what is in it.
void link_restart(Link *link, ChanRole role);

// Takes up to max bytes of output of one end into the pipe; how many there were.
gsize link_take(Link *link, ChanRole from, gsize max);

// Gives up to max bytes of the pipe to the other end; how many there were.
gsize link_give(Link *link, ChanRole from, gsize max);

// Gives bytes that nobody sent.
void link_inject(Link *link, ChanRole to, ChanSpan bytes);

// Moves bytes until nothing moves. Time stands still.
void link_settle(Link *link);

// Lets time pass to the next deadline of either end, settling before and after; at most us. FALSE
// when neither end has one.
gboolean link_wait(Link *link, guint64 us);

// Settles and waits until both ends are ready, at most us; FALSE when they are not.
gboolean link_ready(Link *link, guint64 us);

// One event of an end; the counts above are kept. FALSE when there is none.
gboolean link_event(Link *link, LinkEnd *end, ChanEvent *event);

typedef struct {
    ChanConn *conn; // the end under test
    ChanHandshake shake;
    ChanFrameSeal send, receive;
    guint64 now_us;
    ChanEvent event; // the last one of conn
} RawPeer;

// Both have a session; conn's role is the other one.
void raw_init(RawPeer *raw, ChanRole conn_role, const ChanConnConfig *config);
void raw_clear(RawPeer *raw);

// Sends a frame and pulls the events it causes; the first of them, or kind -1 for none.
int raw_send(RawPeer *raw, guint8 type, guint8 flags, guint32 stream, ChanSpan payload);

// The same with another length in its header than the payload's.
int raw_send_sized(RawPeer *raw, ChanFrameHead head, ChanSpan payload);

// Throws away conn's output; how many bytes it was.
gsize raw_drain(RawPeer *raw);
