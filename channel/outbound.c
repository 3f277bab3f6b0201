// SPDX-License-Identifier: Apache-2.0
// What a connection sends next, one frame at a time.
#include "channel/connection.h"

#include "channel/wire.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

bool
chan_outbound_pending(const ChanConn *c)
{
    ChanSchedClass class;

    return c->tail || c->out.total > 0 || c->shake.due || c->shake.volley > 0 ||
           (c->up && (c->ping_due || c->pong_due || c->probe_due || c->answer_due ||
                      chan_sched_first(&c->sched, &class)));
}

void
chan_outbound_clear(ChanConn *c)
{
    chan_sched_remove(&c->sched, &c->messages_node, CHAN_SCHED_CONTROL);
    chan_queue_clear(&c->messages);
    c->message_left = 0;
    c->ping_due = c->pong_due = c->probe_due = c->answer_due = false;
}

// What is left of the current frame, as spans.
static size_t
rest_of_frame(const ChanFrameOut *f, ChanSpan spans[3])
{
    const ChanSpan parts[3] = {CHAN_SPAN(f->header, f->framing), f->payload,
                               CHAN_SPAN(f->trailer, f->framing ? CHAN_FRAME_TRAILER : 0)};
    size_t skip = f->sent, n = 0;

    for (size_t i = 0; i < 3; i++) {
        size_t gone = skip < parts[i].size ? skip : parts[i].size;
        skip -= gone;
        if (parts[i].size > gone)
            spans[n++] = CHAN_SPAN(parts[i].data + gone, parts[i].size - gone);
    }
    return n;
}

void
chan_outbound_detach(ChanConn *c)
{
    ChanFrameOut *f = &c->out;
    ChanSpan spans[3];
    size_t n = rest_of_frame(f, spans);

    assert(!c->tail && f->total > f->sent);
    c->tail = malloc(f->total - f->sent);
    if (!c->tail)
        abort();
    c->tail_size = c->tail_sent = 0;
    for (size_t i = 0; i < n; i++) {
        memcpy(c->tail + c->tail_size, spans[i].data, spans[i].size);
        c->tail_size += spans[i].size;
    }
    if (!f->source && f->queue)
        c->message_left -= f->payload.size;
    if (f->queue)
        chan_queue_drop(f->queue, f->payload.size);
    *f = (ChanFrameOut){0};
}

static void
begin(ChanConn *c, const ChanFrameHead *head, ChanSpan payload)
{
    ChanFrameOut *f = &c->out;
    ChanFrameHead h = *head;

    h.size = (uint32_t)payload.size;
    chan_frame_write(&c->seal, &h, f->header, f->trailer);
    f->framing = CHAN_FRAME_HEADER;
    f->payload = payload;
    f->sent = 0;
    f->total = CHAN_FRAME_OVERHEAD + payload.size;
    f->queue = NULL;
    f->source = NULL;
    f->fd_stream = CHAN_FD_NONE;
}

// A frame whose payload is written by the caller into out.small.
static void
begin_small(ChanConn *c, uint8_t type, uint32_t stream, const ChanWriter *w)
{
    begin(c, &(ChanFrameHead){.type = type, .stream = stream}, chan_writer_span(w));
}

static ChanWriter
small(ChanConn *c)
{
    return chan_writer(c->out.small, sizeof c->out.small);
}

static bool
begin_hello(ChanConn *c, uint64_t now_us)
{
    ChanFrameOut *f = &c->out;

    if (!chan_handshake_take(&c->shake, f->small, now_us))
        return false;
    f->payload = CHAN_SPAN(f->small, CHAN_HELLO_SIZE);
    f->total = CHAN_HELLO_SIZE;
    f->framing = f->sent = 0;
    f->queue = NULL;
    f->source = NULL;
    f->fd_stream = CHAN_FD_NONE;
    return true;
}

