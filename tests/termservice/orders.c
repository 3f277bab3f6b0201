// SPDX-License-Identifier: Apache-2.0
#include "tests/termservice/orders.h"

#include "tests/termservice/picture.h"

#include <freerdp/freerdp.h>
#include <freerdp/transport_io.h>
#include <freerdp/window.h>
#include <string.h>

#define ALTSEC_WINDOW 0x2E // TS_ALTSEC_WINDOW << 2 | TS_SECONDARY ([MS-RDPEGDI] 2.2.2.2.1.3.1.1)
#define TS_STANDARD 0x01
#define TS_TYPE_CHANGE 0x08
#define TS_ENC_SCRBLT 0x02
#define ROP_SRCCOPY 0xCC
#define ORDER_MAX 16000
#define ICON_SIZE 16
#define STACK_MAX 255
#define TITLE_BYTES_MAX 520
#define WINDOW_LEVEL_EX 2

static wStream *
begin(guint32 flags)
{
    wStream *s = Stream_New(NULL, ORDER_MAX);
    g_assert(s != NULL);
    Stream_Seek(s, 8); // fast-path and count, written by finish
    Stream_Write_UINT8(s, ALTSEC_WINDOW);
    Stream_Seek_UINT16(s);
    Stream_Write_UINT32(s, flags);
    return s;
}

// One fast-path update of one order, neither fragmented nor encrypted ([MS-RDPBCGR] 2.2.9.1.2,
// 2.2.9.1.2.1.2). With RDP security that is what a server of low level sends, and clients take it.
static void
send_update(Connection *c, wStream *s)
{
    rdpContext *context = connection_peer(c)->context;
    size_t end = Stream_GetPosition(s);
    connection_flush(c);
    Stream_SetPosition(s, 0);
    Stream_Write_UINT8(s, 0);
    Stream_Write_UINT16_BE(s, (UINT16)(0x8000 | end));
    Stream_Write_UINT8(s, 0); // FASTPATH_UPDATETYPE_ORDERS
    Stream_Write_UINT16(s, (UINT16)(end - 6));
    Stream_Write_UINT16(s, 1); // orders
    Stream_SetPosition(s, end);
    (void)freerdp_get_io_callbacks(context)->WritePdu(freerdp_get_transport(context), s);
    Stream_Free(s, TRUE);
    connection_flush(c);
}

// The order's size is known now.
static void
finish(Connection *c, wStream *s)
{
    size_t end = Stream_GetPosition(s);
    Stream_SetPosition(s, 9);
    Stream_Write_UINT16(s, (UINT16)(end - 8));
    Stream_SetPosition(s, end);
    send_update(c, s);
}

static void
put_pair(wStream *s, guint32 a, guint32 b)
{
    Stream_Write_UINT32(s, a);
    Stream_Write_UINT32(s, b);
}

// UNICODE_STRING ([MS-RDPERP] 2.2.1.2.1), no terminator.
static void
put_text(wStream *s, const char *text)
{
    glong units = 0;
    g_autofree gunichar2 *utf16 = g_utf8_to_utf16(text, -1, NULL, &units, NULL);
    gsize size = MIN((gsize)units * 2, TITLE_BYTES_MAX);
    Stream_Write_UINT16(s, (UINT16)size);
    Stream_Write(s, utf16, size);
}

static void
put_rect(wStream *s, int left, int top, int right, int bottom)
{
    Stream_Write_UINT16(s, (UINT16)left);
    Stream_Write_UINT16(s, (UINT16)top);
    Stream_Write_UINT16(s, (UINT16)right);
    Stream_Write_UINT16(s, (UINT16)bottom);
}

