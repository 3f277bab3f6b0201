// SPDX-License-Identifier: Apache-2.0
#pragma once

// One end of a channel: bytes and time in, bytes and events out. No I/O, no clock, no callbacks.
// PROTOCOL.md is normative for what it says on the wire.

#include "channel/span.h"

#include <stdbool.h>

#define CHAN_FRAME_MAX (64 * 1024)            // payload of one frame, bytes
#define CHAN_MESSAGE_MAX (512 * 1024)         // one message, bytes; may span frames
#define CHAN_SEND_QUEUE_MAX (4 * 1024 * 1024) // messages waiting to be sent, bytes
#define CHAN_STREAMS_MAX 256                  // open at a time
#define CHAN_SERVICE_MAX 64                   // length of a service's name
#define CHAN_NONCE_SIZE 16

typedef enum { CHAN_ROLE_HOST, CHAN_ROLE_GUEST } ChanRole;

typedef enum {
    CHAN_PRIORITY_CONTROL, // messages, input
    CHAN_PRIORITY_MEDIA,   // sound
    CHAN_PRIORITY_BULK,    // pixels, files
} ChanPriority;

// Optional abilities; a feature is used when both ends have it.
#define CHAN_FEATURE_FDS 1u // streams as sockets, handed over the Unix socket that is the pipe

typedef struct {
    uint16_t version;
    uint32_t features;
    uint8_t nonce[CHAN_NONCE_SIZE];
    char software[64]; // cleaned
} ChanHello;

typedef struct {
    ChanRole role;
    uint32_t features;
    uint8_t nonce[CHAN_NONCE_SIZE]; // fresh and random for each ChanConn, not all zero
    const char *software;           // name and version, for logs
    // Zero means the default.
    uint32_t heartbeat_ms; // asks a silent peer after this long: 10 s (host), 12 s (guest)
    uint32_t lost_ms;      // gives it up after this long: 30 s
    uint32_t quiet_ms;     // calls it silent when it answers nothing for so long: never
    uint32_t stall_ms;     // asks when a frame stays unfinished so long: 0.5 s
    uint32_t window;       // bytes a stream may receive before they are consumed: 1 MiB
} ChanConnConfig;

// What ends a connection for good. The text says it in words; what the caller does is the same for
// all: report it, close the pipe, and begin anew if it likes.
typedef enum {
    CHAN_ERROR_NONE = 0,
    CHAN_ERROR_VERSION = -1,  // the peer speaks no version that we do: one side must be updated
    CHAN_ERROR_FRAME = -2,    // unknown type, wrong size or flags, not for this role to send
    CHAN_ERROR_ORDER = -3,    // a frame for a stream never opened, or after its end; half a message
    CHAN_ERROR_CREDIT = -4,   // more bytes than the stream had credit for, or absurd credit
    CHAN_ERROR_MESSAGE = -5,  // a message over CHAN_MESSAGE_MAX, or not of the length it said
    CHAN_ERROR_STREAMS = -6,  // opens streams faster than they can be refused
    CHAN_ERROR_UNSTABLE = -7, // lost sync again and again: something in the pipe alters bytes
    CHAN_ERROR_SILENT = -8,   // no answer for lost_ms: hung, suspended, or gone
} ChanError;

const char *chan_error_text(ChanError error);

// Why a stream was reset.
typedef enum {
    CHAN_RESET_CLOSED = 1,  // nobody reads any more
    CHAN_RESET_REFUSED = 2, // no such service, or not now
    CHAN_RESET_FAILED = 3,  // the other side of it broke
    CHAN_RESET_BUSY = 4,    // too many streams
} ChanResetReason;

typedef enum {
    CHAN_EVENT_READY,    // a session begins: peer. Every stream and list starts afresh
    CHAN_EVENT_ENDED,    // the session is over (the peer restarted, or bytes were lost): all
                         // streams and queued messages are gone; READY may follow
    CHAN_EVENT_FDS,      // chan_conn_fds has its answer
    CHAN_EVENT_FD_PROBE, // guest: did a descriptor come with these bytes? chan_conn_answer_probe
    CHAN_EVENT_MESSAGE,  // type, payload
    CHAN_EVENT_OPENED,   // guest: stream, service, priority; with_fd: the stream is a descriptor
                         // that came with these bytes, and the connection knows no more of it
    CHAN_EVENT_DATA,     // stream has bytes: chan_conn_peek, chan_conn_consume
    CHAN_EVENT_WRITABLE, // a stream that took too little has room again
    CHAN_EVENT_FIN,      // the peer sends no more on this stream; what came can still be read
    CHAN_EVENT_RESET,    // the peer ended this stream: reason. Unread bytes are gone
    CHAN_EVENT_ERROR,    // the connection is over: error. Nothing follows
} ChanEventKind;

typedef struct {
    ChanEventKind kind;
    const ChanHello *peer; // borrowed
    uint32_t stream;
    ChanPriority priority;
    bool with_fd;
    uint64_t start,
        end; // OPENED with_fd, FD_PROBE: bytes of the pipe before the frame, and to its end
    char untrusted_service[CHAN_SERVICE_MAX + 1]; // ends at its first NUL
    uint16_t type;                                // of a message
    ChanSpan payload; // of a message; borrowed until the next call that is not const
    uint16_t reason;  // ChanResetReason, or one of a later version
    ChanError error;
} ChanEvent;

typedef struct ChanConn ChanConn;

