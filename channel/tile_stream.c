// SPDX-License-Identifier: Apache-2.0
#include "channel/tile_stream.h"

#include "channel/wire.h"

#include <string.h>

#define LENGTH 4 // of the field before each message

static void
write_fields(ChanWriter *w, const ChanTilesMessage *m)
{
    switch (m->type) {
    case CHAN_TILES_HELLO:
        chan_write_u32(w, m->version);
        break;
    case CHAN_TILES_TILE:
        chan_write_u32(w, m->buffer);
        chan_write_u16(w, (uint16_t)m->x);
        chan_write_u16(w, (uint16_t)m->y);
        chan_write_u16(w, (uint16_t)m->width);
        chan_write_u16(w, (uint16_t)m->height);
        chan_write_u8(w, (uint8_t)m->coding);
        break;
    case CHAN_TILES_MOVE:
        chan_write_u32(w, m->buffer);
        chan_write_u16(w, (uint16_t)m->x);
        chan_write_u16(w, (uint16_t)m->y);
        chan_write_u16(w, (uint16_t)m->width);
        chan_write_u16(w, (uint16_t)m->height);
        chan_write_u16(w, (uint16_t)m->from_y);
        break;
    case CHAN_TILES_VIDEO:
        chan_write_u32(w, m->buffer);
        chan_write_u16(w, (uint16_t)m->x);
        chan_write_u16(w, (uint16_t)m->y);
        chan_write_u16(w, (uint16_t)m->width);
        chan_write_u16(w, (uint16_t)m->height);
        break;
    case CHAN_TILES_STILL:
        chan_write_u32(w, m->buffer);
        break;
    case CHAN_TILES_GREETING:
        chan_write_u32(w, m->version);
        chan_write_u64(w, m->token);
        break;
    case CHAN_TILES_BUFFER:
        chan_write_u32(w, m->surface);
        chan_write_u32(w, m->buffer);
        chan_write_u32(w, m->width);
        chan_write_u32(w, m->height);
        break;
    case CHAN_TILES_REFUSED:
        chan_write_u32(w, m->surface);
        break;
    case CHAN_TILES_FRAME:
    case CHAN_TILES_RECEIVED:
    case CHAN_TILES_SHOWN:
        chan_write_u32(w, m->buffer);
        chan_write_u32(w, m->serial);
        break;
    }
}

ChanSpan
chan_tiles_encode(const ChanTilesMessage *m, void *buffer)
{
    ChanWriter w = chan_writer(buffer, CHAN_TILES_SMALL_MAX);
    bool has_bytes = m->type == CHAN_TILES_TILE || m->type == CHAN_TILES_VIDEO;
    size_t more = has_bytes ? m->untrusted_bytes.size : 0;

    chan_write_u32(&w, 0);
    chan_write_u8(&w, (uint8_t)m->type);
    write_fields(&w, m);
    ChanWriter length = chan_writer(buffer, LENGTH);
    chan_write_u32(&length, (uint32_t)(w.size - LENGTH + more));
    return chan_writer_span(&w);
}

static bool
read_place(ChanReader *r, ChanTilesMessage *m, uint32_t pixels_max)
{
    m->buffer = chan_read_u32(r);
    m->x = chan_read_u16(r);
    m->y = chan_read_u16(r);
    m->width = chan_read_u16(r);
    m->height = chan_read_u16(r);
    return !r->failed && m->buffer != 0 && m->width >= 1 && m->height >= 1 &&
           m->x + m->width <= CHAN_TILES_SIDE_MAX && m->y + m->height <= CHAN_TILES_SIDE_MAX &&
           m->width * m->height <= pixels_max;
}

static bool
read_video(ChanReader *r, ChanTilesMessage *m)
{
    bool good = read_place(r, m, CHAN_TILES_VIDEO_PIXELS_MAX);

    m->untrusted_bytes = chan_read_bytes(r, r->left);
    return good && m->width % 2 == 0 && m->height % 2 == 0 && m->untrusted_bytes.size > 0;
}

