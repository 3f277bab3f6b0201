// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/rail_pdu.h"

#include "channel/wire.h"

#include <glib.h>
#include <string.h>

#define HEADER_BYTES 4
#define APP_ID_UNITS 260
#define TEXT_BYTES_MAX 16384 // of one string of an exec order

// The parameters of a client's system parameters update that carry a rectangle.
#define SPI_WORK_AREA 0x0000002F
#define SPI_TASKBAR 0x0000F000
#define SPI_DISPLAY 0x0000F001

static int
read_i16(ChanReader *r)
{
    return (int16_t)chan_read_u16(r);
}

static void
read_rect(ChanReader *r, RaRailMessage *m)
{
    m->rect.left = read_i16(r);
    m->rect.top = read_i16(r);
    m->rect.right = read_i16(r);
    m->rect.bottom = read_i16(r);
    m->has_rect = true;
}

static void
read_exec(ChanReader *r, RaRailMessage *m)
{
    m->flags = chan_read_u16(r);
    uint16_t program = chan_read_u16(r);
    uint16_t directory = chan_read_u16(r);
    uint16_t arguments = chan_read_u16(r);
    if (program > TEXT_BYTES_MAX || directory > TEXT_BYTES_MAX || arguments > TEXT_BYTES_MAX)
        chan_reader_fail(r);
    m->untrusted_program = chan_read_bytes(r, program);
    m->untrusted_directory = chan_read_bytes(r, directory);
    m->untrusted_arguments = chan_read_bytes(r, arguments);
}

static void
read_sysparam(ChanReader *r, RaRailMessage *m)
{
    m->value = chan_read_u32(r);
    if (m->value == SPI_WORK_AREA || m->value == SPI_TASKBAR || m->value == SPI_DISPLAY)
        read_rect(r, m);
}

static void
read_body(ChanReader *r, RaRailMessage *m)
{
    switch (m->type) {
    case RA_RAIL_EXEC:
        read_exec(r, m);
        break;
    case RA_RAIL_SYSPARAM:
        read_sysparam(r, m);
        break;
    case RA_RAIL_HANDSHAKE:
        m->value = chan_read_u32(r);
        break;
    case RA_RAIL_CLIENT_STATUS:
        m->flags = chan_read_u32(r);
        break;
    case RA_RAIL_ACTIVATE:
    case RA_RAIL_CLOAK:
        m->window_id = chan_read_u32(r);
        m->value = chan_read_u8(r);
        break;
    case RA_RAIL_SYSCOMMAND:
        m->window_id = chan_read_u32(r);
        m->value = chan_read_u16(r);
        break;
    case RA_RAIL_NOTIFY_EVENT:
        m->window_id = chan_read_u32(r);
        m->flags = chan_read_u32(r);
        m->value = chan_read_u32(r);
        break;
    case RA_RAIL_SYSMENU:
        m->window_id = chan_read_u32(r);
        m->rect.left = read_i16(r);
        m->rect.top = read_i16(r);
        break;
    case RA_RAIL_WINDOW_MOVE:
    case RA_RAIL_SNAP_ARRANGE:
        m->window_id = chan_read_u32(r);
        read_rect(r, m);
        break;
    case RA_RAIL_GET_APPID_REQ:
        m->window_id = chan_read_u32(r);
        break;
    default:
        break;
    }
}

bool
ra_rail_read(ChanSpan untrusted_pdu, RaRailMessage *message)
{
    memset(message, 0, sizeof *message);
    ChanReader r = chan_reader(untrusted_pdu);
    message->type = chan_read_u16(&r);
    uint16_t length = chan_read_u16(&r);
    if (r.failed || length > untrusted_pdu.size)
        return false;
    read_body(&r, message);
    return !r.failed;
}

static ChanWriter
begin(uint8_t *buffer, RaRailType type)
{
    ChanWriter w = chan_writer(buffer, RA_RAIL_PDU_MAX);
    chan_write_u16(&w, (uint16_t)type);
    chan_write_u16(&w, 0);
    return w;
}

static size_t
end(ChanWriter *w)
{
    g_assert(!w->failed); // everything written here is bounded
    w->data[2] = (uint8_t)w->size;
    w->data[3] = (uint8_t)(w->size >> 8);
    return w->size;
}

static void
write_i16(ChanWriter *w, int16_t value)
{
    chan_write_u16(w, (uint16_t)value);
}

size_t
ra_rail_write_handshake_ex(uint8_t *buffer, uint32_t build, uint32_t flags)
{
    ChanWriter w = begin(buffer, RA_RAIL_HANDSHAKE_EX);
    chan_write_u32(&w, build);
    chan_write_u32(&w, flags);
    return end(&w);
}

size_t
ra_rail_write_move_size(uint8_t *buffer, const RaRailMoveSize *move)
{
    ChanWriter w = begin(buffer, RA_RAIL_LOCAL_MOVE_SIZE);
    chan_write_u32(&w, move->window_id);
    chan_write_u16(&w, move->start);
    chan_write_u16(&w, move->kind);
    write_i16(&w, move->x);
    write_i16(&w, move->y);
    return end(&w);
}

size_t
ra_rail_write_min_max(uint8_t *buffer, const RaRailMinMax *info)
{
    ChanWriter w = begin(buffer, RA_RAIL_MIN_MAX_INFO);
    chan_write_u32(&w, info->window_id);
    write_i16(&w, info->max_width);
    write_i16(&w, info->max_height);
    write_i16(&w, info->max_x);
    write_i16(&w, info->max_y);
    write_i16(&w, info->min_track_width);
    write_i16(&w, info->min_track_height);
    write_i16(&w, info->max_track_width);
    write_i16(&w, info->max_track_height);
    return end(&w);
}

size_t
ra_rail_write_exec_result(uint8_t *buffer, uint16_t flags, uint16_t result, uint32_t raw,
                          ChanSpan program)
{
    ChanWriter w = begin(buffer, RA_RAIL_EXEC_RESULT);
    chan_write_u16(&w, flags);
    chan_write_u16(&w, result);
    chan_write_u32(&w, raw);
    chan_write_u16(&w, 0);
    size_t size = MIN(program.size, 520);
    chan_write_u16(&w, (uint16_t)size);
    chan_write_bytes(&w, CHAN_SPAN(program.data, size));
    return end(&w);
}

static void
write_fixed_text(ChanWriter *w, const char *utf8)
{
    glong units = 0;
    g_autofree gunichar2 *text = g_utf8_to_utf16(utf8, -1, NULL, &units, NULL);
    if (text == NULL)
        units = 0;
    for (glong i = 0; i < APP_ID_UNITS; i++)
        chan_write_u16(w, i < units && i < APP_ID_UNITS - 1 ? text[i] : 0);
}

size_t
ra_rail_write_app_id(uint8_t *buffer, uint32_t window_id, const char *app_id)
{
    ChanWriter w = begin(buffer, RA_RAIL_GET_APPID_RESP);
    chan_write_u32(&w, window_id);
    write_fixed_text(&w, app_id);
    return end(&w);
}

size_t
ra_rail_write_app_id_ex(uint8_t *buffer, uint32_t window_id, const char *app_id, uint32_t pid,
                        const char *image)
{
    ChanWriter w = begin(buffer, RA_RAIL_GET_APPID_RESP_EX);
    chan_write_u32(&w, window_id);
    write_fixed_text(&w, app_id);
    chan_write_u32(&w, pid);
    write_fixed_text(&w, image);
    return end(&w);
}