// Pings, pongs and the question whether descriptors arrive.
static bool
begin_own(ChanConn *c, uint64_t now_us)
{
    ChanWriter w = small(c);

    if (c->probe_due) {
        c->probe_due = false;
        begin_small(c, CHAN_FRAME_PROBE, 0, &w);
        c->out.fd_stream = CHAN_FD_PROBE;
    } else if (c->answer_due) {
        c->answer_due = false;
        chan_write_u8(&w, c->answer);
        begin_small(c, CHAN_FRAME_PROBE_ANSWER, 0, &w);
    } else if (c->pong_due) {
        c->pong_due = false;
        chan_write_u64(&w, c->pong_token);
        begin_small(c, CHAN_FRAME_PONG, 0, &w);
    } else if (c->ping_due) {
        c->ping_due = false;
        c->ping_us = now_us;
        chan_write_u64(&w, ++c->ping_token);
        begin_small(c, CHAN_FRAME_PING, 0, &w);
    } else {
        return false;
    }
    return true;
}

static void
begin_reset(ChanConn *c, uint32_t id, uint16_t reason)
{
    ChanWriter w = small(c);

    chan_write_u16(&w, reason);
    begin_small(c, CHAN_FRAME_RESET, id, &w);
}

static void
begin_open(ChanConn *c, ChanStream *s)
{
    ChanWriter w = small(c);

    chan_write_u8(&w, (uint8_t)s->priority);
    chan_write_text(&w, CHAN_SPAN_TEXT(s->name));
    begin(c,
          &(ChanFrameHead){.type = CHAN_FRAME_OPEN,
                           .flags = s->with_fd ? CHAN_FRAME_FLAG_FD : 0,
                           .stream = s->id},
          chan_writer_span(&w));
    s->open_due = false;
    if (s->with_fd) {
        c->out.fd_stream = s->id;
        chan_conn_drop_stream(c, s);
    } else {
        chan_conn_line_up(c, s);
    }
}

static void
begin_credit(ChanConn *c, ChanStream *s)
{
    ChanWriter w = small(c);

    chan_write_u32(&w, (uint32_t)s->owed);
    begin_small(c, CHAN_FRAME_CREDIT, s->id, &w);
    s->receive_credit += s->owed;
    s->owed = 0;
}

static void
begin_service(ChanConn *c, ChanStream *s)
{
    chan_sched_pass(&c->sched, &s->service, CHAN_SCHED_SERVICE);
    if (s->open_due) {
        begin_open(c, s);
        return;
    }
    if (s->refused) {
        begin_reset(c, s->refused, CHAN_RESET_BUSY);
        s->refused = 0;
    } else if (s->reset_due) {
        begin_reset(c, s->id, s->reset_reason);
        chan_conn_drop_stream(c, s);
        return;
    } else {
        begin_credit(c, s);
    }
    if (chan_stream_is_over(s))
        chan_conn_drop_stream(c, s);
    else
        chan_conn_line_up(c, s);
}

static size_t
smallest(size_t a, size_t b, size_t d)
{
    size_t ab = a < b ? a : b;

    return ab < d ? ab : d;
}

static void
begin_data(ChanConn *c, ChanStream *s)
{
    ChanSpan piece = chan_queue_peek(&s->send);

    if (piece.size == 0) {
        begin_small(c, CHAN_FRAME_FIN, s->id, &(ChanWriter){.data = c->out.small});
        s->fin_due = false;
        s->fin_sent = true;
        if (chan_stream_is_over(s))
            chan_conn_drop_stream(c, s);
        else
            chan_conn_line_up(c, s);
        return;
    }
    piece.size = smallest(piece.size, s->send_credit, chan_rate_frame_max(&c->rate));
    begin(c, &(ChanFrameHead){.type = CHAN_FRAME_DATA, .stream = s->id}, piece);
    c->out.queue = &s->send;
    c->out.source = s;
    s->send_credit -= piece.size;
}

