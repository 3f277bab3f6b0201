// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a connection consists of: for conn.c, inbound.c and outbound.c only.

#include "channel/conn.h"
#include "channel/handshake.h"
#include "channel/rate.h"
#include "channel/receiver.h"
#include "channel/sched.h"
#include "channel/stream.h"

#define CHAN_MESSAGE_HEAD 6 // type and length, before a message's bytes

// The frame that is on its way out; sent counts header, payload and trailer as one.
typedef struct {
    uint8_t header[CHAN_FRAME_HEADER], trailer[CHAN_FRAME_TRAILER];
    size_t framing; // CHAN_FRAME_HEADER, or 0 for a hello
    uint8_t small[CHAN_HELLO_SIZE];
    ChanSpan payload;
    size_t total, sent; // total 0: none
    ChanQueue *queue;   // where payload lies, to be dropped when sent; NULL for small
    ChanStream *source; // whose queue it is; NULL for messages
    uint32_t fd_stream;
} ChanFrameOut;

struct ChanConn {
    ChanRole role;
    uint64_t heartbeat_us, lost_us, stall_us, quiet_us;
    size_t window;
    ChanHandshake shake;
    ChanError error;
    bool error_told;

    // The session.
    bool up;
    bool ended_due, ready_due; // events
    ChanFds fds;
    ChanStreamTable streams;
    ChanChunkPool pool;
    bool room_due; // some stream's WRITABLE is

    // In.
    ChanReceiver in;
    uint64_t heard_us;      // when the peer last gave a sign of life
    uint64_t unanswered_us; // when something went out, since; 0: nothing did
    bool silent;
    uint64_t over_us; // when the last session ended; 0: there was none, or one is up
    unsigned resyncs;
    uint64_t resyncs_us;
    uint8_t *message; // one that spans frames
    size_t message_size, message_have;
    uint16_t message_type;
    uint32_t pending_stream; // whose bytes pending are: given out, and not consumed yet
    ChanSpan pending;

    // Out.
    ChanFrameSeal seal;
    ChanSched sched;
    ChanQueue messages;
    ChanSchedNode messages_node;
    size_t message_left; // of the message at the queue's head, once it has begun
    ChanFrameOut out;
    uint8_t *tail; // rest of a frame whose source is gone
    size_t tail_size, tail_sent;
    ChanRate rate;
    bool ping_due, pong_due, probe_due, answer_due;
    uint8_t answer;
    uint64_t ping_token, pong_token;
    uint64_t ping_us; // when the last ping went out
    uint32_t round_trip_us;
    uint64_t bytes_in, bytes_out;
};

void chan_conn_fail(ChanConn *c, ChanError error);
void chan_conn_end_session(ChanConn *c, uint64_t now_us);
void chan_conn_start_session(ChanConn *c, uint64_t now_us);

// Bytes that may wait in a stream's queue.
size_t chan_conn_send_limit(const ChanConn *c);

// Puts a stream in the lines it belongs in now.
void chan_conn_line_up(ChanConn *c, ChanStream *s);

// Takes a stream out of everything.
void chan_conn_drop_stream(ChanConn *c, ChanStream *s);

// Bytes given out that were not consumed go to their stream's queue.
void chan_inbound_retain(ChanConn *c);

void chan_inbound_clear(ChanConn *c);
void chan_outbound_clear(ChanConn *c);

// The frame on its way out keeps its bytes although their queue goes.
void chan_outbound_detach(ChanConn *c);

// True when there is something to send, whether or not the pipe has room.
bool chan_outbound_pending(const ChanConn *c);