// TS_RECTANGLE_16 ([MS-RDPERP] 2.2.1.2.2): all that is the window's, relative to it.
static void
put_shape(wStream *s, const Window *w, const Area *a)
{
    bool cut = w->corner > 0 && a->width > 2 * w->corner && a->height > w->corner;
    Stream_Write_UINT16(s, a->width > 0 ? 1 + cut : 0);
    if (cut)
        put_rect(s, w->corner, 0, a->width - w->corner, w->corner);
    if (a->width > 0)
        put_rect(s, 0, cut ? w->corner : 0, a->width, a->height);
}

#define AREA_FIELDS                                                                                \
    (WINDOW_ORDER_FIELD_CLIENT_AREA_OFFSET | WINDOW_ORDER_FIELD_CLIENT_AREA_SIZE |                 \
     WINDOW_ORDER_FIELD_WND_OFFSET | WINDOW_ORDER_FIELD_WND_CLIENT_DELTA |                         \
     WINDOW_ORDER_FIELD_WND_SIZE | WINDOW_ORDER_FIELD_WND_RECTS | WINDOW_ORDER_FIELD_VIS_OFFSET |  \
     WINDOW_ORDER_FIELD_VISIBILITY)
#define EXTENDED_FIELDS                                                                            \
    (WINDOW_ORDER_FIELD_CLIENT_AREA_SIZE | WINDOW_ORDER_FIELD_RP_CONTENT |                         \
     WINDOW_ORDER_FIELD_ROOT_PARENT)
#define CREATED_FIELDS                                                                             \
    (WINDOW_ORDER_FIELD_OWNER | WINDOW_ORDER_FIELD_STYLE | WINDOW_ORDER_FIELD_SHOW |               \
     WINDOW_ORDER_FIELD_TITLE | WINDOW_ORDER_FIELD_RP_CONTENT | WINDOW_ORDER_FIELD_ROOT_PARENT |   \
     AREA_FIELDS)

static void
put_window(wStream *s, guint32 flags, const Window *w, const Area *a, Show show)
{
    if ((flags & WINDOW_ORDER_FIELD_OWNER) != 0)
        Stream_Write_UINT32(s, w->owner);
    if ((flags & WINDOW_ORDER_FIELD_STYLE) != 0)
        put_pair(s, w->style | (show != SHOW_HIDDEN ? WS_VISIBLE : 0), w->ex_style);
    if ((flags & WINDOW_ORDER_FIELD_SHOW) != 0)
        Stream_Write_UINT8(s, (UINT8)show);
    if ((flags & WINDOW_ORDER_FIELD_TITLE) != 0)
        put_text(s, w->title);
    if ((flags & WINDOW_ORDER_FIELD_CLIENT_AREA_OFFSET) != 0)
        put_pair(s, (guint32)(a->x + w->frame.left), (guint32)(a->y + w->frame.top));
    if ((flags & WINDOW_ORDER_FIELD_CLIENT_AREA_SIZE) != 0)
        put_pair(s, (guint32)MAX(a->width - w->frame.left - w->frame.right, 0),
                 (guint32)MAX(a->height - w->frame.top - w->frame.bottom, 0));
    if ((flags & WINDOW_ORDER_FIELD_RP_CONTENT) != 0)
        Stream_Write_UINT8(s, 0);
    if ((flags & WINDOW_ORDER_FIELD_ROOT_PARENT) != 0)
        Stream_Write_UINT32(s, 0);
    if ((flags & WINDOW_ORDER_FIELD_WND_OFFSET) == 0)
        return;
    put_pair(s, (guint32)a->x, (guint32)a->y);
    put_pair(s, (guint32)w->frame.left, (guint32)w->frame.top); // window to client
    put_pair(s, (guint32)a->width, (guint32)a->height);
    put_shape(s, w, a);
    put_pair(s, (guint32)a->x, (guint32)a->y); // of the visible region
    put_shape(s, w, a);
}

// Without the extended level of the Window List Capability Set ([MS-RDPERP] 2.2.1.1.2), fields
// that came later may not be sent.
static guint32
allowed(Connection *c, guint32 flags)
{
    const rdpSettings *settings = connection_peer(c)->context->settings;
    guint32 level = freerdp_settings_get_uint32(settings, FreeRDP_RemoteWndSupportLevel);
    return level >= WINDOW_LEVEL_EX ? flags : flags & ~EXTENDED_FIELDS;
}

