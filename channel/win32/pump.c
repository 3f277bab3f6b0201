// SPDX-License-Identifier: Apache-2.0
#include "channel/win32/pump.h"

#include "channel/win32/port.h"
#include "channel/win32/stream.h"

#include <stdlib.h>
#include <string.h>

#define ASLEEP_US 3000000 // more than a busy machine keeps a thread waiting
#define READ_PER_TURN (64 * 1024)
#define PLACES (CHAN_WIN_STREAMS_MAX + CHAN_WIN_OTHERS_MAX)

struct ChanWinPump {
    ChanConn *conn;
    HANDLE read, write;
    ChanWinPort *in, *out;
    DWORD writing; // bytes that out was last given
    DWORD next;    // bytes that it is given then
    ChanWinStream streams[CHAN_WIN_STREAMS_MAX];
    unsigned first; // place that a wait begins with
    const ChanWinPumpHandlers *handlers;
    void *user;
    const char *lost;
    LARGE_INTEGER frequency;
    uint64_t seen_us;   // the clock, last
    uint64_t wait_us;   // how long it may have been waited since
    uint64_t asleep_us; // that the connection's clock leaves out
};

// What one wait is for, each with its place: a stream's, or behind those the others'.
typedef struct {
    HANDLE handles[PLACES + 2];
    unsigned places[PLACES + 2];
    unsigned n;
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

// Returns how much came.
static DWORD
received(ChanWinPump *p)
{
    const uint8_t *data;
    DWORD n = chan_win_port_finish(p->in, &data);
    bool ended = p->in->ended;

    // The port is read on while this is looked at.
    if (!ended)
        chan_win_port_start(p->in);
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
    return n;
}

static void
write_next(ChanWinPump *p, DWORD size)
{
    p->writing = p->out->size = size;
    p->next = 0;
    chan_win_port_start(p->out);
}

static void
written(ChanWinPump *p)
{
    chan_win_port_finish(p->out, NULL);
    if (p->out->ended) {
        if (!p->lost)
            p->lost = "the pipe to the host takes nothing any more";
        return;
    }
    p->writing = 0;
    if (p->next > 0) {
        p->out->at ^= 1;
        write_next(p, p->next);
    }
    chan_conn_unsent(p->conn, p->writing, now_us(p));
}

// Puts what the connection has to say now into to, as many frames as there are and have room.
// Returns how much.
static DWORD
take_output(ChanWinPump *p, uint8_t *to, size_t room)
{
    ChanOutput out;
    size_t size = 0;

    while (size < room && chan_conn_output(p->conn, &out, now_us(p))) {
        size_t before = size;
        for (size_t i = 0; i < out.n_spans && size < room; i++) {
            size_t left = room - size;
            size_t take = out.spans[i].size < left ? out.spans[i].size : left;
            memcpy(to + size, out.spans[i].data, take);
            size += take;
        }
        chan_conn_sent(p->conn, size - before, now_us(p));
    }
    return (DWORD)size;
}

// What the port is writing counts as sent, and as waiting in the kernel until it is done: how long
// that takes is how the pipe's rate is known. As long as the rate allows, more is ready for when it
// is done, in one write.
static void
write_more(ChanWinPump *p)
{
    ChanWinPort *out = p->out;

    if (!out->busy) {
        DWORD size = take_output(p, out->data[out->at], CHAN_WIN_PORT_SIZE);
        if (size > 0)
            write_next(p, size);
    }
    if (!out->busy)
        return;
    if (chan_conn_asks_unsent(p->conn, now_us(p)))
        chan_conn_unsent(p->conn, p->writing + p->next, now_us(p));
    p->next += take_output(p, out->data[out->at ^ 1] + p->next, CHAN_WIN_PORT_SIZE - p->next);
}

static DWORD
timeout_of(ChanWinPump *p, DWORD most_ms)
{
    uint64_t deadline = chan_conn_deadline(p->conn), now = now_us(p);
    uint64_t ms = deadline <= now ? 0 : (deadline - now + 999) / 1000;

    return deadline != UINT64_MAX && ms < most_ms ? (DWORD)ms : most_ms;
}

static void
add(Waits *w, HANDLE handle, unsigned place)
{
    w->handles[w->n] = handle;
    w->places[w->n++] = place;
}

// A wait tells of the first one that is signalled, so whoever was served last is the last now. The
// ports are behind all of them: what they have done is looked at in each turn.
static void
gather(ChanWinPump *p, const HANDLE *others, unsigned n_others, Waits *w)
{
    w->n = 0;
    for (unsigned i = 0; i < PLACES; i++) {
        unsigned place = (p->first + i) % PLACES;
        if (place >= CHAN_WIN_STREAMS_MAX) {
            if (place - CHAN_WIN_STREAMS_MAX < n_others)
                add(w, others[place - CHAN_WIN_STREAMS_MAX], place);
        } else if (p->streams[place].id) {
            add(w, p->streams[place].event, place);
        }
    }
    if (p->in->busy)
        add(w, p->in->done, PLACES);
    if (p->out->busy)
        add(w, p->out->done, PLACES);
}

static void
handle_ports(ChanWinPump *p)
{
    DWORD n, all = 0;

    // A virtio port gives 4 KiB at a time. A port may also give nothing, and again at once.
    do {
        n = !p->lost && chan_win_port_over(p->in) ? received(p) : 0;
        all += n;
    } while (n > 0 && all < READ_PER_TURN);
    if (chan_win_port_over(p->out))
        written(p);
}

// Returns the other, or -1.
static int
handle_place(ChanWinPump *p, unsigned place)
{
    if (place == PLACES)
        return -1;
    p->first = (place + 1) % PLACES;
    if (place >= CHAN_WIN_STREAMS_MAX)
        return (int)(place - CHAN_WIN_STREAMS_MAX);
    ChanWinStream *s = &p->streams[place];
    if (s->id && !p->lost) {
        chan_win_stream_signalled(s, p->conn);
        settle(p, s);
    }
    return -1;
}

int
chan_win_pump_turn(ChanWinPump *p, const HANDLE *others, unsigned n_others, DWORD timeout_ms)
{
    int other = -1;
    Waits w;

    if (p->lost)
        return -1;
    if (!p->in->busy)
        chan_win_port_start(p->in);
    write_more(p);
    gather(p, others, n_others, &w);
    DWORD wait = timeout_of(p, timeout_ms);
    p->wait_us = wait == INFINITE ? UINT64_MAX : (uint64_t)wait * 1000;
    DWORD which = WaitForMultipleObjects(w.n, w.handles, FALSE, wait);
    handle_ports(p);
    if (which < w.n)
        other = handle_place(p, w.places[which]);
    chan_conn_tick(p->conn, now_us(p));
    pull(p);
    return other;
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
    // Standard input and output are two, and of an unknown kind.
    p->in = chan_win_port_new(take_read, false, take_read == take_write);
    p->out = chan_win_port_new(take_write, true, take_read == take_write);
    if (p->in && p->out)
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
    bool overlapped = p->read == p->write;
    bool in_ended = chan_win_port_free(p->in), out_ended = chan_win_port_free(p->out);
    // Closing another kind of handle would wait for the call that does not end.
    if (in_ended || overlapped)
        CloseHandle(p->read);
    if (out_ended && !overlapped)
        CloseHandle(p->write);
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
    return p->out->busy;
}

size_t
chan_win_pump_queued(const ChanWinPump *p)
{
    ChanConnStats stats;

    chan_conn_get_stats(p->conn, &stats);
    return stats.queued;
}

const char *
chan_win_pump_lost(const ChanWinPump *p)
{
    return p->lost;
}
