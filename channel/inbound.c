// SPDX-License-Identifier: Apache-2.0
// What arrives at a connection, turned into events.
#include "channel/connection.h"

#include "channel/wire.h"

#include <stdlib.h>
#include <string.h>

uint8_t *
chan_conn_receive_space(ChanConn *c, size_t *room)
{
    chan_inbound_retain(c);
    if (c->error) // nobody reads on
        chan_receiver_drop(&c->in);
    return chan_receiver_space(&c->in, room);
}

void
chan_conn_received(ChanConn *c, size_t n, uint64_t now_us)
{
    chan_receiver_commit(&c->in, n);
    c->bytes_in += n;
    if (!c->up || n == 0)
        return;
    c->heard_us = now_us;
    c->unanswered_us = 0;
    c->silent = false;
}

bool
chan_conn_in_frame(const ChanConn *c)
{
    return chan_receiver_in_frame(&c->in);
}

void
chan_inbound_retain(ChanConn *c)
{
    ChanStream *s = c->pending_stream ? chan_stream_find(&c->streams, c->pending_stream) : NULL;

    if (s)
        chan_queue_push(&s->receive, c->pending);
    c->pending_stream = 0;
    // A message that was given out is not asked for again.
    if (c->message && c->message_have == c->message_size) {
        free(c->message);
        c->message = NULL;
    }
}

void
chan_inbound_clear(ChanConn *c)
{
    c->pending_stream = 0;
    free(c->message);
    c->message = NULL;
}

static bool
fail(ChanConn *c, ChanError error)
{
    chan_conn_fail(c, error);
    return false;
}

// The stream of a frame. NULL when the frame is not to be looked at: the stream ended while it was
// under way, or there never was one, which is an error.
static ChanStream *
stream_of(ChanConn *c, const ChanItem *item)
{
    ChanStream *s = chan_stream_find(&c->streams, item->head.stream);

    if (!s && item->head.stream > c->streams.last_id)
        chan_conn_fail(c, CHAN_ERROR_ORDER);
    return s && !s->reset_due ? s : NULL;
}

static bool
give_message(ChanConn *c, ChanSpan payload, ChanEvent *event)
{
    event->kind = CHAN_EVENT_MESSAGE;
    event->type = c->message_type;
    event->payload = payload;
    return true;
}

static bool
handle_message_first(ChanConn *c, ChanSpan payload, ChanEvent *event)
{
    ChanReader r = chan_reader(payload);

    if (c->message)
        return fail(c, CHAN_ERROR_ORDER);
    c->message_type = chan_read_u16(&r);
    c->message_size = chan_read_u32(&r);
    if (r.failed || c->message_size > CHAN_MESSAGE_MAX || r.left > c->message_size)
        return fail(c, CHAN_ERROR_MESSAGE);
    if (r.left == c->message_size)
        return give_message(c, CHAN_SPAN(r.at, r.left), event);
    c->message = malloc(c->message_size);
    if (!c->message)
        abort();
    c->message_have = r.left;
    memcpy(c->message, r.at, r.left);
    return false;
}

static bool
handle_message(ChanConn *c, const ChanItem *item, ChanEvent *event)
{
    ChanSpan payload = item->payload;

    if (item->head.flags & CHAN_FRAME_FLAG_FIRST)
        return handle_message_first(c, payload, event);
    if (!c->message)
        return fail(c, CHAN_ERROR_ORDER);
    if (payload.size > c->message_size - c->message_have)
        return fail(c, CHAN_ERROR_MESSAGE);
    memcpy(c->message + c->message_have, payload.data, payload.size);
    c->message_have += payload.size;
    if (c->message_have < c->message_size)
        return false;
    return give_message(c, CHAN_SPAN(c->message, c->message_size), event);
}

// The place of the new stream is still taken by one whose bytes are unread here.
static bool
refuse(ChanConn *c, uint32_t id)
{
    ChanStream *s = c->streams.at[id % CHAN_STREAMS_MAX];

    if (s->refused)
        return fail(c, CHAN_ERROR_STREAMS);
    s->refused = id;
    chan_conn_line_up(c, s);
    return false;
}