void
orders_created(Connection *c, const Window *w)
{
    guint32 flags = allowed(c, WINDOW_ORDER_TYPE_WINDOW | WINDOW_ORDER_STATE_NEW | CREATED_FIELDS);
    static const Area nothing;
    wStream *s = begin(flags);
    Stream_Write_UINT32(s, w->id);
    put_window(s, flags, w, &nothing, SHOW_HIDDEN);
    finish(c, s);
}

void
orders_changed(Connection *c, const Desk *desk, const Window *w, OrderFields fields)
{
    guint32 flags = WINDOW_ORDER_TYPE_WINDOW;
    flags |= (fields & ORDER_STYLE) != 0 ? WINDOW_ORDER_FIELD_STYLE : 0;
    flags |= (fields & ORDER_SHOW) != 0 ? WINDOW_ORDER_FIELD_SHOW : 0;
    flags |= (fields & ORDER_TITLE) != 0 ? WINDOW_ORDER_FIELD_TITLE : 0;
    flags |= (fields & ORDER_AREA) != 0 ? AREA_FIELDS : 0;
    flags = allowed(c, flags);
    Area area = desk_area(desk, w);
    wStream *s = begin(flags);
    Stream_Write_UINT32(s, w->id);
    put_window(s, flags, w, &area, w->show);
    finish(c, s);
}

// TS_ICON_INFO ([MS-RDPERP] 2.2.1.2.3), not to be cached, one colour, nothing masked.
static void
put_icon(wStream *s, guint32 colour)
{
    Stream_Write_UINT16(s, 0xFFFF);
    Stream_Write_UINT8(s, 0xFF);
    Stream_Write_UINT8(s, 32);
    Stream_Write_UINT16(s, ICON_SIZE);
    Stream_Write_UINT16(s, ICON_SIZE);
    Stream_Write_UINT16(s, ICON_SIZE * 4); // a row of the mask has 32 bits
    Stream_Write_UINT16(s, ICON_SIZE * ICON_SIZE * 4);
    Stream_Zero(s, ICON_SIZE * 4);
    for (int i = 0; i < ICON_SIZE * ICON_SIZE; i++)
        Stream_Write_UINT32(s, colour);
}

void
orders_icon(Connection *c, const Window *w)
{
    wStream *s = begin(WINDOW_ORDER_TYPE_WINDOW | WINDOW_ORDER_ICON);
    Stream_Write_UINT32(s, w->id);
    put_icon(s, picture_pixel(w->id, 0, 0, 0));
    finish(c, s);
}

void
orders_deleted(Connection *c, guint32 window)
{
    wStream *s = begin(WINDOW_ORDER_TYPE_WINDOW | WINDOW_ORDER_STATE_DELETED);
    Stream_Write_UINT32(s, window);
    finish(c, s);
}

void
orders_notify(Connection *c, guint32 window, guint32 icon, const char *tip)
{
    wStream *s = begin(WINDOW_ORDER_TYPE_NOTIFY | WINDOW_ORDER_STATE_NEW | WINDOW_ORDER_ICON |
                       WINDOW_ORDER_FIELD_NOTIFY_VERSION | WINDOW_ORDER_FIELD_NOTIFY_TIP |
                       WINDOW_ORDER_FIELD_NOTIFY_STATE);
    put_pair(s, window, icon);
    Stream_Write_UINT32(s, 4); // Version
    put_text(s, tip);
    Stream_Write_UINT32(s, 0); // State: shown
    put_icon(s, picture_pixel(window, icon, 0, 0));
    finish(c, s);
}

