// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/touch.h"

#include "channel/wire.h"

// RDPINPUT_HEADER (2.2.2.6).
#define EVENT_SC_READY 1
#define EVENT_CS_READY 2
#define EVENT_TOUCH 3
#define EVENT_SUSPEND 4
#define EVENT_RESUME 5
#define PROTOCOL_V1 0x00010000u
#define SHOW_TOUCH_VISUALS 1u
#define OFFSET_MAX_US INT64_C(3600000000) // after a rest it says nothing

// RDPINPUT_TOUCH_CONTACT (2.2.3.3.1.1); as 3.1.1.1 lets them follow each other.
#define DOWN 0x01
#define UPDATE 0x02
#define UP 0x04
#define IN_RANGE 0x08
#define IN_CONTACT 0x10

BridgeTouchHeard
bridge_touch_hear(BridgeTouch *t, ChanSpan untrusted_message)
{
    ChanReader r = chan_reader(untrusted_message);
    uint16_t event = chan_read_u16(&r);
    uint32_t size = chan_read_u32(&r);

    if (r.failed || size != untrusted_message.size)
        return BRIDGE_TOUCH_BROKEN;
    switch (event) {
    case EVENT_SC_READY:
        (void)chan_read_u32(&r); // its version: later ones know the first, which is ours
        if (r.failed)
            return BRIDGE_TOUCH_BROKEN;
        *t = (BridgeTouch){.ready = true};
        return BRIDGE_TOUCH_GREETED;
    case EVENT_SUSPEND:
        t->suspended = true;
        t->down = 0; // the server forgets them
        return BRIDGE_TOUCH_NOTHING;
    case EVENT_RESUME:
        t->suspended = false;
        return BRIDGE_TOUCH_NOTHING;
    default:
        return BRIDGE_TOUCH_NOTHING;
    }
}

static ChanWriter
begin(uint16_t event, uint8_t *buffer)
{
    ChanWriter w = chan_writer(buffer, BRIDGE_TOUCH_BYTES_MAX);

    chan_write_u16(&w, event);
    chan_write_u32(&w, 0);
    return w;
}

static ChanSpan
end(ChanWriter *w)
{
    ChanWriter size = chan_writer(w->data + 2, 4);

    chan_write_u32(&size, (uint32_t)w->size);
    return chan_writer_span(w);
}

ChanSpan
bridge_touch_ready(uint8_t buffer[BRIDGE_TOUCH_BYTES_MAX])
{
    ChanWriter w = begin(EVENT_CS_READY, buffer);

    chan_write_u32(&w, SHOW_TOUCH_VISUALS);
    chan_write_u32(&w, PROTOCOL_V1);
    chan_write_u16(&w, CHAN_WINDOW_TOUCHES_MAX);
    return end(&w);
}

// The integers of 2.2.2.1 to 2.2.2.5: how many bytes follow the first, in its uppermost bits, then
// a sign where the type has one, then the value, its highest bits first.
static void
write_integer(ChanWriter *w, unsigned count_bits, bool negative, unsigned sign_bits, uint64_t value)
{
    unsigned first_bits = 8 - count_bits - sign_bits, more = 0;

    while (value >> first_bits >> 8 * more)
        more++;
    chan_write_u8(w, (uint8_t)(more << (8 - count_bits) | (unsigned)negative << first_bits |
                               (unsigned)(value >> 8 * more)));
    while (more-- > 0)
        chan_write_u8(w, (uint8_t)(value >> 8 * more));
}

static void
write_u16(ChanWriter *w, uint16_t value) // < 1 << 15
{
    write_integer(w, 1, false, 0, value);
}

static void
write_u32(ChanWriter *w, uint32_t value) // < 1 << 30
{
    write_integer(w, 2, false, 0, value);
}

static void
write_i32(ChanWriter *w, int32_t value) // |value| < 1 << 29
{
    write_integer(w, 2, value < 0, 1, (uint64_t)(value < 0 ? -(int64_t)value : value));
}

static void
write_u64(ChanWriter *w, uint64_t value) // < 1 << 61
{
    write_integer(w, 3, false, 0, value);
}

static unsigned
count(uint32_t bits)
{
    unsigned n = 0;

    for (; bits; bits &= bits - 1)
        n++;
    return n;
}

// changed: the finger that does something else than staying.
static ChanSpan
frame(BridgeTouch *t, uint32_t changed, uint32_t flags, int64_t now_us, uint8_t *buffer)
{
    ChanWriter w = begin(EVENT_TOUCH, buffer);
    int64_t offset_us = t->last_us && now_us > t->last_us ? now_us - t->last_us : 0;
    if (offset_us > OFFSET_MAX_US)
        offset_us = OFFSET_MAX_US;

    write_u32(&w, 0); // ms since the frame was made
    write_u16(&w, 1); // frames
    write_u16(&w, (uint16_t)count(t->down));
    write_u64(&w, (uint64_t)offset_us);
    for (uint32_t i = 0; i < CHAN_WINDOW_TOUCHES_MAX; i++) {
        if (!(t->down & 1u << i))
            continue;
        chan_write_u8(&w, (uint8_t)i);
        write_u16(&w, 0); // no more is known of it
        write_i32(&w, t->x[i]);
        write_i32(&w, t->y[i]);
        write_u32(&w, i == changed ? flags : UPDATE | IN_RANGE | IN_CONTACT);
    }
    t->last_us = now_us;
    return end(&w);
}

ChanSpan
bridge_touch_frame(BridgeTouch *t, const ChanWindowTouch *finger, int64_t now_us,
                   uint8_t buffer[BRIDGE_TOUCH_BYTES_MAX])
{
    uint32_t bit = 1u << finger->touch;
    bool was_down = t->down & bit;
    uint32_t flags = finger->phase == CHAN_TOUCH_END ? UP
                     : was_down                      ? UPDATE | IN_RANGE | IN_CONTACT
                                                     : DOWN | IN_RANGE | IN_CONTACT;

    if (!t->ready || t->suspended || (!was_down && finger->phase != CHAN_TOUCH_BEGIN))
        return (ChanSpan){0};
    t->down |= bit;
    t->x[finger->touch] = finger->x;
    t->y[finger->touch] = finger->y;
    ChanSpan bytes = frame(t, finger->touch, flags, now_us, buffer);
    if (finger->phase == CHAN_TOUCH_END)
        t->down &= ~bit;
    return bytes;
}

ChanSpan
bridge_touch_hold(BridgeTouch *t, int64_t now_us, uint8_t buffer[BRIDGE_TOUCH_BYTES_MAX])
{
    if (!t->down)
        return (ChanSpan){0};
    return frame(t, CHAN_WINDOW_TOUCHES_MAX, 0, now_us, buffer);
}
