// SPDX-License-Identifier: Apache-2.0
#include "channel/connection.h"

#include "channel/wire.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define MS_US 1000u
#define SECOND_US 1000000u
#define RESYNCS_MAX 20 // in RESYNCS_US
#define RESYNCS_US (10 * SECOND_US)
#define SEND_LIMIT_MIN (8 * 1024)
#define SEND_LIMIT_MAX (256 * 1024)

static uint64_t
ms_or(uint32_t ms, uint32_t otherwise)
{
    return (uint64_t)(ms ? ms : otherwise) * MS_US;
}

ChanConn *
chan_conn_new(const ChanConnConfig *config, uint64_t now_us)
{
    ChanConn *c = calloc(1, sizeof *c);
    bool host = config->role == CHAN_ROLE_HOST;

    if (!c)
        abort();
    c->role = config->role;
    // The host asks first, so that an idle guest only answers.
    c->heartbeat_us = ms_or(config->heartbeat_ms, host ? 10000 : 12000);
    c->lost_us = ms_or(config->lost_ms, 30000);
    c->quiet_us = ms_or(config->quiet_ms, 0);
    c->stall_us = ms_or(config->stall_ms, 500);
    c->window = config->window ? config->window : 1024 * 1024;
    chan_handshake_init(&c->shake, config, now_us);
    chan_receiver_init(&c->in, host ? CHAN_ROLE_GUEST : CHAN_ROLE_HOST);
    chan_queue_init(&c->messages, &c->pool);
    chan_rate_init(&c->rate);
    return c;
}

void
chan_conn_free(ChanConn *c)
{
    if (!c)
        return;
    chan_inbound_clear(c);
    chan_outbound_clear(c);
    for (size_t i = 0; i < CHAN_STREAMS_MAX; i++)
        if (c->streams.at[i])
            chan_conn_drop_stream(c, c->streams.at[i]);
    free(c->tail);
    chan_receiver_clear(&c->in);
    chan_chunk_pool_clear(&c->pool);
    free(c);
}

const char *
chan_error_text(ChanError error)
{
    switch (error) {
    case CHAN_ERROR_NONE:
        return "no error";
    case CHAN_ERROR_VERSION:
        return "the peer speaks no version of the channel protocol that is known here";
    case CHAN_ERROR_FRAME:
        return "the peer sent a frame of an unknown type, size or direction";
    case CHAN_ERROR_ORDER:
        return "the peer sent a frame out of order";
    case CHAN_ERROR_CREDIT:
        return "the peer sent more on a stream than it was allowed to";
    case CHAN_ERROR_MESSAGE:
        return "the peer sent a message of a wrong length";
    case CHAN_ERROR_STREAMS:
        return "the peer opens too many streams";
    case CHAN_ERROR_UNSTABLE:
        return "the pipe keeps losing or altering bytes";
    case CHAN_ERROR_SILENT:
        return "the peer stopped answering";
    }
    return "unknown error";
}

void
chan_conn_fail(ChanConn *c, ChanError error)
{
    if (c->error == CHAN_ERROR_NONE)
        c->error = error;
}

size_t
chan_conn_send_limit(const ChanConn *c)
{
    uint64_t limit = c->rate.rate / 20; // 50 ms worth

    if (c->rate.rate == 0 || limit > SEND_LIMIT_MAX)
        return SEND_LIMIT_MAX;
    return limit < SEND_LIMIT_MIN ? SEND_LIMIT_MIN : (size_t)limit;
}

void
chan_conn_line_up(ChanConn *c, ChanStream *s)
{
    bool credit = s->owed >= s->window / 2 && !s->fin_received;

    if (s->open_due || s->reset_due || s->refused || credit)
        chan_sched_add(&c->sched, &s->service, CHAN_SCHED_SERVICE);
    else
        chan_sched_remove(&c->sched, &s->service, CHAN_SCHED_SERVICE);
    if (chan_stream_can_send(s))
        chan_sched_add(&c->sched, &s->data, chan_stream_class(s));
    else
        chan_sched_remove(&c->sched, &s->data, chan_stream_class(s));
}

void
chan_conn_drop_stream(ChanConn *c, ChanStream *s)
{
    if (c->out.source == s)
        chan_outbound_detach(c);
    if (c->pending_stream == s->id)
        c->pending_stream = 0;
    chan_sched_remove(&c->sched, &s->service, CHAN_SCHED_SERVICE);
    chan_sched_remove(&c->sched, &s->data, chan_stream_class(s));
    chan_stream_remove(&c->streams, s);
}

// --- the session

static void
count_resync(ChanConn *c, uint64_t now_us)
{
    if (now_us - c->resyncs_us > RESYNCS_US) {
        c->resyncs_us = now_us;
        c->resyncs = 0;
    }
    if (++c->resyncs > RESYNCS_MAX)
        chan_conn_fail(c, CHAN_ERROR_UNSTABLE);
}

