// SPDX-License-Identifier: Apache-2.0
#include "channel/glib/relay.h"

#include "channel/glib/steady.h"

#include <errno.h>
#include <glib-unix.h>
#include <sys/socket.h>
#include <unistd.h>

// What the socket takes of what came, so that it need not be copied aside and its reader is not
// woken for each piece.
#define SEND_BUFFER (512 * 1024)

struct ChanRelay {
    GSource *source;
    gpointer tag; // of fd in source; NULL while nothing of it is awaited
    GIOCondition awaited;
    ChanConn *conn;
    guint32 stream;
    int fd;
    ChanRelayChanged changed;
    gpointer user;
    gboolean in_ended;  // the socket's user sends no more
    gboolean in_full;   // the stream takes no more now
    gboolean fin;       // the peer sends no more
    gboolean out_full;  // the socket takes no more now
    gboolean out_ended; // and everything before it is written
};

typedef struct {
    GSource source;
    ChanRelay *relay;
} RelaySource;

// The fd is watched for what is awaited alone: a hang-up of a socket that nothing is awaited from
// would keep the loop awake.
static void
await(ChanRelay *r)
{
    GIOCondition want = 0;

    if (!r->in_ended && !r->in_full)
        want |= G_IO_IN;
    if (r->out_full && !r->out_ended)
        want |= G_IO_OUT;
    if (want == r->awaited)
        return;
    if (r->tag && want)
        g_source_modify_unix_fd(r->source, r->tag, want);
    else if (r->tag)
        g_source_remove_unix_fd(r->source, r->tag);
    else
        r->tag = g_source_add_unix_fd(r->source, r->fd, want);
    if (!want)
        r->tag = NULL;
    r->awaited = want;
}

static void
end_in(ChanRelay *r)
{
    r->in_ended = TRUE;
    chan_conn_shutdown(r->conn, r->stream);
}

static void
read_socket(ChanRelay *r)
{
    while (!r->in_ended) {
        size_t room;
        uint8_t *to = chan_conn_write_space(r->conn, r->stream, &room);
        r->in_full = !to;
        if (!to)
            return;
        ssize_t n = read(r->fd, to, room);
        chan_conn_written(r->conn, r->stream, n > 0 ? (size_t)n : 0);
        if (n == 0)
            end_in(r);
        if (n > 0 || (n < 0 && (errno == EINTR || errno == ECONNRESET)))
            continue; // ECONNRESET: its user left bytes unread; what it wrote can still be read
        if (n < 0 && errno != EAGAIN)
            end_in(r);
        return;
    }
}

// Nobody reads the socket any more.
static void
give_up_out(ChanRelay *r)
{
    r->in_ended = r->out_ended = TRUE;
    chan_conn_reset(r->conn, r->stream, CHAN_RESET_CLOSED);
}

static void
write_socket(ChanRelay *r)
{
    ChanSpan span;

    r->out_full = FALSE;
    while (!r->out_ended && (span = chan_conn_peek(r->conn, r->stream)).size > 0) {
        ssize_t n = send(r->fd, span.data, span.size, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n >= 0) {
            chan_conn_consume(r->conn, r->stream, (size_t)n);
        } else if (errno == EAGAIN) {
            r->out_full = TRUE;
            return;
        } else if (errno != EINTR) {
            give_up_out(r);
            return;
        }
    }
    if (r->fin && !r->out_ended) {
        r->out_ended = TRUE;
        (void)shutdown(r->fd, SHUT_WR);
    }
}

static gboolean
dispatch(GSource *source, GSourceFunc callback, gpointer user)
{
    ChanRelay *r = ((RelaySource *)source)->relay;
    GIOCondition ready = r->tag ? g_source_query_unix_fd(source, r->tag) : 0;

    if (r->awaited & G_IO_OUT && ready & (G_IO_OUT | G_IO_ERR | G_IO_HUP))
        write_socket(r);
    if (r->awaited & G_IO_IN && ready & (G_IO_IN | G_IO_ERR | G_IO_HUP))
        read_socket(r);
    await(r);
    r->changed(r, r->user); // may free r
    return G_SOURCE_CONTINUE;
}

static GSourceFuncs functions = {.dispatch = dispatch};

ChanRelay *
chan_relay_new(GMainContext *context, ChanConn *conn, guint32 stream, int take_fd,
               ChanRelayChanged changed, gpointer user)
{
    ChanRelay *r = g_new0(ChanRelay, 1);

    r->conn = conn;
    r->stream = stream;
    r->fd = take_fd;
    r->changed = changed;
    r->user = user;
    int size = SEND_BUFFER;
    g_unix_set_fd_nonblocking(take_fd, TRUE, NULL);
    (void)setsockopt(take_fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    r->source = g_source_new(&functions, sizeof(RelaySource));
    ((RelaySource *)r->source)->relay = r;
    await(r);
    chan_source_keep_polled(r->source);
    g_source_attach(r->source, context);
    return r;
}

void
chan_relay_free(ChanRelay *r)
{
    if (!r)
        return;
    g_source_destroy(r->source);
    g_source_unref(r->source);
    close(r->fd);
    g_free(r);
}

guint32
chan_relay_stream(const ChanRelay *r)
{
    return r->stream;
}

void
chan_relay_data(ChanRelay *r)
{
    if (!r->out_full)
        write_socket(r);
    await(r);
}

void
chan_relay_writable(ChanRelay *r)
{
    read_socket(r);
    await(r);
}

void
chan_relay_fin(ChanRelay *r)
{
    r->fin = TRUE;
    chan_relay_data(r);
}

gboolean
chan_relay_done(const ChanRelay *r)
{
    return r->in_ended && r->out_ended;
}