static void
begin_message(ChanConn *c)
{
    ChanSpan piece = chan_queue_peek(&c->messages);
    uint8_t flags = 0;

    if (c->message_left == 0) {
        ChanReader r = chan_reader(piece);
        (void)chan_read_u16(&r);
        c->message_left = CHAN_MESSAGE_HEAD + chan_read_u32(&r);
        flags = CHAN_FRAME_FLAG_FIRST;
    }
    piece.size = smallest(piece.size, c->message_left, chan_rate_frame_max(&c->rate));
    begin(c, &(ChanFrameHead){.type = CHAN_FRAME_MESSAGE, .flags = flags}, piece);
    c->out.queue = &c->messages;
}

static bool
begin_next(ChanConn *c, uint64_t now_us)
{
    ChanSchedClass class;

    if (begin_hello(c, now_us))
        return true;
    if (!c->up)
        return false;
    if (begin_own(c, now_us))
        return true;
    ChanSchedNode *node = chan_sched_first(&c->sched, &class);
    if (!node)
        return false;
    if (class == CHAN_SCHED_SERVICE)
        begin_service(c, chan_stream_of_service(node));
    else if (node == &c->messages_node)
        begin_message(c);
    else
        begin_data(c, chan_stream_of_data(node));
    return true;
}

bool
chan_conn_output(ChanConn *c, ChanOutput *out, uint64_t now_us)
{
    *out = (ChanOutput){.fd_stream = CHAN_FD_NONE};
    if (c->error)
        return false;
    if (c->tail) {
        out->spans[0] = CHAN_SPAN(c->tail + c->tail_sent, c->tail_size - c->tail_sent);
        out->n_spans = 1;
        return true;
    }
    if (c->out.total == 0) {
        if (!chan_rate_open(&c->rate, now_us) || !begin_next(c, now_us))
            return false;
    }
    out->n_spans = rest_of_frame(&c->out, out->spans);
    if (c->out.sent == 0)
        out->fd_stream = c->out.fd_stream;
    return true;
}

// All of a frame is out: its bytes leave their queue, and its source goes to the end of its line.
static void
finish_frame(ChanConn *c)
{
    ChanFrameOut *f = &c->out;
    ChanStream *s = f->source;

    if (f->queue)
        chan_queue_drop(f->queue, f->payload.size);
    if (s) {
        chan_sched_pass(&c->sched, &s->data, chan_stream_class(s));
        chan_conn_line_up(c, s);
        if (s->wants_room && s->send.size <= chan_conn_send_limit(c) / 2)
            c->room_due = true;
    } else if (f->queue) {
        c->message_left -= f->payload.size;
        chan_sched_pass(&c->sched, &c->messages_node, CHAN_SCHED_CONTROL);
        if (c->messages.size == 0)
            chan_sched_remove(&c->sched, &c->messages_node, CHAN_SCHED_CONTROL);
    }
    *f = (ChanFrameOut){0};
}

void
chan_conn_sent(ChanConn *c, size_t n, uint64_t now_us)
{
    if (n == 0)
        return;
    chan_rate_written(&c->rate, n, now_us);
    c->bytes_out += n;
    if (c->up && !c->unanswered_us)
        c->unanswered_us = now_us;
    if (c->tail) {
        c->tail_sent += n;
        if (c->tail_sent < c->tail_size)
            return;
        free(c->tail);
        c->tail = NULL;
        return;
    }
    c->out.sent += n;
    assert(c->out.sent <= c->out.total);
    if (c->out.sent == c->out.total)
        finish_frame(c);
}

bool
chan_conn_asks_unsent(const ChanConn *c, uint64_t now_us)
{
    return chan_rate_asks(&c->rate, now_us);
}

void
chan_conn_unsent(ChanConn *c, size_t n, uint64_t now_us)
{
    chan_rate_waiting(&c->rate, n, now_us);
}

void
chan_conn_blocked(ChanConn *c, uint64_t now_us)
{
    chan_rate_blocked(&c->rate, now_us);
}
