// SPDX-License-Identifier: Apache-2.0
#pragma once

// A bounded queue of bytes, kept in chunks of a frame's size, so that what is read from a file
// goes out in a frame without being copied. Empty queues hold no memory; chunks are shared between
// the queues of a connection through its pool.
//
// Running out of memory ends the process: all sizes here are bounded, and not by the peer.

#include "channel/span.h"

#include <stdbool.h>

typedef struct ChanChunk ChanChunk;

typedef struct {
    ChanChunk *spare;
    size_t n_spare;
} ChanChunkPool;

void chan_chunk_pool_clear(ChanChunkPool *pool);

typedef struct {
    ChanChunkPool *pool;
    ChanChunk *head, *tail;
    size_t size;
} ChanQueue;

void chan_queue_init(ChanQueue *q, ChanChunkPool *pool);
void chan_queue_clear(ChanQueue *q); // empty, and usable again

// Room of at least min bytes (min is at most CHAN_FRAME_MAX) in one piece to write into; *room says
// how many. What was written is added with chan_queue_commit.
uint8_t *chan_queue_space(ChanQueue *q, size_t min, size_t *room);
void chan_queue_commit(ChanQueue *q, size_t n);

void chan_queue_push(ChanQueue *q, ChanSpan bytes);

// The first bytes that lie in one piece; empty only when the queue is.
ChanSpan chan_queue_peek(const ChanQueue *q);

// Drops n bytes, which may be more than the piece but not more than the queue.
void chan_queue_drop(ChanQueue *q, size_t n);