// Times are those of any steady clock, in microseconds, and never go back. Running out of memory
// ends the process; all sizes here are bounded.
ChanConn *chan_conn_new(const ChanConnConfig *config, uint64_t now_us);
void chan_conn_free(ChanConn *c); // NULL-safe

// --- bytes in, events out

// Room to read into (never none); what was read counts with chan_conn_received. Events are then
// pulled until there are none, before more is read: that is what bounds memory.
uint8_t *chan_conn_receive_space(ChanConn *c, size_t *room);
void chan_conn_received(ChanConn *c, size_t n, uint64_t now_us);
bool chan_conn_next_event(ChanConn *c, ChanEvent *event, uint64_t now_us);

// True when the bytes so far end in the middle of a frame: what a pipe's end then means.
bool chan_conn_in_frame(const ChanConn *c);

// --- bytes out

typedef struct {
    ChanSpan spans[3];
    size_t n_spans;
    // The descriptor of this stream must go with the first of these bytes, and these bytes in a
    // call of their own. CHAN_FD_PROBE: any descriptor.
    uint32_t fd_stream;
} ChanOutput;
#define CHAN_FD_NONE 0u
#define CHAN_FD_PROBE UINT32_MAX

// What goes next: at most one frame, or the rest of one. False when there is nothing, or when the
// pipe is full enough (chan_conn_deadline says when to ask again). Spans are borrowed.
bool chan_conn_output(ChanConn *c, ChanOutput *out, uint64_t now_us);

// The first n bytes of the last output went to the kernel.
void chan_conn_sent(ChanConn *c, size_t n, uint64_t now_us);

// Where the system says how many bytes wait in the kernel: true when it should be asked before the
// next output, and what it said.
bool chan_conn_asks_unsent(const ChanConn *c, uint64_t now_us);
void chan_conn_unsent(ChanConn *c, size_t n, uint64_t now_us);

// The kernel took no more: told where the system does not say what waits.
void chan_conn_blocked(ChanConn *c, uint64_t now_us);

// --- time

// When to call chan_conn_tick, pull events and ask for output again, at the latest; UINT64_MAX for
// never. Sending can bring events (WRITABLE): then it is at once.
uint64_t chan_conn_deadline(const ChanConn *c);

// Afterwards there may be events and output.
void chan_conn_tick(ChanConn *c, uint64_t now_us);

// --- the session

bool chan_conn_ready(const ChanConn *c);

typedef enum { CHAN_FDS_NO, CHAN_FDS_UNKNOWN, CHAN_FDS_YES } ChanFds;

// Host: whether streams can be descriptors. Unknown until the peer has said whether the one that
// the probe carried arrived.
ChanFds chan_conn_fds(const ChanConn *c);

// Guest: the answer to FD_PROBE.
void chan_conn_answer_probe(ChanConn *c, bool arrived);

typedef enum {
    CHAN_SEND_OK,
    CHAN_SEND_NOT_READY, // no session: wait for READY
    CHAN_SEND_FULL,      // CHAN_SEND_QUEUE_MAX bytes wait: the peer reads too slowly, drop it
    CHAN_SEND_TOO_LONG,  // over CHAN_MESSAGE_MAX
} ChanSendResult;

ChanSendResult chan_conn_send(ChanConn *c, uint16_t type, ChanSpan payload);

// Host: opens a stream; its id, or 0 without a session or with CHAN_STREAMS_MAX open. With with_fd
// the id is only good for ChanOutput.fd_stream. service: 1 to CHAN_SERVICE_MAX bytes.
uint32_t chan_conn_open(ChanConn *c, const char *service, ChanPriority priority, bool with_fd);

// All of these do nothing, or yield nothing, for a stream that is gone.

// Room to write into; none while the stream's queue is full, or after shutdown: WRITABLE comes.
uint8_t *chan_conn_write_space(ChanConn *c, uint32_t stream, size_t *room);
void chan_conn_written(ChanConn *c, uint32_t stream, size_t n);

// Takes as much as there is room for.
size_t chan_conn_write(ChanConn *c, uint32_t stream, ChanSpan bytes);

// What arrived and is not consumed; one piece of it. Consuming gives the peer credit for more.
ChanSpan chan_conn_peek(const ChanConn *c, uint32_t stream);
void chan_conn_consume(ChanConn *c, uint32_t stream, size_t n);

// Sends no more, once what is queued is sent. A stream that both ends shut down is gone when all of
// it is consumed.
void chan_conn_shutdown(ChanConn *c, uint32_t stream);

// Ends a stream at once, both ways.
void chan_conn_reset(ChanConn *c, uint32_t stream, ChanResetReason reason);

typedef struct {
    uint64_t bytes_in, bytes_out;
    uint64_t rate_out;      // bytes per second; 0: unknown
    uint32_t round_trip_us; // of the last heartbeat; 0: unknown
    uint32_t streams;       // in the table
    uint64_t heard_us;      // when something came last
    size_t queued;          // of messages that wait to be sent, bytes
} ChanConnStats;

// Something was sent quiet_ms ago, and nothing has come since, though it was asked twice: it may be
// back before it is given up. Known by chan_conn_tick.
bool chan_conn_silent(const ChanConn *c);

// Sends a PING soon; what comes is seen in the statistics.
void chan_conn_ask(ChanConn *c);

void chan_conn_get_stats(const ChanConn *c, ChanConnStats *stats);