static bool
handle_open(ChanConn *c, const ChanItem *item, ChanEvent *event)
{
    ChanReader r = chan_reader(item->payload);
    uint8_t priority = chan_read_u8(&r);
    ChanSpan service = chan_read_text(&r, CHAN_SERVICE_MAX);
    uint32_t id = item->head.stream;
    uint32_t features = c->shake.own.features & c->shake.peer.features;

    event->with_fd = item->head.flags & CHAN_FRAME_FLAG_FD;
    if (!chan_reader_end(&r) || priority > CHAN_PRIORITY_BULK || id == UINT32_MAX ||
        (event->with_fd && !(features & CHAN_FEATURE_FDS)))
        return fail(c, CHAN_ERROR_FRAME);
    if (id <= c->streams.last_id)
        return fail(c, CHAN_ERROR_ORDER);
    event->kind = CHAN_EVENT_OPENED;
    event->stream = id;
    event->priority = (ChanPriority)priority;
    memcpy(event->untrusted_service, service.data, service.size);
    event->start = item->start;
    event->end = item->end;
    if (event->with_fd || c->streams.at[id % CHAN_STREAMS_MAX]) {
        c->streams.last_id = id;
        return event->with_fd || refuse(c, id);
    }
    chan_conn_line_up(c, chan_stream_add(&c->streams, id, event->priority, c->window, &c->pool));
    return true;
}

static bool
handle_data(ChanConn *c, const ChanItem *item, ChanEvent *event)
{
    ChanStream *s = stream_of(c, item);

    if (!s)
        return false;
    if (s->fin_received)
        return fail(c, CHAN_ERROR_ORDER);
    if (item->payload.size > s->receive_credit)
        return fail(c, CHAN_ERROR_CREDIT);
    s->receive_credit -= item->payload.size;
    if (s->receive.size > 0) {
        chan_queue_push(&s->receive, item->payload);
    } else {
        c->pending_stream = s->id;
        c->pending = item->payload;
    }
    event->kind = CHAN_EVENT_DATA;
    event->stream = s->id;
    return true;
}

static bool
handle_credit(ChanConn *c, const ChanItem *item, ChanEvent *event)
{
    ChanReader r = chan_reader(item->payload);
    ChanStream *s = stream_of(c, item);
    uint32_t n = chan_read_u32(&r);

    if (!s)
        return false;
    if (n == 0 || n > CHAN_CREDIT_MAX - s->send_credit)
        return fail(c, CHAN_ERROR_CREDIT);
    s->send_credit += n;
    chan_conn_line_up(c, s);
    return false;
}

static bool
handle_fin(ChanConn *c, const ChanItem *item, ChanEvent *event)
{
    ChanStream *s = stream_of(c, item);

    if (!s)
        return false;
    if (s->fin_received)
        return fail(c, CHAN_ERROR_ORDER);
    s->fin_received = true;
    event->kind = CHAN_EVENT_FIN;
    event->stream = s->id;
    if (chan_stream_is_over(s))
        chan_conn_drop_stream(c, s);
    else
        chan_conn_line_up(c, s);
    return true;
}

static bool
handle_reset(ChanConn *c, const ChanItem *item, ChanEvent *event)
{
    ChanReader r = chan_reader(item->payload);
    ChanStream *s = chan_stream_find(&c->streams, item->head.stream);

    if (!s) {
        (void)stream_of(c, item);
        return false;
    }
    event->kind = CHAN_EVENT_RESET;
    event->stream = s->id;
    event->reason = chan_read_u16(&r);
    bool tell = !s->reset_due;
    // A refusal that waits for this place is still to be said.
    if (s->refused) {
        chan_conn_reset(c, s->id, CHAN_RESET_CLOSED);
        return tell;
    }
    chan_conn_drop_stream(c, s);
    return tell;
}

static bool
handle_ping(ChanConn *c, const ChanItem *item, ChanEvent *event)
{
    ChanReader r = chan_reader(item->payload);

    c->pong_token = chan_read_u64(&r);
    c->pong_due = true;
    return false;
}

static bool
handle_pong(ChanConn *c, const ChanItem *item, uint64_t now_us)
{
    ChanReader r = chan_reader(item->payload);
    uint64_t took = now_us - c->ping_us;

    if (chan_read_u64(&r) == c->ping_token && !c->ping_due)
        c->round_trip_us = took > UINT32_MAX ? UINT32_MAX : took > 0 ? (uint32_t)took : 1;
    return false;
}

static bool
handle_probe(ChanConn *c, const ChanItem *item, ChanEvent *event)
{
    if (!(c->shake.own.features & CHAN_FEATURE_FDS))
        return fail(c, CHAN_ERROR_FRAME);
    event->kind = CHAN_EVENT_FD_PROBE;
    event->start = item->start;
    event->end = item->end;
    return true;
}

