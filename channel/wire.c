// SPDX-License-Identifier: Apache-2.0
#include "channel/wire.h"

#include <string.h>

ChanReader
chan_reader(ChanSpan untrusted_bytes)
{
    return (ChanReader){.at = untrusted_bytes.data, .left = untrusted_bytes.size};
}

void
chan_reader_fail(ChanReader *r)
{
    r->failed = true;
    r->left = 0;
}

bool
chan_reader_end(const ChanReader *r)
{
    return !r->failed && r->left == 0;
}

ChanSpan
chan_read_bytes(ChanReader *r, size_t n)
{
    if (r->failed || n > r->left) {
        chan_reader_fail(r);
        return (ChanSpan){0};
    }
    ChanSpan span = {r->at, n};
    if (n > 0)
        r->at += n;
    r->left -= n;
    return span;
}

static uint64_t
read_le(ChanReader *r, unsigned n)
{
    ChanSpan span = chan_read_bytes(r, n);
    uint64_t v = 0;

    for (size_t i = span.size; i-- > 0;)
        v = v << 8 | span.data[i];
    return v;
}

uint8_t
chan_read_u8(ChanReader *r)
{
    return (uint8_t)read_le(r, 1);
}

uint16_t
chan_read_u16(ChanReader *r)
{
    return (uint16_t)read_le(r, 2);
}

uint32_t
chan_read_u32(ChanReader *r)
{
    return (uint32_t)read_le(r, 4);
}

uint64_t
chan_read_u64(ChanReader *r)
{
    return read_le(r, 8);
}

int32_t
chan_read_i32(ChanReader *r)
{
    return (int32_t)chan_read_u32(r);
}

static ChanSpan
read_capped(ChanReader *r, size_t n, size_t max)
{
    if (n > max)
        chan_reader_fail(r);
    return chan_read_bytes(r, n);
}

ChanSpan
chan_read_blob(ChanReader *r, size_t max)
{
    return read_capped(r, chan_read_u32(r), max);
}

ChanSpan
chan_read_text(ChanReader *r, size_t max)
{
    return read_capped(r, chan_read_u16(r), max);
}

uint16_t
chan_read_count(ChanReader *r, size_t max)
{
    uint16_t n = chan_read_u16(r);

    if (n > max)
        chan_reader_fail(r);
    return r->failed ? 0 : n;
}

ChanWriter
chan_writer(void *buffer, size_t capacity)
{
    return (ChanWriter){.data = buffer, .capacity = capacity};
}

void
chan_write_bytes(ChanWriter *w, ChanSpan bytes)
{
    if (w->failed || bytes.size > w->capacity - w->size) {
        w->failed = true;
        return;
    }
    if (bytes.size > 0)
        memcpy(w->data + w->size, bytes.data, bytes.size);
    w->size += bytes.size;
}

static void
write_le(ChanWriter *w, uint64_t v, unsigned n)
{
    uint8_t le[8];

    for (unsigned i = 0; i < n; i++)
        le[i] = (uint8_t)(v >> 8 * i);
    chan_write_bytes(w, CHAN_SPAN(le, n));
}

void
chan_write_u8(ChanWriter *w, uint8_t v)
{
    write_le(w, v, 1);
}

void
chan_write_u16(ChanWriter *w, uint16_t v)
{
    write_le(w, v, 2);
}

void
chan_write_u32(ChanWriter *w, uint32_t v)
{
    write_le(w, v, 4);
}

void
chan_write_u64(ChanWriter *w, uint64_t v)
{
    write_le(w, v, 8);
}

void
chan_write_i32(ChanWriter *w, int32_t v)
{
    write_le(w, (uint32_t)v, 4);
}

void
chan_write_blob(ChanWriter *w, ChanSpan bytes)
{
    if (bytes.size > UINT32_MAX)
        w->failed = true;
    write_le(w, bytes.size, 4);
    chan_write_bytes(w, bytes);
}

void
chan_write_text(ChanWriter *w, ChanSpan text)
{
    if (text.size > UINT16_MAX)
        w->failed = true;
    write_le(w, text.size, 2);
    chan_write_bytes(w, text);
}

ChanSpan
chan_writer_span(const ChanWriter *w)
{
    return w->failed ? (ChanSpan){0} : (ChanSpan){w->data, w->size};
}
