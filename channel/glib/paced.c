// SPDX-License-Identifier: Apache-2.0
#include "channel/glib/paced.h"

#include "channel/glib/timer.h"

#include <string.h>

#define HEAD_MAX 64
#define MESSAGE_COST 256 // of each in memory, beside its bytes
#define AGAIN_US 1000    // where what waits is not told of when it has gone

typedef struct {
    guint8 head[HEAD_MAX];
    gsize head_size, size, at;
    GBytes *body;
} Message;

struct ChanPaced {
    const ChanPacedOut *out;
    gpointer user;
    GQueue messages;
    gsize queued; // what they cost, in bytes
    GSource *source;
    gboolean broken;
};

static void
message_free(gpointer data)
{
    Message *m = data;

    g_clear_pointer(&m->body, g_bytes_unref);
    g_free(m);
}

// The next bytes of head and body together.
static gsize
take(Message *m, guint8 chunk[CHAN_PACED_CHUNK])
{
    gsize n = MIN(m->size - m->at, CHAN_PACED_CHUNK);
    gsize of_head = m->at < m->head_size ? MIN(n, m->head_size - m->at) : 0;

    memcpy(chunk, m->head + m->at, of_head);
    if (n > of_head) {
        const guint8 *body = g_bytes_get_data(m->body, NULL);
        memcpy(chunk + of_head, body + (m->at + of_head - m->head_size), n - of_head);
    }
    m->at += n;
    return n;
}

static gboolean
send_chunk(ChanPaced *p)
{
    Message *m = g_queue_peek_head(&p->messages);
    guint8 bytes[CHAN_PACED_CHUNK];
    ChanPacedChunk chunk = {.total = m->size, .first = m->at == 0};

    chunk.bytes = CHAN_SPAN(bytes, take(m, bytes));
    chunk.last = m->at == m->size;
    if (chunk.last) {
        p->queued -= MESSAGE_COST + m->size;
        message_free(g_queue_pop_head(&p->messages));
    }
    return p->out->send(&chunk, p->user);
}

static void
go_on(ChanPaced *p)
{
    while (!p->broken && !g_queue_is_empty(&p->messages) &&
           p->out->waiting(p->user) < CHAN_PACED_AHEAD)
        p->broken = !send_chunk(p);
    gboolean more = !p->broken && !g_queue_is_empty(&p->messages);
    g_source_set_ready_time(p->source, more ? g_get_monotonic_time() + AGAIN_US : -1);
}

static gboolean
on_again(gpointer user)
{
    go_on(user);
    return G_SOURCE_CONTINUE;
}

ChanPaced *
chan_paced_new(GMainContext *context, const ChanPacedOut *out, gpointer user)
{
    ChanPaced *p = g_new0(ChanPaced, 1);

    p->out = out;
    p->user = user;
    g_queue_init(&p->messages);
    p->source = chan_timer_due_new(context, on_again, p);
    return p;
}

void
chan_paced_free(ChanPaced *p)
{
    if (!p)
        return;
    g_queue_clear_full(&p->messages, message_free);
    chan_timer_clear(&p->source);
    g_free(p);
}

gboolean
chan_paced_send(ChanPaced *p, ChanSpan head, GBytes *body)
{
    gsize cost = MESSAGE_COST + head.size + (body ? g_bytes_get_size(body) : 0);

    g_assert(head.size > 0 && head.size <= HEAD_MAX);
    if (p->broken || p->queued + cost > CHAN_PACED_MAX)
        return FALSE;
    p->queued += cost;
    Message *m = g_new0(Message, 1);
    memcpy(m->head, head.data, head.size);
    m->head_size = head.size;
    m->body = body ? g_bytes_ref(body) : NULL;
    m->size = head.size + (body ? g_bytes_get_size(body) : 0);
    g_queue_push_tail(&p->messages, m);
    if (g_queue_get_length(&p->messages) == 1)
        go_on(p);
    return TRUE;
}
