// SPDX-License-Identifier: Apache-2.0
#include "channel/queue.h"

#include "channel/conn.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define SPARES_MAX 8

struct ChanChunk {
    ChanChunk *next;
    size_t start, end;
    uint8_t data[CHAN_FRAME_MAX];
};

static ChanChunk *
chunk_new(ChanChunkPool *pool)
{
    ChanChunk *c = pool->spare;

    if (c) {
        pool->spare = c->next;
        pool->n_spare--;
    } else {
        c = malloc(sizeof *c);
        if (!c)
            abort();
    }
    c->next = NULL;
    c->start = c->end = 0;
    return c;
}

static void
chunk_free(ChanChunkPool *pool, ChanChunk *c)
{
    if (pool->n_spare == SPARES_MAX) {
        free(c);
        return;
    }
    c->next = pool->spare;
    pool->spare = c;
    pool->n_spare++;
}

void
chan_chunk_pool_clear(ChanChunkPool *pool)
{
    while (pool->spare) {
        ChanChunk *c = pool->spare;
        pool->spare = c->next;
        free(c);
    }
    pool->n_spare = 0;
}

void
chan_queue_init(ChanQueue *q, ChanChunkPool *pool)
{
    *q = (ChanQueue){.pool = pool};
}

void
chan_queue_clear(ChanQueue *q)
{
    while (q->head) {
        ChanChunk *c = q->head;
        q->head = c->next;
        chunk_free(q->pool, c);
    }
    q->tail = NULL;
    q->size = 0;
}

uint8_t *
chan_queue_space(ChanQueue *q, size_t min, size_t *room)
{
    assert(min <= CHAN_FRAME_MAX);
    if (!q->tail || CHAN_FRAME_MAX - q->tail->end < min) {
        ChanChunk *c = chunk_new(q->pool);
        if (q->tail)
            q->tail->next = c;
        else
            q->head = c;
        q->tail = c;
    }
    *room = CHAN_FRAME_MAX - q->tail->end;
    return q->tail->data + q->tail->end;
}

// Frees chunks at the head that hold nothing; the last one too, so that no memory stays.
static void
trim(ChanQueue *q)
{
    while (q->head && q->head->start == q->head->end) {
        ChanChunk *c = q->head;
        q->head = c->next;
        if (!q->head)
            q->tail = NULL;
        chunk_free(q->pool, c);
    }
}

void
chan_queue_commit(ChanQueue *q, size_t n)
{
    assert(q->tail && n <= CHAN_FRAME_MAX - q->tail->end);
    q->tail->end += n;
    q->size += n;
    if (q->size == 0)
        trim(q);
}

void
chan_queue_push(ChanQueue *q, ChanSpan bytes)
{
    while (bytes.size > 0) {
        size_t room;
        uint8_t *to = chan_queue_space(q, 1, &room);
        size_t n = bytes.size < room ? bytes.size : room;
        memcpy(to, bytes.data, n);
        chan_queue_commit(q, n);
        bytes = CHAN_SPAN(bytes.data + n, bytes.size - n);
    }
}

ChanSpan
chan_queue_peek(const ChanQueue *q)
{
    const ChanChunk *c = q->head;

    while (c && c->start == c->end)
        c = c->next;
    return c ? CHAN_SPAN(c->data + c->start, c->end - c->start) : (ChanSpan){0};
}

void
chan_queue_drop(ChanQueue *q, size_t n)
{
    assert(n <= q->size);
    q->size -= n;
    while (n > 0) {
        ChanChunk *c = q->head;
        size_t part = c->end - c->start < n ? c->end - c->start : n;
        c->start += part;
        n -= part;
        if (c->start == c->end)
            trim(q);
    }
}
