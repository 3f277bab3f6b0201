// SPDX-License-Identifier: Apache-2.0
#include "channel/win32/pump.h"

#include "channel/win32/port.h"
#include "channel/win32/stream.h"

#include <stdlib.h>
#include <string.h>

#define ASLEEP_US 3000000 // more than a busy machine keeps a thread waiting

struct ChanWinPump {
    ChanConn *conn;
    HANDLE read, write;
    ChanWinPort in, out;
    DWORD writing; // bytes that out was last given
    DWORD next;    // bytes that it is given then
    ChanWinStream streams[CHAN_WIN_STREAMS_MAX];
    const ChanWinPumpHandlers *handlers;
    void *user;
    const char *lost;
    LARGE_INTEGER frequency;
    uint64_t seen_us;   // the clock, last
    uint64_t wait_us;   // how long it may have been waited since
    uint64_t asleep_us; // that the connection's clock leaves out
};

// What one wait is for.
typedef struct {
    HANDLE handles[2 + CHAN_WIN_STREAMS_MAX + CHAN_WIN_OTHERS_MAX];
    unsigned streams[CHAN_WIN_STREAMS_MAX]; // whose events follow the ports'
    unsigned n, n_streams;
} Waits;

static uint64_t
clock_us(const ChanWinPump *p)
{
    LARGE_INTEGER t;

    QueryPerformanceCounter(&t);
    uint64_t ticks = (uint64_t)t.QuadPart, frequency = (uint64_t)p->frequency.QuadPart;
    return ticks / frequency * 1000000 + ticks % frequency * 1000000 / frequency;
}

// A time that took far longer than the wait in it was to: the machine was suspended. The host was
// silent no longer for it than before, which may have slept as well.
static uint64_t
now_us(ChanWinPump *p)
{
    uint64_t now = clock_us(p), took = now - p->seen_us;

    if (p->seen_us > 0 && took > p->wait_us && took - p->wait_us > ASLEEP_US)
        p->asleep_us += took - p->wait_us;
    p->seen_us = now;
    p->wait_us = 0;
    return now - p->asleep_us;
}

static void
drop_streams(ChanWinPump *p)
{
    for (unsigned i = 0; i < CHAN_WIN_STREAMS_MAX; i++)
        if (p->streams[i].id)
            chan_win_stream_close(&p->streams[i]);
}

static ChanWinStream *
find(ChanWinPump *p, uint32_t id)
{
    for (unsigned i = 0; i < CHAN_WIN_STREAMS_MAX; i++)
        if (p->streams[i].id == id)
            return &p->streams[i];
    return NULL;
}

static void
settle(ChanWinPump *p, ChanWinStream *s)
{
    if (!s->id || !chan_win_stream_over(s))
        return;
    chan_win_stream_close(s);
    if (p->handlers->stream_ended)
        p->handlers->stream_ended(p, p->user);
}

static void
open_stream(ChanWinPump *p, const ChanEvent *e)
{
    ChanWinStream *place = find(p, 0);
    SOCKET socket = INVALID_SOCKET;

    if (place)
        socket = p->handlers->open_stream(p, e->untrusted_service, p->user);
    if (socket == INVALID_SOCKET || !chan_win_stream_open(place, e->stream, socket))
        chan_conn_reset(p->conn, e->stream, place ? CHAN_RESET_REFUSED : CHAN_RESET_BUSY);
}

static void
on_stream_event(ChanWinPump *p, const ChanEvent *e)
{
    ChanWinStream *s = find(p, e->stream);

    if (!s)
        return;
    if (e->kind == CHAN_EVENT_RESET) {
        chan_win_stream_close(s);
        return;
    }
    s->fin |= e->kind == CHAN_EVENT_FIN;
    chan_win_stream_move(s, p->conn);
    settle(p, s);
}

