// SPDX-License-Identifier: Apache-2.0
// The receiver on any bytes, in and out of sync, in pieces of any size. Half of the inputs have the
// tags of their frames put right first, so that what comes after the tags is reached too.
#include "channel/receiver.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// Gives what looks like frames the header and the trailer that belong there.
static void
seal_all(uint8_t *bytes, size_t size, ChanFrameSeal seal)
{
    size_t at = 0;

    while (size - at >= CHAN_FRAME_OVERHEAD) {
        ChanFrameHead head;
        uint8_t trailer[CHAN_FRAME_TRAILER];
        (void)chan_frame_read(&seal, bytes + at, &head);
        head.size = head.size % 300;
        if (size - at - CHAN_FRAME_OVERHEAD < head.size)
            break;
        chan_frame_write(&seal, &head, bytes + at, trailer);
        at += CHAN_FRAME_HEADER + head.size;
        memcpy(bytes + at, trailer, sizeof trailer);
        at += CHAN_FRAME_TRAILER;
    }
}

static void
pull(ChanReceiver *r)
{
    ChanItem item;
    volatile uint8_t sum = 0;

    while (chan_receiver_next(r, &item) != CHAN_ITEM_NONE) {
        if (item.kind == CHAN_ITEM_FRAME) {
            assert(chan_frame_valid(&item.head, r->sender));
            assert(item.payload.size == item.head.size && item.payload.size <= CHAN_FRAME_MAX);
            assert(item.end - item.start == item.payload.size + CHAN_FRAME_OVERHEAD);
            for (size_t i = 0; i < item.payload.size; i++)
                sum = (uint8_t)(sum + item.payload.data[i]);
        }
        if (item.kind == CHAN_ITEM_INVALID)
            return; // the connection ends here
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ChanFrameSeal seal = {.key = "sixteen letters"};
    ChanReceiver r;

    if (size < 2)
        return 0;
    uint8_t how = data[0], piece = data[1];
    uint8_t *bytes = malloc(size);
    if (!bytes)
        abort();
    memcpy(bytes, data + 2, size - 2);
    size -= 2;
    if (how & 1)
        seal_all(bytes, size, seal);
    chan_receiver_init(&r, how & 2 ? CHAN_ROLE_HOST : CHAN_ROLE_GUEST);
    if (how & 4)
        chan_receiver_sync(&r, &seal);
    for (size_t at = 0; at < size;) {
        size_t room, n = (size_t)piece + 1;
        uint8_t *to = chan_receiver_space(&r, &room);
        assert(room > 0);
        n = n < size - at ? n : size - at;
        n = n < room ? n : room;
        memcpy(to, bytes + at, n);
        chan_receiver_commit(&r, n);
        at += n;
        pull(&r);
    }
    chan_receiver_clear(&r);
    free(bytes);
    return 0;
}
