// SPDX-License-Identifier: Apache-2.0
#include "channel/receiver.h"

#include <stdlib.h>
#include <string.h>

// Below this much room what is left of a frame moves to the front.
#define ROOM_MIN (4 * 1024)

void
chan_receiver_init(ChanReceiver *r, ChanRole sender)
{
    *r = (ChanReceiver){.sender = sender, .buffer = malloc(CHAN_RECEIVE_BUFFER)};
    if (!r->buffer)
        abort();
}

void
chan_receiver_clear(ChanReceiver *r)
{
    free(r->buffer);
    r->buffer = NULL;
}

uint8_t *
chan_receiver_space(ChanReceiver *r, size_t *room)
{
    if (r->start > 0 && (r->start == r->end || CHAN_RECEIVE_BUFFER - r->end < ROOM_MIN)) {
        memmove(r->buffer, r->buffer + r->start, r->end - r->start);
        r->end -= r->start;
        r->start = 0;
    }
    *room = CHAN_RECEIVE_BUFFER - r->end;
    return r->buffer + r->end;
}

void
chan_receiver_commit(ChanReceiver *r, size_t n)
{
    r->end += n;
}

static void
skip(ChanReceiver *r, size_t n)
{
    r->start += n;
    r->start_offset += n;
}

void
chan_receiver_drop(ChanReceiver *r)
{
    skip(r, r->end - r->start);
}

static ChanItemKind
lose_sync(ChanReceiver *r)
{
    r->synced = false;
    skip(r, 1);
    return CHAN_ITEM_LOST_SYNC;
}

// How the bytes compare with a magic: all of it, as much of it as there are bytes, or not.
typedef enum { MATCH_NO, MATCH_PARTLY, MATCH } Match;

static Match
match(ChanSpan bytes, const uint8_t *magic, size_t size)
{
    size_t n = bytes.size < size ? bytes.size : size;

    if (memcmp(bytes.data, magic, n) != 0)
        return MATCH_NO;
    return n == size ? MATCH : MATCH_PARTLY;
}

static ChanSpan
rest(const ChanReceiver *r)
{
    return CHAN_SPAN(r->buffer + r->start, r->end - r->start);
}

// What begins at the current byte, out of sync. NONE: wait; LOST_SYNC: nothing does.
static ChanItemKind
probe(ChanReceiver *r, ChanItem *item)
{
    ChanSpan bytes = rest(r);
    Match hello = match(bytes, chan_hello_magic, CHAN_HELLO_MAGIC_SIZE);
    Match frame = match(bytes, chan_frame_magic, CHAN_FRAME_MAGIC_SIZE);

    if (hello != MATCH_NO) {
        if (bytes.size < CHAN_HELLO_SIZE)
            return CHAN_ITEM_NONE;
        if (chan_hello_decode(&item->hello, bytes.data)) {
            skip(r, CHAN_HELLO_SIZE);
            return CHAN_ITEM_HELLO;
        }
    } else if (frame != MATCH_NO) {
        if (bytes.size < CHAN_FRAME_HEADER)
            return CHAN_ITEM_NONE;
        if (chan_frame_is_foreign_ping(bytes.data)) {
            skip(r, CHAN_FRAME_HEADER);
            return CHAN_ITEM_STUCK_PEER;
        }
    }
    return CHAN_ITEM_LOST_SYNC;
}

static ChanItemKind
hunt(ChanReceiver *r, ChanItem *item)
{
    while (r->start < r->end) {
        const uint8_t *at = memchr(r->buffer + r->start, chan_hello_magic[0], r->end - r->start);
        skip(r, at ? (size_t)(at - r->buffer) - r->start : r->end - r->start);
        if (!at)
            break;
        ChanItemKind kind = probe(r, item);
        if (kind != CHAN_ITEM_LOST_SYNC)
            return kind;
        skip(r, 1);
    }
    return CHAN_ITEM_NONE;
}

static ChanItemKind
next_frame(ChanReceiver *r, ChanItem *item)
{
    ChanSpan bytes = rest(r);

    if (bytes.size < CHAN_FRAME_HEADER)
        return CHAN_ITEM_NONE;
    if (!chan_frame_read(&r->seal, bytes.data, &item->head))
        return lose_sync(r);
    if (!chan_frame_valid(&item->head, r->sender))
        return CHAN_ITEM_INVALID;
    size_t size = CHAN_FRAME_OVERHEAD + item->head.size;
    if (bytes.size < size)
        return CHAN_ITEM_NONE;
    if (!chan_frame_end(&r->seal, bytes.data, bytes.data + size - CHAN_FRAME_TRAILER))
        return lose_sync(r);
    item->payload = CHAN_SPAN(bytes.data + CHAN_FRAME_HEADER, item->head.size);
    item->start = r->start_offset;
    skip(r, size);
    item->end = r->start_offset;
    return CHAN_ITEM_FRAME;
}

static ChanItemKind
next_synced(ChanReceiver *r, ChanItem *item)
{
    ChanSpan bytes = rest(r);

    if (bytes.size == 0)
        return CHAN_ITEM_NONE;
    if (match(bytes, chan_frame_magic, CHAN_FRAME_MAGIC_SIZE) != MATCH_NO)
        return next_frame(r, item);
    if (match(bytes, chan_hello_magic, CHAN_HELLO_MAGIC_SIZE) == MATCH_NO)
        return lose_sync(r);
    if (bytes.size < CHAN_HELLO_SIZE)
        return CHAN_ITEM_NONE;
    if (!chan_hello_decode(&item->hello, bytes.data))
        return lose_sync(r);
    skip(r, CHAN_HELLO_SIZE);
    return CHAN_ITEM_HELLO;
}

ChanItemKind
chan_receiver_next(ChanReceiver *r, ChanItem *item)
{
    item->kind = r->synced ? next_synced(r, item) : hunt(r, item);
    return item->kind;
}

void
chan_receiver_sync(ChanReceiver *r, const ChanFrameSeal *seal)
{
    r->seal = *seal;
    r->synced = true;
}

void
chan_receiver_unsync(ChanReceiver *r)
{
    r->synced = false;
}

bool
chan_receiver_in_frame(const ChanReceiver *r)
{
    return r->synced && r->start < r->end;
}