void
orders_notify_state(Connection *c, guint32 window, guint32 icon, guint32 state)
{
    wStream *s = begin(WINDOW_ORDER_TYPE_NOTIFY | WINDOW_ORDER_FIELD_NOTIFY_STATE);
    put_pair(s, window, icon);
    Stream_Write_UINT32(s, state);
    finish(c, s);
}

// TS_NOTIFY_ICON_INFOTIP (2.2.1.3.2.2.3).
void
orders_balloon(Connection *c, guint32 window, guint32 icon, const char *title, const char *text)
{
    wStream *s = begin(WINDOW_ORDER_TYPE_NOTIFY | WINDOW_ORDER_FIELD_NOTIFY_INFO_TIP);
    put_pair(s, window, icon);
    put_pair(s, 10000, 1); // ms, NIIF_INFO
    put_text(s, text);
    put_text(s, title);
    finish(c, s);
}

void
orders_notify_deleted(Connection *c, guint32 window, guint32 icon)
{
    wStream *s = begin(WINDOW_ORDER_TYPE_NOTIFY | WINDOW_ORDER_STATE_DELETED);
    put_pair(s, window, icon);
    finish(c, s);
}

void
orders_sync_began(Connection *c)
{
    finish(c, begin(WINDOW_ORDER_TYPE_DESKTOP | WINDOW_ORDER_FIELD_DESKTOP_HOOKED |
                    WINDOW_ORDER_FIELD_DESKTOP_ARC_BEGAN));
}

static void
put_id(wStream *s, const Window *w)
{
    Stream_Write_UINT32(s, w->id);
}

void
orders_stack(Connection *c, const Desk *desk)
{
    guint count = MIN(desk->stack->len, STACK_MAX);
    wStream *s = begin(WINDOW_ORDER_TYPE_DESKTOP | WINDOW_ORDER_FIELD_DESKTOP_ZORDER |
                       WINDOW_ORDER_FIELD_DESKTOP_ACTIVE_WND);
    Stream_Write_UINT32(s, desk->active);
    Stream_Write_UINT8(s, (UINT8)count);
    for (guint i = 0; i < count; i++)
        put_id(s, g_ptr_array_index(desk->stack, i));
    finish(c, s);
}

void
orders_sync_completed(Connection *c)
{
    finish(c, begin(WINDOW_ORDER_TYPE_DESKTOP | WINDOW_ORDER_FIELD_DESKTOP_ARC_COMPLETED));
}

void
orders_raw(Connection *c, const guint8 *bytes, gsize size)
{
    wStream *s = Stream_New(NULL, ORDER_MAX);
    g_assert(s != NULL && size <= ORDER_MAX - 8);
    Stream_Seek(s, 8);
    Stream_Write(s, bytes, size);
    send_update(c, s);
}

void
orders_unmonitored(Connection *c)
{
    finish(c, begin(WINDOW_ORDER_TYPE_DESKTOP | WINDOW_ORDER_FIELD_DESKTOP_NONE));
}

// A primary order with all its seven fields, none as a difference (2.2.2.2.1.1.2): what version
// 3.10 of the library sends by its own call is nothing.
void
orders_scrblt(Connection *c, const Area *from, const Area *to)
{
    wStream *s = Stream_New(NULL, ORDER_MAX);
    g_assert(s != NULL);
    Stream_Seek(s, 8);
    Stream_Write_UINT8(s, TS_STANDARD | TS_TYPE_CHANGE);
    Stream_Write_UINT8(s, TS_ENC_SCRBLT);
    Stream_Write_UINT8(s, 0x7F);
    Stream_Write_INT16(s, (INT16)to->x);
    Stream_Write_INT16(s, (INT16)to->y);
    Stream_Write_INT16(s, (INT16)to->width);
    Stream_Write_INT16(s, (INT16)to->height);
    Stream_Write_UINT8(s, ROP_SRCCOPY);
    Stream_Write_INT16(s, (INT16)from->x);
    Stream_Write_INT16(s, (INT16)from->y);
    send_update(c, s);
}