static void
on_event(ChanWinPump *p, const ChanEvent *e)
{
    switch (e->kind) {
    case CHAN_EVENT_READY:
        drop_streams(p);
        p->handlers->ready(p, p->user);
        break;
    case CHAN_EVENT_ENDED:
        drop_streams(p);
        break;
    case CHAN_EVENT_MESSAGE:
        if (!p->handlers->message(p, e->type, e->payload, p->user))
            p->lost = "the host sent a message that cannot be read";
        break;
    case CHAN_EVENT_FD_PROBE:
        chan_conn_answer_probe(p->conn, false);
        break;
    case CHAN_EVENT_OPENED:
        open_stream(p, e);
        break;
    case CHAN_EVENT_ERROR:
        p->lost = chan_error_text(e->error);
        break;
    case CHAN_EVENT_FDS:
        break;
    default:
        on_stream_event(p, e);
        break;
    }
}

static void
pull(ChanWinPump *p)
{
    ChanEvent e;

    while (!p->lost && chan_conn_next_event(p->conn, &e, now_us(p)))
        on_event(p, &e);
}

static void
received(ChanWinPump *p)
{
    const uint8_t *data;
    DWORD n = chan_win_port_finish(&p->in, &data);
    bool ended = p->in.ended;

    // The port is read on while this is looked at.
    if (!ended)
        chan_win_port_start(&p->in);
    for (DWORD at = 0; at < n && !p->lost;) {
        size_t room;
        uint8_t *to = chan_conn_receive_space(p->conn, &room);
        size_t take = n - at < room ? n - at : room;
        memcpy(to, data + at, take);
        at += (DWORD)take;
        chan_conn_received(p->conn, take, now_us(p));
        pull(p);
    }
    if (ended && !p->lost)
        p->lost = "the pipe to the host has ended";
}

static void
write_next(ChanWinPump *p, DWORD size)
{
    p->writing = p->out.size = size;
    p->next = 0;
    chan_win_port_start(&p->out);
}

static void
written(ChanWinPump *p)
{
    chan_win_port_finish(&p->out, NULL);
    if (p->out.ended) {
        if (!p->lost)
            p->lost = "the pipe to the host takes nothing any more";
        return;
    }
    p->writing = 0;
    if (p->next > 0) {
        p->out.at ^= 1;
        write_next(p, p->next);
    }
    chan_conn_unsent(p->conn, p->writing, now_us(p));
}

// Puts what the connection has to say into to. Returns how much.
static DWORD
take_output(ChanWinPump *p, uint8_t to[CHAN_WIN_PORT_SIZE])
{
    ChanOutput out;
    size_t size = 0;

    if (!chan_conn_output(p->conn, &out, now_us(p)))
        return 0;
    for (size_t i = 0; i < out.n_spans && size < CHAN_WIN_PORT_SIZE; i++) {
        size_t room = CHAN_WIN_PORT_SIZE - size;
        size_t take = out.spans[i].size < room ? out.spans[i].size : room;
        memcpy(to + size, out.spans[i].data, take);
        size += take;
        if (take < out.spans[i].size)
            break;
    }
    chan_conn_sent(p->conn, size, now_us(p));
    return (DWORD)size;
}

// What the port's thread is writing counts as sent, and as waiting in the kernel until it is done:
// how long that takes is how the pipe's rate is known. As long as the rate allows, more is ready
// for when it is done.
static void
write_more(ChanWinPump *p)
{
    if (!p->out.busy) {
        DWORD size = take_output(p, p->out.data[p->out.at]);
        if (size > 0)
            write_next(p, size);
    }
    if (!p->out.busy)
        return;
    if (chan_conn_asks_unsent(p->conn, now_us(p)))
        chan_conn_unsent(p->conn, p->writing + p->next, now_us(p));
    if (p->next == 0)
        p->next = take_output(p, p->out.data[p->out.at ^ 1]);
}

