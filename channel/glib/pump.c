// SPDX-License-Identifier: Apache-2.0
#include "channel/glib/pump.h"

#include "channel/glib/pipe.h"
#include "channel/glib/relay.h"
#include "channel/glib/steady.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define READS_PER_TURN 16 // then other sources have their turn
#define ARRIVALS_MAX 8    // descriptors that no frame has claimed yet

// A stream that was opened before it was known whether descriptors arrive.
typedef struct {
    char *service;
    ChanPriority priority;
    int fd;
} Waiting;

// A descriptor that came with the bytes that end at offset end.
typedef struct {
    guint64 end;
    int fd;
} Arrival;

struct ChanPump {
    GSource *source;
    GMainContext *context;
    gpointer in_tag, out_tag; // out_tag is in_tag when the pipe is one descriptor
    gboolean awaits_out;
    ChanPipe *pipe;
    ChanConn *conn;
    ChanRole role;
    const ChanPumpHandlers *handlers;
    gpointer user;
    GHashTable *relays;  // stream id → ChanRelay
    GHashTable *handing; // stream id → descriptor that goes with its open frame
    GQueue waiting;
    GArray *arrivals;
    GError *error; // the pipe is over; told by the source
    gboolean told, busy, freed;
    gboolean silent; // and told of it
};

typedef struct {
    GSource source;
    ChanPump *pump;
} PumpSource;

static guint64
now_us(void)
{
    return (guint64)g_get_monotonic_time();
}

static void
close_value(gpointer value)
{
    close(GPOINTER_TO_INT(value));
}

static void
waiting_free(gpointer data)
{
    Waiting *w = data;

    g_free(w->service);
    close(w->fd);
    g_free(w);
}

static void
arrivals_drop(ChanPump *p, guint n)
{
    for (guint i = 0; i < n; i++)
        close(g_array_index(p->arrivals, Arrival, i).fd);
    if (n > 0)
        g_array_remove_range(p->arrivals, 0, n);
}

static void
drop_streams(ChanPump *p)
{
    g_hash_table_remove_all(p->relays);
    g_hash_table_remove_all(p->handing);
    g_queue_clear_full(&p->waiting, waiting_free);
}

static void
take_error(ChanPump *p, GError *error)
{
    if (p->error || p->told)
        g_error_free(error);
    else
        p->error = error;
}

// --- out

static int
fd_for(ChanPump *p, guint32 stream)
{
    gpointer value;

    if (stream == CHAN_FD_PROBE)
        return open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (!g_hash_table_steal_extended(p->handing, GUINT_TO_POINTER(stream), NULL, &value))
        return -1;
    return GPOINTER_TO_INT(value);
}

static gssize
send_output(ChanPump *p, const ChanOutput *out, GError **error)
{
    if (out->fd_stream == CHAN_FD_NONE)
        return chan_pipe_write(p->pipe, out->spans, out->n_spans, -1, error);
    int fd = fd_for(p, out->fd_stream);
    gssize n = chan_pipe_write(p->pipe, out->spans, out->n_spans, fd, error);
    if (n <= 0 && fd >= 0 && out->fd_stream != CHAN_FD_PROBE)
        g_hash_table_insert(p->handing, GUINT_TO_POINTER(out->fd_stream), GINT_TO_POINTER(fd));
    else if (fd >= 0)
        close(fd);
    return n;
}

static void
await_out(ChanPump *p, gboolean wanted)
{
    if (p->awaits_out == wanted)
        return;
    p->awaits_out = wanted;
    GIOCondition in = p->in_tag == p->out_tag ? G_IO_IN : 0;
    g_source_modify_unix_fd(p->source, p->out_tag, in | (wanted ? G_IO_OUT : 0));
}