static bool
handle_probe_answer(ChanConn *c, const ChanItem *item, ChanEvent *event)
{
    if (c->fds != CHAN_FDS_UNKNOWN || c->probe_due)
        return fail(c, CHAN_ERROR_ORDER);
    c->fds = item->payload.data[0] == 1 ? CHAN_FDS_YES : CHAN_FDS_NO;
    event->kind = CHAN_EVENT_FDS;
    return true;
}

static bool
handle_frame(ChanConn *c, const ChanItem *item, ChanEvent *event, uint64_t now_us)
{
    chan_handshake_settle(&c->shake);
    switch ((ChanFrameType)item->head.type) {
    case CHAN_FRAME_MESSAGE:
        return handle_message(c, item, event);
    case CHAN_FRAME_OPEN:
        return handle_open(c, item, event);
    case CHAN_FRAME_DATA:
        return handle_data(c, item, event);
    case CHAN_FRAME_CREDIT:
        return handle_credit(c, item, event);
    case CHAN_FRAME_FIN:
        return handle_fin(c, item, event);
    case CHAN_FRAME_RESET:
        return handle_reset(c, item, event);
    case CHAN_FRAME_PING:
        return handle_ping(c, item, event);
    case CHAN_FRAME_PONG:
        return handle_pong(c, item, now_us);
    case CHAN_FRAME_PROBE:
        return handle_probe(c, item, event);
    case CHAN_FRAME_PROBE_ANSWER:
        return handle_probe_answer(c, item, event);
    }
    return fail(c, CHAN_ERROR_FRAME);
}

static void
handle_hello(ChanConn *c, const ChanHelloFrame *hello, uint64_t now_us)
{
    bool new_peer;
    ChanHelloResult result = chan_handshake_receive(&c->shake, hello, &new_peer, now_us);

    if (result == CHAN_HELLO_VERSION)
        chan_conn_fail(c, CHAN_ERROR_VERSION);
    if (new_peer)
        chan_conn_end_session(c, now_us);
    if (result == CHAN_HELLO_CONFIRMED)
        chan_conn_start_session(c, now_us);
}

// True when the item is an event.
static bool
handle_item(ChanConn *c, const ChanItem *item, ChanEvent *event, uint64_t now_us)
{
    switch (item->kind) {
    case CHAN_ITEM_NONE:
        break;
    case CHAN_ITEM_HELLO:
        handle_hello(c, &item->hello, now_us);
        break;
    case CHAN_ITEM_FRAME:
        return handle_frame(c, item, event, now_us);
    case CHAN_ITEM_LOST_SYNC:
        chan_conn_end_session(c, now_us);
        chan_handshake_restart(&c->shake, now_us);
        break;
    case CHAN_ITEM_STUCK_PEER:
        chan_handshake_peer_stuck(&c->shake, now_us);
        break;
    case CHAN_ITEM_INVALID:
        chan_conn_fail(c, CHAN_ERROR_FRAME);
        break;
    }
    return false;
}

static bool
next_writable(ChanConn *c, ChanEvent *event)
{
    if (!c->room_due)
        return false;
    for (size_t i = 0; i < CHAN_STREAMS_MAX; i++) {
        ChanStream *s = c->streams.at[i];
        if (!s || !s->wants_room || s->send.size > chan_conn_send_limit(c) / 2)
            continue;
        s->wants_room = false;
        event->kind = CHAN_EVENT_WRITABLE;
        event->stream = s->id;
        return true;
    }
    c->room_due = false;
    return false;
}

// What the connection itself has to say.
static bool
next_note(ChanConn *c, ChanEvent *event)
{
    if (c->ended_due) {
        c->ended_due = false;
        event->kind = CHAN_EVENT_ENDED;
        return true;
    }
    if (c->error) {
        event->kind = CHAN_EVENT_ERROR;
        event->error = c->error;
        bool first = !c->error_told;
        c->error_told = true;
        return first;
    }
    if (c->ready_due) {
        c->ready_due = false;
        event->kind = CHAN_EVENT_READY;
        event->peer = &c->shake.peer;
        return true;
    }
    return next_writable(c, event);
}

bool
chan_conn_next_event(ChanConn *c, ChanEvent *event, uint64_t now_us)
{
    ChanItem item;

    chan_inbound_retain(c);
    for (;;) {
        memset(event, 0, sizeof *event);
        if (next_note(c, event))
            return true;
        if (c->error || chan_receiver_next(&c->in, &item) == CHAN_ITEM_NONE)
            return false;
        if (handle_item(c, &item, event, now_us))
            return true;
    }
}
