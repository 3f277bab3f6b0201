// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/channel_bench_end.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

guint64
bench_now_us(void)
{
    return (guint64)g_get_monotonic_time();
}

void
bench_end_init(BenchEnd *e, ChanRole role, int take_fd)
{
    ChanConnConfig config = {.role = role, .software = "bench"};

    *e = (BenchEnd){.fd = take_fd};
    for (int i = 0; i < CHAN_NONCE_SIZE; i++)
        config.nonce[i] = (guint8)g_random_int_range(1, 256);
    e->pipe = chan_pipe_new(take_fd, take_fd, FALSE);
    e->conn = chan_conn_new(&config, bench_now_us());
}

void
bench_end_clear(BenchEnd *e)
{
    chan_conn_free(e->conn);
    chan_pipe_free(e->pipe);
}

static void
flush(BenchEnd *e)
{
    ChanOutput out;
    gsize unsent;

    e->full = FALSE;
    for (;;) {
        guint64 now = bench_now_us();
        if (chan_conn_asks_unsent(e->conn, now) && chan_pipe_unsent(e->pipe, &unsent))
            chan_conn_unsent(e->conn, unsent, now);
        if (!chan_conn_output(e->conn, &out, now))
            return;
        gssize n = chan_pipe_write(e->pipe, out.spans, out.n_spans, -1, NULL);
        if (n < 0)
            e->ended = TRUE;
        e->full = n == 0;
        if (n <= 0)
            return;
        chan_conn_sent(e->conn, (gsize)n, now);
    }
}

static void
handle(BenchEnd *e, const ChanEvent *event)
{
    ChanSpan span;

    switch (event->kind) {
    case CHAN_EVENT_READY:
        e->ready = TRUE;
        break;
    case CHAN_EVENT_MESSAGE:
        e->messages++;
        if (e->echoes)
            (void)chan_conn_send(e->conn, event->type, event->payload);
        break;
    case CHAN_EVENT_DATA:
        while ((span = chan_conn_peek(e->conn, event->stream)).size > 0) {
            e->received += span.size;
            chan_conn_consume(e->conn, event->stream, span.size);
        }
        break;
    case CHAN_EVENT_OPENED:
        e->stream = event->stream;
        break;
    case CHAN_EVENT_ERROR:
        g_printerr("channel_bench: %s\n", chan_error_text(event->error));
        exit(1);
    default:
        break;
    }
}

static void
receive(BenchEnd *e)
{
    size_t room;
    int fd;
    uint8_t *to = chan_conn_receive_space(e->conn, &room);
    gssize n = chan_pipe_read(e->pipe, to, room, &fd, NULL);

    if (n < 0)
        e->ended = TRUE;
    if (n > 0)
        chan_conn_received(e->conn, (gsize)n, bench_now_us());
}

void
bench_end_turn(BenchEnd *e, gboolean wait)
{
    ChanEvent event;

    flush(e);
    if (!wait)
        return;
    guint64 now = bench_now_us(), at = chan_conn_deadline(e->conn);
    struct pollfd p = {e->fd, (short)(POLLIN | (e->full ? POLLOUT : 0)), 0};
    guint64 left = at > now ? at - now : 0;
    struct timespec ts = {(time_t)(left / 1000000), (long)(left % 1000000) * 1000};
    (void)ppoll(&p, 1, at == UINT64_MAX ? NULL : &ts, NULL);
    chan_conn_tick(e->conn, bench_now_us());
    if (p.revents & (POLLIN | POLLHUP | POLLERR))
        receive(e);
    while (chan_conn_next_event(e->conn, &event, bench_now_us()))
        handle(e, &event);
    flush(e);
}

int
bench_spawn(void (*function)(int fd), GPid *pid)
{
    int fds[2];

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0)
        g_error("socketpair: %s", g_strerror(errno));
    *pid = fork();
    if (*pid < 0)
        g_error("fork: %s", g_strerror(errno));
    if (*pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        close(fds[0]);
        function(fds[1]);
        _exit(0);
    }
    close(fds[1]);
    return fds[0];
}