static void
flush(ChanPump *p)
{
    gboolean full = FALSE;
    ChanOutput out;

    if (p->told)
        return;
    while (!p->error && !full) {
        guint64 now = now_us();
        gsize unsent;
        if (chan_conn_asks_unsent(p->conn, now) && chan_pipe_unsent(p->pipe, &unsent))
            chan_conn_unsent(p->conn, unsent, now);
        if (!chan_conn_output(p->conn, &out, now))
            break;
        GError *error = NULL;
        gssize n = send_output(p, &out, &error);
        if (n > 0) {
            chan_conn_sent(p->conn, (gsize)n, now);
        } else if (n == 0) {
            chan_conn_blocked(p->conn, now);
            full = TRUE;
        } else {
            take_error(p, error);
        }
    }
    await_out(p, full && !p->error);
}

// --- streams

static void
on_relay_changed(ChanRelay *relay, gpointer user)
{
    ChanPump *p = user;

    if (chan_relay_done(relay))
        g_hash_table_remove(p->relays, GUINT_TO_POINTER(chan_relay_stream(relay)));
    flush(p);
}

static void
add_relay(ChanPump *p, guint32 id, int take_fd)
{
    ChanRelay *relay = chan_relay_new(p->context, p->conn, id, take_fd, on_relay_changed, p);

    g_hash_table_insert(p->relays, GUINT_TO_POINTER(id), relay);
}

// FALSE when there is no room for another stream; then take_fd is closed.
static gboolean
open_now(ChanPump *p, const char *service, ChanPriority priority, int take_fd)
{
    gboolean with_fd = chan_conn_fds(p->conn) == CHAN_FDS_YES;
    guint32 id = chan_conn_open(p->conn, service, priority, with_fd);

    if (id == 0)
        close(take_fd);
    else if (with_fd)
        g_hash_table_insert(p->handing, GUINT_TO_POINTER(id), GINT_TO_POINTER(take_fd));
    else
        add_relay(p, id, take_fd);
    return id != 0;
}

static void
open_waiting(ChanPump *p)
{
    Waiting *w;

    while ((w = g_queue_pop_head(&p->waiting))) {
        (void)open_now(p, w->service, w->priority, w->fd);
        g_free(w->service);
        g_free(w);
    }
}

// The descriptor that came with the frame of these bytes, or -1. The kernel ends a read with the
// bytes that carried a descriptor, and those begin a frame: so it belongs to the frame in which
// that read ended. Older ones belong to frames that nobody read.
static int
claim_arrival(ChanPump *p, guint64 start, guint64 end)
{
    guint n = 0;

    while (n < p->arrivals->len && g_array_index(p->arrivals, Arrival, n).end <= start)
        n++;
    arrivals_drop(p, n);
    if (p->arrivals->len == 0 || g_array_index(p->arrivals, Arrival, 0).end > end)
        return -1;
    int fd = g_array_index(p->arrivals, Arrival, 0).fd;
    g_array_remove_index(p->arrivals, 0);
    return fd;
}

static void
on_opened(ChanPump *p, const ChanEvent *event)
{
    int fds[2];

    if (event->with_fd) {
        fds[1] = claim_arrival(p, event->start, event->end);
        if (fds[1] < 0)
            return; // lost on the way: the host's end is closed, and that is what it sees
    } else if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0) {
        chan_conn_reset(p->conn, event->stream, CHAN_RESET_FAILED);
        return;
    } else {
        add_relay(p, event->stream, fds[0]);
    }
    if (p->handlers->stream_opened)
        p->handlers->stream_opened(p, event->untrusted_service, fds[1], p->user);
    else
        close(fds[1]);
}

// --- in

static void
on_relay_event(ChanPump *p, const ChanEvent *event)
{
    gpointer key = GUINT_TO_POINTER(event->stream);
    ChanRelay *relay = g_hash_table_lookup(p->relays, key);

    if (!relay)
        return;
    if (event->kind == CHAN_EVENT_DATA)
        chan_relay_data(relay);
    else if (event->kind == CHAN_EVENT_WRITABLE)
        chan_relay_writable(relay);
    else if (event->kind == CHAN_EVENT_FIN)
        chan_relay_fin(relay);
    if (event->kind == CHAN_EVENT_RESET || chan_relay_done(relay))
        g_hash_table_remove(p->relays, key);
}

