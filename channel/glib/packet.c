// SPDX-License-Identifier: Apache-2.0
#include "channel/glib/packet.h"

#include "channel/glib/steady.h"
#include "channel/glib/timer.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib-unix.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct {
    gsize size;
    guint n_fds;
    int fds[CHAN_PACKET_FDS_MAX];
    guint8 data[];
} Queued;

struct ChanPacketSocket {
    GMainContext *context;
    GSource *in, *out; // out exists while something is queued
    int fd;
    gsize packet_max;
    guint8 *buffer;
    ChanPacketHandler handler;
    gpointer user;
    GQueue queue;
    gsize queued;
    bool freed, busy, closed, paused; // busy: inside the handler
};

static void
queued_free(gpointer data)
{
    Queued *q = data;

    for (guint i = 0; i < q->n_fds; i++)
        close(q->fds[i]);
    g_free(q);
}

static void
destroy(ChanPacketSocket *s)
{
    g_free(s->buffer);
    g_main_context_unref(s->context);
    g_free(s);
}

void
chan_packet_socket_free(ChanPacketSocket *s)
{
    if (!s || s->freed)
        return;
    s->freed = true;
    chan_timer_clear(&s->in);
    chan_timer_clear(&s->out);
    g_queue_clear_full(&s->queue, queued_free);
    close(s->fd);
    if (!s->busy)
        destroy(s);
}

// Calls the handler; FALSE when the socket was freed by it.
static bool
deliver(ChanPacketSocket *s, ChanSpan packet, const int *fds, guint n_fds)
{
    s->busy = true;
    s->handler(s, packet, fds, n_fds, s->user);
    s->busy = false;
    if (s->freed)
        destroy(s);
    else
        return true;
    return false;
}

static guint
collect_fds(struct msghdr *msg, int fds[CHAN_PACKET_FDS_MAX])
{
    guint n = 0;

    for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
            continue;
        guint count = (guint)((c->cmsg_len - CMSG_LEN(0)) / sizeof(int));
        for (guint i = 0; i < count; i++) {
            int fd;
            memcpy(&fd, CMSG_DATA(c) + i * sizeof fd, sizeof fd);
            if (n < CHAN_PACKET_FDS_MAX)
                fds[n++] = fd;
            else
                close(fd);
        }
    }
    return n;
}

// One packet received and delivered. FALSE when there is no more, or no more socket.
static bool
receive_one(ChanPacketSocket *s)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int) * CHAN_PACKET_FDS_MAX)];
    } control;
    struct iovec iov = {s->buffer, s->packet_max};
    struct msghdr msg = {.msg_iov = &iov,
                         .msg_iovlen = 1,
                         .msg_control = &control,
                         .msg_controllen = sizeof control};
    ssize_t n = recvmsg(s->fd, &msg, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
    int fds[CHAN_PACKET_FDS_MAX];

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return false;
    guint n_fds = n >= 0 ? collect_fds(&msg, fds) : 0;
    if (n <= 0 || msg.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) {
        for (guint i = 0; i < n_fds; i++)
            close(fds[i]);
        s->closed = true;
        chan_timer_clear(&s->in);
        deliver(s, (ChanSpan){0}, NULL, 0);
        return false;
    }
    return deliver(s, CHAN_SPAN(s->buffer, n), fds, n_fds) && !s->paused;
}

static gboolean
on_readable(int fd, GIOCondition condition, gpointer user)
{
    // Some packets a turn, so that a busy peer does not keep the loop to itself.
    for (int i = 0; i < 32; i++)
        if (!receive_one(user))
            break;
    return G_SOURCE_CONTINUE;
}

static ssize_t
send_now(ChanPacketSocket *s, gconstpointer data, gsize size, const int *fds, guint n_fds)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int) * CHAN_PACKET_FDS_MAX)];
    } control;
    struct iovec iov = {(gpointer)data, size};
    struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};

    memset(&control, 0, sizeof control);
    if (n_fds > 0) {
        msg.msg_control = &control;
        msg.msg_controllen = CMSG_SPACE(sizeof(int) * n_fds);
        struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(sizeof(int) * n_fds);
        memcpy(CMSG_DATA(c), fds, sizeof(int) * n_fds);
    }
    ssize_t n;
    do
        n = sendmsg(s->fd, &msg, MSG_NOSIGNAL | MSG_DONTWAIT);
    while (n < 0 && errno == EINTR);
    return n;
}

