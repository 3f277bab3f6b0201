// SPDX-License-Identifier: Apache-2.0
#include "tests/termservice/rail.h"

#include "tests/termservice/report.h"

#include <freerdp/channels/wtsvc.h>
#include <freerdp/freerdp.h>
#include <freerdp/rail.h>
#include <freerdp/settings.h>
#include <string.h>
#include <winpr/stream.h>
#include <winpr/wtsapi.h>

#define BUILD_NUMBER 0x00004A65u // 19045
#define HEADER_SIZE 4
#define PDU_MAX 2048
#define NAME_UNITS 260
#define TEXT_MAX 16000
#define TRACK_MIN_WIDTH 136
#define TRACK_MIN_HEIGHT 39

struct Rail {
    Connection *connection;
    HANDLE channel;
    Profile profile;
    bool raw;
    guint32 status; // TS_RAIL_CLIENTSTATUS_* of the client
    RailHandler handler;
    gpointer user;
};

// ---- what the client sends ----

static char *
take_text(wStream *s, guint16 size)
{
    if (size > TEXT_MAX || Stream_GetRemainingLength(s) < size)
        return NULL;
    char *text = g_utf16_to_utf8(Stream_PointerAs(s, const gunichar2), size / 2, NULL, NULL, NULL);
    Stream_Seek(s, size);
    return text;
}

static bool
read_exec(wStream *s, RailRequest *r)
{
    guint16 program, directory, arguments;
    if (Stream_GetRemainingLength(s) < 8)
        return false;
    Stream_Read_UINT16(s, r->flags);
    Stream_Read_UINT16(s, program);
    Stream_Read_UINT16(s, directory);
    Stream_Read_UINT16(s, arguments);
    r->program = take_text(s, program);
    r->directory = take_text(s, directory);
    r->arguments = take_text(s, arguments);
    return r->program != NULL && r->directory != NULL && r->arguments != NULL;
}

static bool
read_area(wStream *s, RailRequest *r)
{
    INT16 left, top, right, bottom;
    if (Stream_GetRemainingLength(s) < 8)
        return false;
    Stream_Read_INT16(s, left);
    Stream_Read_INT16(s, top);
    Stream_Read_INT16(s, right);
    Stream_Read_INT16(s, bottom);
    r->area = (Area){left, top, right - left, bottom - top};
    return true;
}

// Numbers of the given sizes in bytes, into window, value and icon.
static bool
read_numbers(wStream *s, RailRequest *r, const char *sizes)
{
    guint32 *const to[] = {&r->window, &r->value, &r->icon};
    for (gsize i = 0; sizes[i] != '\0'; i++) {
        gsize size = (gsize)(sizes[i] - '0');
        if (Stream_GetRemainingLength(s) < size)
            return false;
        for (gsize b = 0; b < size; b++) {
            guint8 byte;
            Stream_Read_UINT8(s, byte);
            *to[i] |= (guint32)byte << (8 * b);
        }
    }
    return true;
}

static bool
read_request(wStream *s, RailRequest *r)
{
    switch (r->type) {
    case TS_RAIL_ORDER_EXEC:
        return read_exec(s, r);
    case TS_RAIL_ORDER_WINDOWMOVE:
    case TS_RAIL_ORDER_SNAP_ARRANGE:
        return read_numbers(s, r, "4") && read_area(s, r);
    case TS_RAIL_ORDER_ACTIVATE:
    case TS_RAIL_ORDER_CLOAK:
        return read_numbers(s, r, "41");
    case TS_RAIL_ORDER_SYSCOMMAND:
        return read_numbers(s, r, "42");
    case TS_RAIL_ORDER_NOTIFY_EVENT:
        return read_numbers(s, r, "444");
    case TS_RAIL_ORDER_GET_APPID_REQ:
    case TS_RAIL_ORDER_HANDSHAKE:
    case TS_RAIL_ORDER_CLIENTSTATUS:
    case TS_RAIL_ORDER_LANGBARINFO:
        return read_numbers(s, r, "4");
    case TS_RAIL_ORDER_SYSPARAM:
        return read_numbers(s, r, "4") && (r->window != SPI_SET_WORK_AREA || read_area(s, r));
    default:
        return true;
    }
}

static void
report_bytes(const BYTE *data, gsize size)
{
    g_autoptr(GString) hex = g_string_sized_new(2 * size);
    for (gsize i = 0; i < size; i++)
        g_string_append_printf(hex, "%02x", data[i]);
    report("pdu %s", hex->str);
}

