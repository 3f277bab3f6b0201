// SPDX-License-Identifier: Apache-2.0
#pragma once

// Pumps one channel over file descriptors in a GMainContext, and turns its streams into sockets.
//
// Users of the channel on Linux see messages and file descriptors only. A stream is always a
// connected SOCK_STREAM socket in the user's hand: where the pipe is a Unix socket and both ends
// have the feature, it is the very socket whose other end the peer's user holds (no byte of it
// passes the channel); everywhere else the pump relays between the socket and frames of the
// channel, with flow control both ways and half-close kept.
//
// File descriptors travel from host to guest only: a guest opens no streams.

#include "channel/conn.h"

#include <gio/gio.h>

typedef struct ChanPump ChanPump;

typedef struct {
    // Both hellos are exchanged. Called again when the peer restarted within the same pipe: then
    // everything before is gone (streams of the old peer are closed), and lists start afresh.
    void (*ready)(ChanPump *pump, const ChanHello *untrusted_peer, gpointer user);
    // A message (channel/msg.h) arrived. The span is borrowed for the call.
    void (*message)(ChanPump *pump, uint16_t type, ChanSpan untrusted_payload, gpointer user);
    // Guest only: the host opened a stream to a service. take_fd is the guest's end and the
    // handler's to close; closing it at once refuses the stream.
    void (*stream_opened)(ChanPump *pump, const char *untrusted_service, int take_fd,
                          gpointer user);
    // The pipe ended, the peer stopped answering, or it broke the protocol; error says which and
    // is borrowed. Called once, last; free the pump from here or later.
    void (*lost)(ChanPump *pump, const GError *error, gpointer user);
    // What went out is unanswered for so long that the peer is silent (ChanConnConfig.quiet_ms). It
    // may be back yet, or will be lost. Called once for each silence. May be NULL.
    void (*silent)(ChanPump *pump, gpointer user);
} ChanPumpHandlers;

// Starts pumping in context (NULL: the thread's default). read_fd and write_fd may be the same;
// both are taken. handlers is borrowed and must outlive the pump. No handler is called before the
// context runs.
ChanPump *
chan_pump_new(GMainContext *context, int take_read_fd, int take_write_fd,
              const ChanConnConfig *config, const ChanPumpHandlers *handlers, gpointer user);

// Closes the pipe and all streams. Safe inside a handler. NULL-safe.
void chan_pump_free(ChanPump *pump);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ChanPump, chan_pump_free)

// Queues a message (at most CHAN_MESSAGE_MAX bytes). FALSE with error set when the peer is not
// ready or reads so slowly that CHAN_SEND_QUEUE_MAX bytes are queued: the caller drops the peer.
gboolean chan_pump_send(ChanPump *pump, uint16_t type, ChanSpan payload, GError **error);

// Sends what is queued as far as the pipe takes it: in a handler, which otherwise comes first,
// before what takes its time. A span that the handler was given is void afterwards.
void chan_pump_flush(ChanPump *pump);

// Host only: opens a stream to a service of the guest. Returns the host's end, the caller's to
// close, or -1 with error set (not ready, too many streams).
int
chan_pump_open_stream(ChanPump *pump, const char *service, ChanPriority priority, GError **error);

typedef struct {
    uint64_t bytes_in, bytes_out; // of the pipe
    uint64_t rate_out;            // measured, bytes per second; 0 while unknown
    uint32_t round_trip_us;       // of the last heartbeat; 0 while unknown
    guint streams;                // open now
    gsize queued;                 // of messages that wait to be sent, bytes
    guint64 heard_us;             // monotonic time at which something came last
    gboolean passes_fds;          // streams are sockets of their own
} ChanPumpStats;

// Asks the peer for a sign of life, which shows in heard_us.
void chan_pump_ask(ChanPump *pump);

void chan_pump_get_stats(ChanPump *pump, ChanPumpStats *stats);