static bool
would_wait(void)
{
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS;
}

// The peer has closed, of which reading tells, after all that it had sent.
static bool
is_gone(void)
{
    return errno == EPIPE || errno == ECONNRESET || errno == ENOTCONN;
}

// As if the peer had closed.
static void
fail(ChanPacketSocket *s)
{
    s->closed = true;
    chan_timer_clear(&s->in);
    chan_timer_clear(&s->out);
    deliver(s, (ChanSpan){0}, NULL, 0);
}

static gboolean
on_writable(int fd, GIOCondition condition, gpointer user)
{
    ChanPacketSocket *s = user;
    Queued *q;

    while ((q = g_queue_peek_head(&s->queue))) {
        bool failed = send_now(s, q->data, q->size, q->fds, q->n_fds) < 0;
        if (failed && would_wait())
            return G_SOURCE_CONTINUE;
        if (failed && !is_gone()) { // no packet may be missing from the row: that is its end
            fail(s);
            return G_SOURCE_REMOVE;
        }
        s->queued -= q->size;
        queued_free(g_queue_pop_head(&s->queue));
    }
    chan_timer_clear(&s->out);
    return G_SOURCE_REMOVE;
}

static GSource *
watch(ChanPacketSocket *s, GIOCondition condition, GUnixFDSourceFunc callback)
{
    GSource *source = g_unix_fd_source_new(s->fd, condition);

    g_source_set_callback(source, G_SOURCE_FUNC(callback), s, NULL);
    chan_source_keep_polled(source);
    g_source_attach(source, s->context);
    return source;
}

ChanPacketSocket *
chan_packet_socket_new(GMainContext *context, int take_fd, gsize packet_max,
                       ChanPacketHandler handler, gpointer user)
{
    ChanPacketSocket *s = g_new0(ChanPacketSocket, 1);

    s->context = context ? g_main_context_ref(context) : g_main_context_ref_thread_default();
    s->fd = take_fd;
    s->packet_max = packet_max;
    s->buffer = g_malloc(packet_max);
    s->handler = handler;
    s->user = user;
    g_queue_init(&s->queue);
    g_unix_set_fd_nonblocking(take_fd, TRUE, NULL);
    s->in = watch(s, G_IO_IN | G_IO_HUP | G_IO_ERR, on_readable);
    return s;
}

static bool
enqueue(ChanPacketSocket *s, gconstpointer data, gsize size, const int *fds, guint n_fds)
{
    Queued *q = g_malloc(sizeof *q + size);

    q->size = size;
    q->n_fds = 0;
    for (guint i = 0; i < n_fds; i++) {
        int fd = fcntl(fds[i], F_DUPFD_CLOEXEC, 0);
        if (fd < 0) {
            queued_free(q);
            return false;
        }
        q->fds[q->n_fds++] = fd;
    }
    memcpy(q->data, data, size);
    g_queue_push_tail(&s->queue, q);
    s->queued += size;
    if (!s->out)
        s->out = watch(s, G_IO_OUT | G_IO_ERR | G_IO_HUP, on_writable);
    return true;
}

gboolean
chan_packet_send(ChanPacketSocket *s, gconstpointer data, gsize size, const int *fds, guint n_fds)
{
    g_assert(size > 0 && n_fds <= CHAN_PACKET_FDS_MAX);
    if (s->closed || s->freed)
        return FALSE;
    if (g_queue_is_empty(&s->queue)) {
        if (send_now(s, data, size, fds, n_fds) >= 0)
            return TRUE;
        if (!would_wait())
            return FALSE;
    }
    if (s->queued + size > CHAN_PACKET_QUEUE_MAX)
        return FALSE;
    return enqueue(s, data, size, fds, n_fds);
}

gsize
chan_packet_queued(const ChanPacketSocket *s)
{
    return s->queued;
}

void
chan_packet_socket_pause(ChanPacketSocket *s, gboolean paused)
{
    if (s->closed || s->paused == !!paused)
        return;
    s->paused = paused;
    if (paused)
        chan_timer_clear(&s->in);
    else
        s->in = watch(s, G_IO_IN | G_IO_HUP | G_IO_ERR, on_readable);
}

gboolean
chan_packet_pair(int fds[2], GError **error)
{
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) == 0)
        return TRUE;
    g_set_error(error, G_IO_ERROR, g_io_error_from_errno(errno), "socketpair: %s",
                g_strerror(errno));
    return FALSE;
}