static bool
handle(Rail *rail, BYTE *data, gsize size)
{
    if (rail->raw) {
        report_bytes(data, size);
        return true;
    }
    RailRequest r = {0};
    guint16 length = 0;
    wStream buffer, *s = Stream_StaticInit(&buffer, data, size);
    if (size < HEADER_SIZE) // orderType, orderLength
        return false;
    Stream_Read_UINT16(s, r.type);
    Stream_Read_UINT16(s, length);
    bool ok = length <= size && read_request(s, &r);
    if (ok && r.type == TS_RAIL_ORDER_CLIENTSTATUS)
        rail->status = r.window;
    if (ok)
        rail->handler(&r, rail->user);
    g_free(r.program);
    g_free(r.arguments);
    g_free(r.directory);
    return ok;
}

void
rail_receive(Rail *rail)
{
    ULONG size = 0;
    while (WTSVirtualChannelRead(rail->channel, 0, NULL, 0, &size)) {
        g_autofree char *data = g_malloc((gsize)size + 1);
        ULONG got = 0;
        if (!WTSVirtualChannelRead(rail->channel, 0, data, size + 1, &got))
            return;
        if (handle(rail, (BYTE *)data, got))
            continue;
        report("rail malformed");
        connection_close(rail->connection, 0);
        return;
    }
}

// ---- what it gets ----

static wStream *
begin(guint16 type)
{
    wStream *s = Stream_New(NULL, PDU_MAX);
    g_assert(s != NULL);
    Stream_Write_UINT16(s, type);
    Stream_Seek_UINT16(s);
    return s;
}

void
rail_write(Rail *rail, const guint8 *bytes, gsize size)
{
    ULONG written = 0;
    (void)WTSVirtualChannelWrite(rail->channel, (PCHAR)bytes, (ULONG)size, &written);
    connection_flush(rail->connection);
}

static void
finish(Rail *rail, wStream *s)
{
    size_t size = Stream_GetPosition(s);
    Stream_SetPosition(s, 2);
    Stream_Write_UINT16(s, (UINT16)size);
    rail_write(rail, Stream_Buffer(s), size);
    Stream_Free(s, TRUE);
}

// NUL-padded to 260 units.
static void
put_name(wStream *s, const char *name)
{
    gunichar2 fixed[NAME_UNITS] = {0};
    glong units = 0;
    g_autofree gunichar2 *utf16 = g_utf8_to_utf16(name, -1, NULL, &units, NULL);
    memcpy(fixed, utf16, (gsize)MIN(units, NAME_UNITS - 1) * 2);
    Stream_Write(s, fixed, sizeof fixed);
}

static void
shake_hands(Rail *rail, Profile profile)
{
    wStream *s =
        begin(profile >= PROFILE_10 ? TS_RAIL_ORDER_HANDSHAKE_EX : TS_RAIL_ORDER_HANDSHAKE);
    Stream_Write_UINT32(s, BUILD_NUMBER);
    if (profile >= PROFILE_10)
        Stream_Write_UINT32(s, TS_RAIL_ORDER_HANDSHAKEEX_FLAGS_HIDEF |
                                   TS_RAIL_ORDER_HANDSHAKE_EX_FLAGS_EXTENDED_SPI_SUPPORTED |
                                   TS_RAIL_ORDER_HANDSHAKE_EX_FLAGS_SNAP_ARRANGE_SUPPORTED);
    finish(rail, s);
}

void
rail_exec_result(Rail *rail, const RailRequest *exec, guint16 result, guint32 raw)
{
    glong units = 0;
    g_autofree gunichar2 *name = g_utf8_to_utf16(exec->program, -1, NULL, &units, NULL);
    gsize size = (gsize)MIN(units, NAME_UNITS) * 2;
    wStream *s = begin(TS_RAIL_ORDER_EXEC_RESULT);
    Stream_Write_UINT16(s, exec->flags);
    Stream_Write_UINT16(s, result);
    Stream_Write_UINT32(s, raw);
    Stream_Write_UINT16(s, 0);
    Stream_Write_UINT16(s, (UINT16)size);
    Stream_Write(s, name, size);
    finish(rail, s);
}

static void
put_process(wStream *s, const Window *w, const char *image)
{
    Stream_Write_UINT32(s, w->process);
    put_name(s, image);
}