static GError *
error_of(ChanError error)
{
    return g_error_new_literal(
        G_IO_ERROR, error == CHAN_ERROR_SILENT ? G_IO_ERROR_TIMED_OUT : G_IO_ERROR_INVALID_DATA,
        chan_error_text(error));
}

static void
handle_event(ChanPump *p, const ChanEvent *event)
{
    switch (event->kind) {
    case CHAN_EVENT_READY:
        if (p->handlers->ready)
            p->handlers->ready(p, event->peer, p->user);
        break;
    case CHAN_EVENT_ENDED:
        drop_streams(p);
        break;
    case CHAN_EVENT_FDS:
        open_waiting(p);
        break;
    case CHAN_EVENT_FD_PROBE: {
        int fd = claim_arrival(p, event->start, event->end);
        chan_conn_answer_probe(p->conn, fd >= 0);
        if (fd >= 0)
            close(fd);
        break;
    }
    case CHAN_EVENT_MESSAGE:
        if (p->handlers->message)
            p->handlers->message(p, event->type, event->payload, p->user);
        break;
    case CHAN_EVENT_OPENED:
        on_opened(p, event);
        break;
    case CHAN_EVENT_DATA:
    case CHAN_EVENT_WRITABLE:
    case CHAN_EVENT_FIN:
    case CHAN_EVENT_RESET:
        on_relay_event(p, event);
        break;
    case CHAN_EVENT_ERROR:
        take_error(p, error_of(event->error));
        break;
    }
}

static void
handle_events(ChanPump *p)
{
    ChanEvent event;

    while (!p->freed && chan_conn_next_event(p->conn, &event, now_us()))
        handle_event(p, &event);
}

// FALSE when there is nothing more to read.
static gboolean
read_once(ChanPump *p)
{
    size_t room;
    uint8_t *to = chan_conn_receive_space(p->conn, &room);
    GError *error = NULL;
    int fd = -1;
    gssize n = chan_pipe_read(p->pipe, to, room, &fd, &error);
    ChanConnStats stats;

    if (n < 0) {
        if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CLOSED) && chan_conn_in_frame(p->conn))
            g_prefix_error(&error, "in the middle of a frame: ");
        take_error(p, error);
        return FALSE;
    }
    chan_conn_received(p->conn, (size_t)n, now_us());
    if (fd >= 0) {
        chan_conn_get_stats(p->conn, &stats);
        if (p->arrivals->len == ARRIVALS_MAX)
            arrivals_drop(p, 1);
        g_array_append_val(p->arrivals, ((Arrival){stats.bytes_in, fd}));
    }
    gboolean more = chan_pipe_has_more(p->pipe, n, room) || (n > 0 && fd >= 0);
    handle_events(p); // which may close the pipe
    return more;
}

static void
read_pipe(ChanPump *p)
{
    for (int i = 0; i < READS_PER_TURN && !p->freed && !p->error && !p->told; i++)
        if (!read_once(p))
            break;
}

// --- the source

static gboolean
prepare(GSource *source, int *timeout_ms)
{
    ChanPump *p = ((PumpSource *)source)->pump;
    guint64 now = now_us();
    guint64 deadline = p->told ? UINT64_MAX : chan_conn_deadline(p->conn);

    *timeout_ms = -1;
    if (p->error && !p->told)
        return TRUE;
    if (deadline == UINT64_MAX)
        return FALSE;
    if (deadline <= now)
        return TRUE;
    *timeout_ms = (int)MIN((deadline - now + 999) / 1000, G_MAXINT);
    return FALSE;
}

static gboolean
check(GSource *source)
{
    ChanPump *p = ((PumpSource *)source)->pump;

    if (p->told)
        return FALSE;
    return g_source_query_unix_fd(source, p->in_tag) ||
           g_source_query_unix_fd(source, p->out_tag) || chan_conn_deadline(p->conn) <= now_us();
}