static bool
read_tile(ChanReader *r, ChanTilesMessage *m)
{
    if (!read_place(r, m, CHAN_TILES_PIXELS_MAX))
        return false;
    uint8_t coding = chan_read_u8(r);
    if (r->failed)
        return false;
    size_t raw = (size_t)m->width * m->height * 4;
    m->coding = (ChanTilesCoding)coding;
    m->untrusted_bytes = chan_read_bytes(r, r->left);
    if (coding == CHAN_TILES_RAW)
        return m->untrusted_bytes.size == raw;
    return (coding == CHAN_TILES_LZ4 || coding == CHAN_TILES_GRAIN) &&
           m->untrusted_bytes.size > 0 && m->untrusted_bytes.size < raw;
}

static bool
read_move(ChanReader *r, ChanTilesMessage *m)
{
    m->buffer = chan_read_u32(r);
    m->x = chan_read_u16(r);
    m->y = chan_read_u16(r);
    m->width = chan_read_u16(r);
    m->height = chan_read_u16(r);
    m->from_y = chan_read_u16(r);
    return m->buffer != 0 && m->width >= 1 && m->height >= 1 &&
           m->x + m->width <= CHAN_TILES_SIDE_MAX && m->y + m->height <= CHAN_TILES_SIDE_MAX &&
           m->from_y + m->height <= CHAN_TILES_SIDE_MAX;
}

static bool
read_buffer(ChanReader *r, ChanTilesMessage *m)
{
    m->surface = chan_read_u32(r);
    m->buffer = chan_read_u32(r);
    m->width = chan_read_u32(r);
    m->height = chan_read_u32(r);
    return m->surface <= UINT16_MAX && m->buffer != 0 && m->width >= 1 &&
           m->width <= CHAN_TILES_SIDE_MAX && m->height >= 1 && m->height <= CHAN_TILES_SIDE_MAX;
}

static bool
read_guests(ChanReader *r, ChanTilesMessage *m)
{
    switch (m->type) {
    case CHAN_TILES_HELLO:
        m->version = chan_read_u32(r);
        return true;
    case CHAN_TILES_TILE:
        return read_tile(r, m);
    case CHAN_TILES_MOVE:
        return read_move(r, m);
    case CHAN_TILES_FRAME:
        m->buffer = chan_read_u32(r);
        m->serial = chan_read_u32(r);
        return m->buffer != 0;
    case CHAN_TILES_VIDEO:
        return read_video(r, m);
    case CHAN_TILES_STILL:
        m->buffer = chan_read_u32(r);
        return m->buffer != 0;
    default:
        return false;
    }
}

static bool
read_hosts(ChanReader *r, ChanTilesMessage *m)
{
    switch (m->type) {
    case CHAN_TILES_GREETING:
        m->version = chan_read_u32(r);
        m->token = chan_read_u64(r);
        return m->token != 0;
    case CHAN_TILES_BUFFER:
        return read_buffer(r, m);
    case CHAN_TILES_REFUSED:
        m->surface = chan_read_u32(r);
        return m->surface <= UINT16_MAX;
    case CHAN_TILES_RECEIVED:
    case CHAN_TILES_SHOWN:
        m->buffer = chan_read_u32(r);
        m->serial = chan_read_u32(r);
        return m->buffer != 0;
    default:
        return false;
    }
}

ChanTilesFound
chan_tiles_decode(ChanSpan untrusted_bytes, bool from_guest, ChanTilesMessage *m, size_t *size)
{
    ChanReader r = chan_reader(untrusted_bytes);
    uint32_t length = chan_read_u32(&r);

    if (r.failed)
        return CHAN_TILES_NONE;
    if (length < 1 || length > CHAN_TILES_MESSAGE_MAX - LENGTH)
        return CHAN_TILES_BROKEN;
    if (r.left < length)
        return CHAN_TILES_NONE;
    r = chan_reader(CHAN_SPAN(r.at, length));
    memset(m, 0, sizeof *m);
    m->type = (ChanTilesType)chan_read_u8(&r);
    bool good = from_guest ? read_guests(&r, m) : read_hosts(&r, m);
    *size = LENGTH + (size_t)length;
    return good && chan_reader_end(&r) ? CHAN_TILES_ONE : CHAN_TILES_BROKEN;
}
