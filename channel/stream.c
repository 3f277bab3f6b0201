// SPDX-License-Identifier: Apache-2.0
#include "channel/stream.h"

#include <assert.h>
#include <stdlib.h>

ChanStream *
chan_stream_find(const ChanStreamTable *t, uint32_t id)
{
    ChanStream *s = t->at[id % CHAN_STREAMS_MAX];

    return s && s->id == id ? s : NULL;
}

uint32_t
chan_stream_next_id(const ChanStreamTable *t)
{
    uint64_t id = (uint64_t)t->last_id + 1;

    if (t->n == CHAN_STREAMS_MAX)
        return 0;
    while (t->at[id % CHAN_STREAMS_MAX])
        id++;
    // The highest id is kept out: it means something else in ChanOutput.
    return id < UINT32_MAX ? (uint32_t)id : 0;
}

ChanStream *
chan_stream_add(ChanStreamTable *t, uint32_t id, ChanPriority priority, size_t window,
                ChanChunkPool *pool)
{
    ChanStream *s = calloc(1, sizeof *s);
    size_t extra = window > CHAN_CREDIT_INITIAL ? window - CHAN_CREDIT_INITIAL : 0;

    if (!s)
        abort();
    assert(!t->at[id % CHAN_STREAMS_MAX] && id > t->last_id);
    if (extra > CHAN_WINDOWS_MAX - t->windows)
        extra = CHAN_WINDOWS_MAX - t->windows;
    s->id = id;
    s->priority = priority;
    s->send_credit = s->receive_credit = CHAN_CREDIT_INITIAL;
    s->owed = extra;
    s->window = CHAN_CREDIT_INITIAL + extra;
    chan_queue_init(&s->send, pool);
    chan_queue_init(&s->receive, pool);
    t->at[id % CHAN_STREAMS_MAX] = s;
    t->last_id = id;
    t->windows += extra;
    t->n++;
    return s;
}

void
chan_stream_remove(ChanStreamTable *t, ChanStream *s)
{
    assert(!s->data.next && !s->service.next);
    chan_queue_clear(&s->send);
    chan_queue_clear(&s->receive);
    t->at[s->id % CHAN_STREAMS_MAX] = NULL;
    t->windows -= s->window - CHAN_CREDIT_INITIAL;
    t->n--;
    free(s);
}

ChanSchedClass
chan_stream_class(const ChanStream *s)
{
    static const ChanSchedClass classes[] = {
        [CHAN_PRIORITY_CONTROL] = CHAN_SCHED_CONTROL,
        [CHAN_PRIORITY_MEDIA] = CHAN_SCHED_MEDIA,
        [CHAN_PRIORITY_BULK] = CHAN_SCHED_BULK,
    };

    return classes[s->priority];
}

ChanStream *
chan_stream_of_data(ChanSchedNode *node)
{
    return (ChanStream *)((char *)node - offsetof(ChanStream, data));
}

ChanStream *
chan_stream_of_service(ChanSchedNode *node)
{
    return (ChanStream *)((char *)node - offsetof(ChanStream, service));
}

bool
chan_stream_can_send(const ChanStream *s)
{
    if (s->open_due || s->reset_due)
        return false;
    return s->send.size > 0 ? s->send_credit > 0 : s->fin_due;
}

bool
chan_stream_is_over(const ChanStream *s)
{
    return s->fin_sent && s->fin_received && s->receive.size == 0 && s->refused == 0;
}