static void
tell_lost(ChanPump *p)
{
    p->told = TRUE;
    drop_streams(p);
    g_source_remove_unix_fd(p->source, p->in_tag);
    if (p->out_tag != p->in_tag)
        g_source_remove_unix_fd(p->source, p->out_tag);
    p->in_tag = p->out_tag = NULL;
    if (p->handlers->lost)
        p->handlers->lost(p, p->error, p->user);
}

static void
destroy(ChanPump *p)
{
    g_source_unref(p->source);
    chan_conn_free(p->conn);
    g_hash_table_unref(p->relays);
    g_hash_table_unref(p->handing);
    g_array_unref(p->arrivals);
    g_main_context_unref(p->context);
    g_clear_error(&p->error);
    g_free(p);
}

static void
tick(ChanPump *p)
{
    chan_conn_tick(p->conn, now_us());
    gboolean silent = chan_conn_silent(p->conn);
    gboolean begins = silent && !p->silent;

    p->silent = silent;
    if (begins && p->handlers->silent)
        p->handlers->silent(p, p->user);
}

static gboolean
dispatch(GSource *source, GSourceFunc callback, gpointer user)
{
    ChanPump *p = ((PumpSource *)source)->pump;
    GIOCondition in = g_source_query_unix_fd(source, p->in_tag);
    GIOCondition out = g_source_query_unix_fd(source, p->out_tag);

    p->busy = TRUE;
    if (in & (G_IO_IN | G_IO_HUP | G_IO_ERR))
        read_pipe(p);
    else if (out & (G_IO_ERR | G_IO_HUP) && p->out_tag != p->in_tag)
        take_error(p, g_error_new_literal(G_IO_ERROR, G_IO_ERROR_CLOSED,
                                          "the other end closed the channel"));
    if (!p->freed)
        tick(p);
    if (!p->freed)
        handle_events(p);
    if (!p->freed)
        flush(p);
    if (!p->freed && p->error && !p->told) {
        // What the peer said before it went is still heard.
        GError *error = g_steal_pointer(&p->error);
        read_pipe(p);
        g_clear_error(&p->error);
        p->error = error;
        if (!p->freed)
            tell_lost(p);
    }
    p->busy = FALSE;
    if (p->freed)
        destroy(p);
    return G_SOURCE_CONTINUE;
}

static GSourceFuncs functions = {.prepare = prepare, .check = check, .dispatch = dispatch};

ChanPump *
chan_pump_new(GMainContext *context, int take_read_fd, int take_write_fd,
              const ChanConnConfig *config, const ChanPumpHandlers *handlers, gpointer user)
{
    ChanPump *p = g_new0(ChanPump, 1);
    ChanConnConfig own = *config;

    p->pipe = chan_pipe_new(take_read_fd, take_write_fd, config->role == CHAN_ROLE_GUEST);
    if (!chan_pipe_passes_fds(p->pipe))
        own.features &= ~CHAN_FEATURE_FDS;
    p->context = context ? g_main_context_ref(context) : g_main_context_ref_thread_default();
    p->conn = chan_conn_new(&own, now_us());
    p->role = config->role;
    p->handlers = handlers;
    p->user = user;
    p->relays = g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)chan_relay_free);
    p->handing = g_hash_table_new_full(NULL, NULL, NULL, close_value);
    p->arrivals = g_array_new(FALSE, FALSE, sizeof(Arrival));
    g_queue_init(&p->waiting);
    p->source = g_source_new(&functions, sizeof(PumpSource));
    ((PumpSource *)p->source)->pump = p;
    p->in_tag = p->out_tag = g_source_add_unix_fd(p->source, take_read_fd, G_IO_IN);
    if (take_write_fd != take_read_fd)
        p->out_tag = g_source_add_unix_fd(p->source, take_write_fd, 0);
    chan_source_keep_polled(p->source);
    g_source_attach(p->source, p->context);
    // The first hello goes out when the context runs.
    await_out(p, TRUE);
    return p;
}