void
chan_conn_end_session(ChanConn *c, uint64_t now_us)
{
    chan_receiver_unsync(&c->in);
    if (!c->up)
        return;
    count_resync(c, now_us);
    // A peer that is alive shall see whole frames, one that is not takes the rest for garbage.
    if (c->out.total > 0)
        chan_outbound_detach(c);
    for (size_t i = 0; i < CHAN_STREAMS_MAX; i++)
        if (c->streams.at[i])
            chan_conn_drop_stream(c, c->streams.at[i]);
    c->streams.last_id = 0;
    c->room_due = false;
    chan_inbound_clear(c);
    chan_outbound_clear(c);
    c->fds = CHAN_FDS_NO;
    c->up = c->silent = false;
    c->over_us = now_us;
    c->ended_due = !c->ready_due;
    c->ready_due = false;
}

void
chan_conn_start_session(ChanConn *c, uint64_t now_us)
{
    ChanFrameSeal receive;
    bool fds = c->shake.own.features & c->shake.peer.features & CHAN_FEATURE_FDS;

    chan_handshake_keys(&c->shake, &c->seal, &receive);
    chan_receiver_sync(&c->in, &receive);
    c->up = c->ready_due = true;
    c->heard_us = now_us;
    c->unanswered_us = 0;
    c->silent = false;
    c->over_us = 0;
    c->ping_due = true;
    c->probe_due = fds && c->role == CHAN_ROLE_HOST;
    c->fds = c->probe_due ? CHAN_FDS_UNKNOWN : CHAN_FDS_NO;
}

bool
chan_conn_ready(const ChanConn *c)
{
    return c->up && !c->error;
}

ChanFds
chan_conn_fds(const ChanConn *c)
{
    return c->fds;
}

void
chan_conn_answer_probe(ChanConn *c, bool arrived)
{
    c->answer = arrived ? 1 : 0;
    c->answer_due = c->up;
}

ChanSendResult
chan_conn_send(ChanConn *c, uint16_t type, ChanSpan payload)
{
    size_t room;

    if (!chan_conn_ready(c))
        return CHAN_SEND_NOT_READY;
    if (payload.size > CHAN_MESSAGE_MAX)
        return CHAN_SEND_TOO_LONG;
    if (c->messages.size + CHAN_MESSAGE_HEAD + payload.size > CHAN_SEND_QUEUE_MAX)
        return CHAN_SEND_FULL;
    // The head in one piece: it decides how the first frame looks.
    uint8_t *head = chan_queue_space(&c->messages, CHAN_MESSAGE_HEAD, &room);
    ChanWriter w = chan_writer(head, CHAN_MESSAGE_HEAD);
    chan_write_u16(&w, type);
    chan_write_u32(&w, (uint32_t)payload.size);
    chan_queue_commit(&c->messages, CHAN_MESSAGE_HEAD);
    chan_queue_push(&c->messages, payload);
    chan_sched_add(&c->sched, &c->messages_node, CHAN_SCHED_CONTROL);
    return CHAN_SEND_OK;
}

// --- streams

uint32_t
chan_conn_open(ChanConn *c, const char *service, ChanPriority priority, bool with_fd)
{
    size_t length = strlen(service);
    uint32_t id = chan_stream_next_id(&c->streams);

    assert(c->role == CHAN_ROLE_HOST && length >= 1 && length <= CHAN_SERVICE_MAX);
    if (!chan_conn_ready(c) || id == 0 || (with_fd && c->fds != CHAN_FDS_YES))
        return 0;
    ChanStream *s = chan_stream_add(&c->streams, id, priority, with_fd ? 0 : c->window, &c->pool);
    memcpy(s->name, service, length + 1);
    s->with_fd = with_fd;
    s->open_due = true;
    chan_conn_line_up(c, s);
    return id;
}

uint8_t *
chan_conn_write_space(ChanConn *c, uint32_t stream, size_t *room)
{
    ChanStream *s = chan_stream_find(&c->streams, stream);
    size_t limit = chan_conn_send_limit(c);

    *room = 0;
    if (!s || s->fin_due || s->fin_sent || s->reset_due)
        return NULL;
    if (s->send.size >= limit) {
        s->wants_room = true;
        return NULL;
    }
    uint8_t *space = chan_queue_space(&s->send, 1, room);
    if (*room > limit - s->send.size)
        *room = limit - s->send.size;
    return space;
}

void
chan_conn_written(ChanConn *c, uint32_t stream, size_t n)
{
    ChanStream *s = chan_stream_find(&c->streams, stream);

    if (!s)
        return;
    chan_queue_commit(&s->send, n);
    chan_conn_line_up(c, s);
}

size_t
chan_conn_write(ChanConn *c, uint32_t stream, ChanSpan bytes)
{
    size_t done = 0, room;
    uint8_t *to;

    while (done < bytes.size && (to = chan_conn_write_space(c, stream, &room))) {
        size_t n = bytes.size - done < room ? bytes.size - done : room;
        memcpy(to, bytes.data + done, n);
        chan_conn_written(c, stream, n);
        done += n;
    }
    return done;
}