void
rail_app_id(Rail *rail, const Window *w)
{
    // Older ones know the plain response only.
    bool extended = rail->profile >= PROFILE_10 &&
                    (rail->status & TS_RAIL_CLIENTSTATUS_GET_APPID_RESPONSE_EX_SUPPORTED) != 0;
    // An application that names no model of its own is known by its program's path.
    const char *id = w->model != NULL ? w->model : w->image;
    wStream *s = begin(extended ? TS_RAIL_ORDER_GET_APPID_RESP_EX : TS_RAIL_ORDER_GET_APPID_RESP);
    Stream_Write_UINT32(s, w->id);
    put_name(s, id);
    if (extended)
        put_process(s, w, w->image);
    finish(rail, s);
}

void
rail_min_max(Rail *rail, const Desk *desk, const Window *w)
{
    wStream *s = begin(TS_RAIL_ORDER_MINMAXINFO);
    Stream_Write_UINT32(s, w->id);
    Stream_Write_INT16(s, (INT16)desk->work.width);
    Stream_Write_INT16(s, (INT16)desk->work.height);
    Stream_Write_INT16(s, (INT16)desk->work.x);
    Stream_Write_INT16(s, (INT16)desk->work.y);
    Stream_Write_INT16(s, TRACK_MIN_WIDTH);
    Stream_Write_INT16(s, TRACK_MIN_HEIGHT);
    Stream_Write_INT16(s, (INT16)(desk->width + 12));
    Stream_Write_INT16(s, (INT16)(desk->height + 12));
    finish(rail, s);
}

void
rail_move_size(Rail *rail, const Window *w, bool start, guint16 kind, int x, int y)
{
    wStream *s = begin(TS_RAIL_ORDER_LOCALMOVESIZE);
    Stream_Write_UINT32(s, w->id);
    Stream_Write_UINT16(s, start ? 1 : 0);
    Stream_Write_UINT16(s, kind);
    Stream_Write_INT16(s, (INT16)x);
    Stream_Write_INT16(s, (INT16)y);
    finish(rail, s);
}

// What both ends announced in their Remote Programs Capability Sets (2.2.1.1.1).
static bool
agreed(const Rail *rail, guint32 level)
{
    const rdpSettings *settings = connection_peer(rail->connection)->context->settings;
    guint32 levels = freerdp_settings_get_uint32(settings, FreeRDP_RemoteApplicationSupportLevel);
    return (levels & level) != 0;
}

void
rail_language_bar(Rail *rail, guint32 status)
{
    if (!agreed(rail, RAIL_LEVEL_DOCKED_LANGBAR_SUPPORTED))
        return;
    wStream *s = begin(TS_RAIL_ORDER_LANGBARINFO);
    Stream_Write_UINT32(s, status);
    finish(rail, s);
}

void
rail_compartments(Rail *rail, const guint32 values[4])
{
    if (!agreed(rail, RAIL_LEVEL_LANGUAGE_IME_SYNC_SUPPORTED) ||
        !agreed(rail, RAIL_LEVEL_SERVER_TO_CLIENT_IME_SYNC_SUPPORTED))
        return;
    wStream *s = begin(TS_RAIL_ORDER_COMPARTMENTINFO);
    for (int i = 0; i < 4; i++)
        Stream_Write_UINT32(s, values[i]);
    finish(rail, s);
    report("compartments told");
}

void
rail_cloak(Rail *rail, guint32 window, bool cloaked)
{
    if (!agreed(rail, RAIL_LEVEL_WINDOW_CLOAKING_SUPPORTED))
        return;
    wStream *s = begin(TS_RAIL_ORDER_CLOAK);
    Stream_Write_UINT32(s, window);
    Stream_Write_UINT8(s, cloaked ? 1 : 0);
    finish(rail, s);
}

Rail *
rail_new(Connection *connection, const Options *options, RailHandler handler, gpointer user)
{
    HANDLE manager = connection_channels(connection);
    char name[] = RAIL_SVC_CHANNEL_NAME;
    if (!WTSVirtualChannelManagerIsChannelJoined(manager, name))
        return NULL;
    HANDLE channel = WTSVirtualChannelOpen(manager, WTS_CURRENT_SESSION, name);
    if (channel == NULL || channel == INVALID_HANDLE_VALUE)
        return NULL;
    Rail *rail = g_new0(Rail, 1);
    rail->connection = connection;
    rail->profile = options->profile;
    rail->channel = channel;
    rail->handler = handler;
    rail->user = user;
    rail->raw = options->raw;
    if (!rail->raw)
        shake_hands(rail, options->profile);
    return rail;
}

void
rail_free(Rail *rail)
{
    if (rail == NULL)
        return;
    (void)WTSVirtualChannelClose(rail->channel);
    g_free(rail);
}