static DWORD
timeout_of(ChanWinPump *p, DWORD most_ms)
{
    uint64_t deadline = chan_conn_deadline(p->conn), now = now_us(p);
    uint64_t ms = deadline <= now ? 0 : (deadline - now + 999) / 1000;

    return deadline != UINT64_MAX && ms < most_ms ? (DWORD)ms : most_ms;
}

static void
gather(ChanWinPump *p, const HANDLE *others, unsigned n_others, Waits *w)
{
    *w = (Waits){0};
    w->handles[w->n++] = p->in.done;
    w->handles[w->n++] = p->out.done;
    for (unsigned i = 0; i < CHAN_WIN_STREAMS_MAX; i++) {
        if (!p->streams[i].id)
            continue;
        w->streams[w->n_streams++] = i;
        w->handles[w->n++] = p->streams[i].event;
    }
    for (unsigned i = 0; i < n_others && i < CHAN_WIN_OTHERS_MAX; i++)
        w->handles[w->n++] = others[i];
}

static bool
is_set(HANDLE handle)
{
    return WaitForSingleObject(handle, 0) == WAIT_OBJECT_0;
}

// All that is signalled, so that a busy stream keeps nobody waiting.
static void
handle(ChanWinPump *p, const Waits *w)
{
    if (p->in.busy && is_set(p->in.done))
        received(p);
    if (p->out.busy && is_set(p->out.done))
        written(p);
    for (unsigned i = 0; i < w->n_streams && !p->lost; i++) {
        ChanWinStream *s = &p->streams[w->streams[i]];
        if (s->id == 0 || !is_set(s->event))
            continue;
        chan_win_stream_signalled(s, p->conn);
        settle(p, s);
    }
    chan_conn_tick(p->conn, now_us(p));
    pull(p);
}

int
chan_win_pump_turn(ChanWinPump *p, const HANDLE *others, unsigned n_others, DWORD timeout_ms)
{
    Waits w;

    if (p->lost)
        return -1;
    if (!p->in.busy)
        chan_win_port_start(&p->in);
    write_more(p);
    gather(p, others, n_others, &w);
    DWORD wait = timeout_of(p, timeout_ms);
    p->wait_us = wait == INFINITE ? UINT64_MAX : (uint64_t)wait * 1000;
    DWORD which = WaitForMultipleObjects(w.n, w.handles, FALSE, wait);
    handle(p, &w);
    unsigned first_other = 2 + w.n_streams;
    return which >= first_other && which < w.n ? (int)(which - first_other) : -1;
}

ChanWinPump *
chan_win_pump_new(HANDLE take_read, HANDLE take_write, const ChanConnConfig *config,
                  const ChanWinPumpHandlers *handlers, void *user)
{
    ChanWinPump *p = calloc(1, sizeof *p);

    if (!p)
        abort();
    QueryPerformanceFrequency(&p->frequency);
    p->conn = chan_conn_new(config, now_us(p));
    p->read = take_read;
    p->write = take_write;
    p->handlers = handlers;
    p->user = user;
    if (chan_win_port_open(&p->in, take_read, false) &&
        chan_win_port_open(&p->out, take_write, true))
        return p;
    chan_win_pump_free(p);
    return NULL;
}

void
chan_win_pump_free(ChanWinPump *p)
{
    if (!p)
        return;
    drop_streams(p);
    CloseHandle(p->read);
    if (p->write != p->read)
        CloseHandle(p->write);
    chan_win_port_close(&p->in);
    chan_win_port_close(&p->out);
    chan_conn_free(p->conn);
    free(p);
}

bool
chan_win_pump_send(ChanWinPump *p, uint16_t type, ChanSpan payload)
{
    return chan_conn_send(p->conn, type, payload) == CHAN_SEND_OK;
}

bool
chan_win_pump_sending(const ChanWinPump *p)
{
    return p->out.busy;
}

const char *
chan_win_pump_lost(const ChanWinPump *p)
{
    return p->lost;
}
