// SPDX-License-Identifier: Apache-2.0
// Two connections; the input decides who does what, how bytes are split, lost or altered, when time
// passes and when an end is replaced by a new one. Without damage no byte arrives that was not
// sent, and in no case does anything break but the session.
#include "channel/conn.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define PIPE_MAX (512 * 1024)
#define STREAMS 4

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct {
    ChanConn *conn;
    ChanConnConfig config;
    uint8_t pipe[PIPE_MAX]; // sent and not delivered
    size_t in_pipe;
    uint32_t streams[STREAMS]; // by the last ones opened
} End;

typedef struct {
    End ends[2];
    uint64_t now_us;
    bool damaged;
    uint8_t nonce;
    const uint8_t *at, *limit;
} World;

static uint8_t bytes[64 * 1024];
static World world;

static uint8_t
next(World *w)
{
    return w->at < w->limit ? *w->at++ : 0;
}

static void
start(World *w, End *e)
{
    chan_conn_free(e->conn);
    memset(e->config.nonce, ++w->nonce, CHAN_NONCE_SIZE);
    e->config.nonce[0] = 1;
    e->conn = chan_conn_new(&e->config, w->now_us);
    memset(e->streams, 0, sizeof e->streams);
}

static void
take(World *w, End *e, size_t max)
{
    ChanOutput out;

    while (max > 0 && chan_conn_output(e->conn, &out, w->now_us)) {
        size_t n = out.spans[0].size < max ? out.spans[0].size : max;
        if (n > PIPE_MAX - e->in_pipe)
            return;
        assert(out.n_spans >= 1 && out.n_spans <= 3 && n > 0);
        memcpy(e->pipe + e->in_pipe, out.spans[0].data, n);
        e->in_pipe += n;
        max -= n;
        chan_conn_sent(e->conn, n, w->now_us);
        if (next(w) & 1)
            chan_conn_unsent(e->conn, e->in_pipe, w->now_us);
    }
}

static void
read_stream(World *w, End *e, uint32_t stream)
{
    ChanSpan s;

    while ((s = chan_conn_peek(e->conn, stream)).size > 0) {
        size_t n = next(w) & 1 ? s.size : (s.size + 1) / 2;
        for (size_t i = 0; i < n && !w->damaged; i++)
            if (s.data[i] != 'b')
                abort();
        chan_conn_consume(e->conn, stream, n);
        if (next(w) & 1)
            return;
    }
}

static void
pull(World *w, End *e)
{
    ChanEvent event;

    while (chan_conn_next_event(e->conn, &event, w->now_us)) {
        if (event.kind == CHAN_EVENT_OPENED)
            e->streams[event.stream % STREAMS] = event.stream;
        if (event.kind == CHAN_EVENT_DATA)
            read_stream(w, e, event.stream);
        if (event.kind == CHAN_EVENT_FD_PROBE)
            chan_conn_answer_probe(e->conn, next(w) & 1);
        if (event.kind == CHAN_EVENT_MESSAGE && !w->damaged)
            for (size_t i = 0; i < event.payload.size; i++)
                if (event.payload.data[i] != 'b')
                    abort();
        // Two ends of this house break no rule of each other's.
        if (event.kind == CHAN_EVENT_ERROR && event.error != CHAN_ERROR_SILENT &&
            event.error != CHAN_ERROR_UNSTABLE && !w->damaged)
            abort();
    }
}

static void
give(World *w, End *from, End *to, size_t max)
{
    size_t room, n = max < from->in_pipe ? max : from->in_pipe;
    uint8_t *space = chan_conn_receive_space(to->conn, &room);

    assert(room > 0);
    n = n < room ? n : room;
    memcpy(space, from->pipe, n);
    memmove(from->pipe, from->pipe + n, from->in_pipe - n);
    from->in_pipe -= n;
    chan_conn_received(to->conn, n, w->now_us);
    pull(w, to);
}

static size_t
amount(World *w)
{
    uint8_t n = next(w);

    return n < 128 ? n : (size_t)(n - 127) * 512;
}

static void
use_streams(World *w, End *e, uint8_t what)
{
    uint32_t *stream = &e->streams[next(w) % STREAMS];

    switch (what % 6) {
    case 0:
        if (e->config.role == CHAN_ROLE_HOST)
            *stream = chan_conn_open(e->conn, "s", (ChanPriority)(next(w) % 3), next(w) & 1);
        break;
    case 1:
        (void)chan_conn_write(e->conn, *stream, CHAN_SPAN(bytes, amount(w)));
        break;
    case 2:
        chan_conn_shutdown(e->conn, *stream);
        break;
    case 3:
        chan_conn_reset(e->conn, *stream, CHAN_RESET_CLOSED);
        break;
    case 4:
        read_stream(w, e, *stream);
        break;
    default:
        (void)chan_conn_send(e->conn, 7, CHAN_SPAN(bytes, amount(w)));
    }
}

static void
step(World *w)
{
    uint8_t what = next(w);
    End *e = &w->ends[what >> 7], *other = &w->ends[!(what >> 7)];

    switch (what & 7) {
    case 0:
    case 1:
        use_streams(w, e, next(w));
        break;
    case 2:
        take(w, e, amount(w));
        break;
    case 3:
        give(w, e, other, amount(w));
        break;
    case 4:
        take(w, e, SIZE_MAX);
        give(w, e, other, SIZE_MAX);
        break;
    case 5:
        w->now_us += (uint64_t)next(w) * next(w) * 1000;
        chan_conn_tick(e->conn, w->now_us);
        pull(w, e);
        break;
    case 6:
        start(w, e);
        break;
    default:
        if (e->in_pipe > 0) {
            size_t at = amount(w) % e->in_pipe;
            w->damaged = true;
            if (what & 8)
                e->pipe[at] ^= next(w);
            else
                e->in_pipe = at;
        }
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    World *w = &world;

    w->now_us = 1;
    w->damaged = false;
    w->nonce = 0;
    w->at = data;
    w->limit = data + size;

    memset(bytes, 'b', sizeof bytes);
    for (int i = 0; i < 2; i++) {
        End *e = &w->ends[i];
        e->in_pipe = 0;
        e->config.role = (ChanRole)i;
        e->config.features = next(w) & CHAN_FEATURE_FDS;
        e->config.window = next(w) * 1024u;
        start(w, e);
    }
    for (int i = 0; i < 2000 && w->at < w->limit; i++)
        step(w);
    chan_conn_free(w->ends[0].conn);
    chan_conn_free(w->ends[1].conn);
    w->ends[0].conn = w->ends[1].conn = NULL;
    return 0;
}
