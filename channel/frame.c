// SPDX-License-Identifier: Apache-2.0
#include "channel/frame.h"

#include "channel/wire.h"

#include <string.h>

#define TAGGED 16 // bytes of the header before its tag

const uint8_t chan_frame_magic[CHAN_FRAME_MAGIC_SIZE] = {0xc5, 0x46, 0x9d, 0x1a};

// What each type may look like.
typedef struct {
    uint32_t min, max; // payload
    uint8_t flags;     // that may be set
    bool has_stream;
    bool host_only;  // sent by the host only
    bool guest_only; // sent by the guest only
} Shape;

static const Shape shapes[] = {
    [CHAN_FRAME_MESSAGE] = {1, CHAN_FRAME_MAX, CHAN_FRAME_FLAG_FIRST, false, false, false},
    [CHAN_FRAME_OPEN] = {4, 3 + CHAN_SERVICE_MAX, CHAN_FRAME_FLAG_FD, true, true, false},
    [CHAN_FRAME_DATA] = {1, CHAN_FRAME_MAX, 0, true, false, false},
    [CHAN_FRAME_CREDIT] = {4, 4, 0, true, false, false},
    [CHAN_FRAME_FIN] = {0, 0, 0, true, false, false},
    [CHAN_FRAME_RESET] = {2, 2, 0, true, false, false},
    [CHAN_FRAME_PING] = {8, 8, 0, false, false, false},
    [CHAN_FRAME_PONG] = {8, 8, 0, false, false, false},
    [CHAN_FRAME_PROBE] = {0, 0, 0, false, true, false},
    [CHAN_FRAME_PROBE_ANSWER] = {1, 1, 0, false, false, true},
};

static uint64_t
tag_of(const ChanFrameSeal *seal, const uint8_t header[CHAN_FRAME_HEADER], uint8_t place)
{
    uint8_t bytes[TAGGED + 8 + 1];
    ChanWriter w = chan_writer(bytes, sizeof bytes);

    chan_write_bytes(&w, CHAN_SPAN(header, TAGGED));
    chan_write_u64(&w, seal->sequence);
    chan_write_u8(&w, place);
    return chan_siphash(seal->key, chan_writer_span(&w));
}

void
chan_frame_write(ChanFrameSeal *seal, const ChanFrameHead *head, uint8_t header[CHAN_FRAME_HEADER],
                 uint8_t trailer[CHAN_FRAME_TRAILER])
{
    ChanWriter w = chan_writer(header, CHAN_FRAME_HEADER);
    ChanWriter end = chan_writer(trailer, CHAN_FRAME_TRAILER);

    chan_write_bytes(&w, CHAN_SPAN(chan_frame_magic, CHAN_FRAME_MAGIC_SIZE));
    chan_write_u8(&w, head->type);
    chan_write_u8(&w, head->flags);
    chan_write_u16(&w, 0);
    chan_write_u32(&w, head->stream);
    chan_write_u32(&w, head->size);
    chan_write_u64(&w, tag_of(seal, header, 0));
    chan_write_u64(&end, tag_of(seal, header, 1));
    seal->sequence++;
}

bool
chan_frame_read(const ChanFrameSeal *seal, const uint8_t untrusted_header[CHAN_FRAME_HEADER],
                ChanFrameHead *head)
{
    ChanReader r = chan_reader(CHAN_SPAN(untrusted_header, CHAN_FRAME_HEADER));
    ChanSpan magic = chan_read_bytes(&r, CHAN_FRAME_MAGIC_SIZE);

    head->type = chan_read_u8(&r);
    head->flags = chan_read_u8(&r);
    uint16_t reserved = chan_read_u16(&r);
    head->stream = chan_read_u32(&r);
    head->size = chan_read_u32(&r);
    uint64_t tag = chan_read_u64(&r);
    return memcmp(magic.data, chan_frame_magic, CHAN_FRAME_MAGIC_SIZE) == 0 && reserved == 0 &&
           tag == tag_of(seal, untrusted_header, 0);
}

bool
chan_frame_end(ChanFrameSeal *seal, const uint8_t header[CHAN_FRAME_HEADER],
               const uint8_t untrusted_trailer[CHAN_FRAME_TRAILER])
{
    ChanReader r = chan_reader(CHAN_SPAN(untrusted_trailer, CHAN_FRAME_TRAILER));

    if (chan_read_u64(&r) != tag_of(seal, header, 1))
        return false;
    seal->sequence++;
    return true;
}

bool
chan_frame_valid(const ChanFrameHead *head, ChanRole sender)
{
    if (head->type == 0 || head->type >= sizeof shapes / sizeof shapes[0])
        return false;
    const Shape *s = &shapes[head->type];
    if (sender == CHAN_ROLE_HOST ? s->guest_only : s->host_only)
        return false;
    return head->size >= s->min && head->size <= s->max && (head->flags & ~s->flags) == 0 &&
           (head->stream != 0) == s->has_stream;
}

bool
chan_frame_is_foreign_ping(const uint8_t header[CHAN_FRAME_HEADER])
{
    ChanReader r = chan_reader(CHAN_SPAN(header, TAGGED));
    ChanSpan magic = chan_read_bytes(&r, CHAN_FRAME_MAGIC_SIZE);

    return memcmp(magic.data, chan_frame_magic, CHAN_FRAME_MAGIC_SIZE) == 0 &&
           chan_read_u32(&r) == CHAN_FRAME_PING && chan_read_u32(&r) == 0 && chan_read_u32(&r) == 8;
}