void
chan_pump_free(ChanPump *p)
{
    if (!p || p->freed)
        return;
    p->freed = TRUE;
    drop_streams(p);
    arrivals_drop(p, p->arrivals->len);
    g_source_destroy(p->source);
    g_clear_pointer(&p->pipe, chan_pipe_free);
    if (!p->busy)
        destroy(p);
}

// --- for the user

static void
flush_unless_busy(ChanPump *p)
{
    if (!p->busy)
        flush(p);
}

gboolean
chan_pump_send(ChanPump *p, uint16_t type, ChanSpan payload, GError **error)
{
    static const char *const texts[] = {
        [CHAN_SEND_NOT_READY] = "the channel is not up",
        [CHAN_SEND_FULL] = "the peer reads too slowly: too many messages wait for it",
        [CHAN_SEND_TOO_LONG] = "the message is too long",
    };
    ChanSendResult result =
        p->told || p->error ? CHAN_SEND_NOT_READY : chan_conn_send(p->conn, type, payload);

    if (result != CHAN_SEND_OK) {
        g_set_error_literal(error, G_IO_ERROR,
                            result == CHAN_SEND_NOT_READY ? G_IO_ERROR_NOT_CONNECTED
                            : result == CHAN_SEND_FULL    ? G_IO_ERROR_NO_SPACE
                                                          : G_IO_ERROR_MESSAGE_TOO_LARGE,
                            texts[result]);
        return FALSE;
    }
    flush_unless_busy(p);
    return TRUE;
}

void
chan_pump_flush(ChanPump *p)
{
    if (!p->freed)
        flush(p);
}

int
chan_pump_open_stream(ChanPump *p, const char *service, ChanPriority priority, GError **error)
{
    gsize length = strlen(service);
    int fds[2];

    g_assert(p->role == CHAN_ROLE_HOST && length >= 1 && length <= CHAN_SERVICE_MAX);
    if (p->told || p->error || !chan_conn_ready(p->conn)) {
        g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_NOT_CONNECTED, "the channel is not up");
        return -1;
    }
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0) {
        g_set_error(error, G_IO_ERROR, g_io_error_from_errno(errno), "socketpair: %s",
                    g_strerror(errno));
        return -1;
    }
    gboolean room = g_queue_get_length(&p->waiting) < CHAN_STREAMS_MAX;
    if (room && chan_conn_fds(p->conn) == CHAN_FDS_UNKNOWN) {
        Waiting *w = g_new0(Waiting, 1);
        *w = (Waiting){g_strdup(service), priority, fds[0]};
        g_queue_push_tail(&p->waiting, w);
    } else if (!room || !open_now(p, service, priority, fds[0])) {
        close(fds[1]);
        if (!room)
            close(fds[0]);
        g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_TOO_MANY_OPEN_FILES,
                            "too many streams are open on this channel");
        return -1;
    }
    flush_unless_busy(p);
    return fds[1];
}

void
chan_pump_ask(ChanPump *p)
{
    if (p->told || p->error)
        return;
    chan_conn_ask(p->conn);
    flush_unless_busy(p);
}

void
chan_pump_get_stats(ChanPump *p, ChanPumpStats *stats)
{
    ChanConnStats s;

    chan_conn_get_stats(p->conn, &s);
    *stats = (ChanPumpStats){
        .bytes_in = s.bytes_in,
        .bytes_out = s.bytes_out,
        .rate_out = s.rate_out,
        .round_trip_us = s.round_trip_us,
        .streams = g_hash_table_size(p->relays) + g_queue_get_length(&p->waiting),
        .queued = s.queued,
        .heard_us = s.heard_us,
        .passes_fds = chan_conn_fds(p->conn) == CHAN_FDS_YES,
    };
}