ChanSpan
chan_conn_peek(const ChanConn *c, uint32_t stream)
{
    ChanStream *s = chan_stream_find(&c->streams, stream);

    if (!s)
        return (ChanSpan){0};
    if (s->receive.size > 0)
        return chan_queue_peek(&s->receive);
    return c->pending_stream == stream ? c->pending : (ChanSpan){0};
}

void
chan_conn_consume(ChanConn *c, uint32_t stream, size_t n)
{
    ChanStream *s = chan_stream_find(&c->streams, stream);

    if (!s)
        return;
    if (s->receive.size > 0) {
        chan_queue_drop(&s->receive, n);
    } else {
        assert(c->pending_stream == stream && n <= c->pending.size);
        c->pending = CHAN_SPAN(c->pending.data + n, c->pending.size - n);
        if (c->pending.size == 0)
            c->pending_stream = 0;
    }
    s->owed += n;
    if (chan_stream_is_over(s))
        chan_conn_drop_stream(c, s);
    else
        chan_conn_line_up(c, s);
}

void
chan_conn_shutdown(ChanConn *c, uint32_t stream)
{
    ChanStream *s = chan_stream_find(&c->streams, stream);

    if (!s || s->fin_sent || s->reset_due)
        return;
    s->fin_due = true;
    chan_conn_line_up(c, s);
}

void
chan_conn_reset(ChanConn *c, uint32_t stream, ChanResetReason reason)
{
    ChanStream *s = chan_stream_find(&c->streams, stream);

    if (!s || s->reset_due)
        return;
    if (s->open_due) {
        chan_conn_drop_stream(c, s); // nobody ever heard of it
        return;
    }
    if (c->out.source == s)
        chan_outbound_detach(c);
    if (c->pending_stream == stream)
        c->pending_stream = 0;
    chan_queue_clear(&s->send);
    chan_queue_clear(&s->receive);
    s->reset_due = true;
    s->reset_reason = (uint16_t)reason;
    chan_conn_line_up(c, s);
}

// --- time

static uint64_t
earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t
next_ping_us(const ChanConn *c)
{
    return (c->heard_us > c->ping_us ? c->heard_us : c->ping_us) + c->heartbeat_us;
}

// When a frame has been unfinished for too long, asked at most so often.
static uint64_t
stall_at_us(const ChanConn *c)
{
    uint64_t from = c->heard_us > c->ping_us ? c->heard_us : c->ping_us;

    return chan_receiver_in_frame(&c->in) ? from + c->stall_us : UINT64_MAX;
}

// When what went out has been unanswered for so long that the peer is asked for a sign of life, and
// when for so long that it is silent.
static uint64_t
ask_at_us(const ChanConn *c)
{
    uint64_t from = c->unanswered_us > c->ping_us ? c->unanswered_us : c->ping_us;

    return c->quiet_us && c->unanswered_us && !c->silent ? from + c->quiet_us * 3 / 8 : UINT64_MAX;
}

static uint64_t
silent_at_us(const ChanConn *c)
{
    return c->quiet_us && c->unanswered_us && !c->silent ? c->unanswered_us + c->quiet_us
                                                         : UINT64_MAX;
}

uint64_t
chan_conn_deadline(const ChanConn *c)
{
    uint64_t at = chan_handshake_deadline(&c->shake);

    if (c->error)
        return c->error_told ? UINT64_MAX : 0;
    if (c->room_due || c->ready_due || c->ended_due)
        return 0; // an event is there already
    if (c->up) {
        at = earlier(at, earlier(c->heard_us + c->lost_us, silent_at_us(c)));
        if (!c->ping_due)
            at = earlier(at, earlier(earlier(next_ping_us(c), stall_at_us(c)), ask_at_us(c)));
    } else if (c->over_us) {
        at = earlier(at, c->over_us + c->lost_us);
    }
    if (!c->tail && c->out.total == 0 && chan_outbound_pending(c))
        at = earlier(at, chan_rate_deadline(&c->rate));
    return at;
}

void
chan_conn_tick(ChanConn *c, uint64_t now_us)
{
    if (c->error)
        return;
    if (c->up && now_us >= c->heard_us + c->lost_us)
        chan_conn_fail(c, CHAN_ERROR_SILENT);
    if (c->over_us && now_us >= c->over_us + c->lost_us)
        chan_conn_fail(c, CHAN_ERROR_SILENT);
    if (c->up && (now_us >= next_ping_us(c) || now_us >= stall_at_us(c) || now_us >= ask_at_us(c)))
        c->ping_due = true;
    c->silent |= c->up && now_us >= silent_at_us(c);
    chan_handshake_tick(&c->shake, now_us);
}

bool
chan_conn_silent(const ChanConn *c)
{
    return c->silent;
}

void
chan_conn_ask(ChanConn *c)
{
    c->ping_due |= c->up;
}

void
chan_conn_get_stats(const ChanConn *c, ChanConnStats *stats)
{
    *stats = (ChanConnStats){
        .bytes_in = c->bytes_in,
        .bytes_out = c->bytes_out,
        .rate_out = c->rate.rate,
        .round_trip_us = c->round_trip_us,
        .streams = c->streams.n,
        .heard_us = c->heard_us,
        .queued = c->messages.size,
    };
}
