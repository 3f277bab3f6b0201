// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/window_orders_encode.h"

#include "guestagent/remoteapp/window_orders_send.h"

#include <freerdp/freerdp.h>
#include <freerdp/transport_io.h>

#define ALTSEC_WINDOW 0x2E // TS_ALTSEC_WINDOW << 2 | TS_SECONDARY

// Fast-path output ([MS-RDPBCGR] 2.2.9.1.2): orders longer than one PDU go in fragments.
#define FRAGMENT_MAX 16000
#define FRAGMENT_SINGLE 0x00
#define FRAGMENT_LAST 0x10
#define FRAGMENT_FIRST 0x20
#define FRAGMENT_NEXT 0x30

static void
put_u8(GByteArray *out, guint32 value)
{
    guint8 byte = (guint8)value;
    g_byte_array_append(out, &byte, 1);
}

static void
put_u16(GByteArray *out, guint32 value)
{
    guint16 le = GUINT16_TO_LE((guint16)value);
    g_byte_array_append(out, (const guint8 *)&le, 2);
}

static void
put_u32(GByteArray *out, guint32 value)
{
    guint32 le = GUINT32_TO_LE(value);
    g_byte_array_append(out, (const guint8 *)&le, 4);
}

static void
put_pair(GByteArray *out, guint32 a, guint32 b)
{
    put_u32(out, a);
    put_u32(out, b);
}

static void
put_rects(GByteArray *out, guint32 count, const RECTANGLE_16 *rects)
{
    put_u16(out, count);
    for (guint32 i = 0; i < count; i++) {
        put_u16(out, rects[i].left);
        put_u16(out, rects[i].top);
        put_u16(out, rects[i].right);
        put_u16(out, rects[i].bottom);
    }
}

static guint
begin(GByteArray *out, const WINDOW_ORDER_INFO *info)
{
    guint start = out->len;
    put_u8(out, ALTSEC_WINDOW);
    put_u16(out, 0);
    put_u32(out, info->fieldFlags);
    if ((info->fieldFlags & (WINDOW_ORDER_TYPE_WINDOW | WINDOW_ORDER_TYPE_NOTIFY)) != 0)
        put_u32(out, info->windowId);
    if ((info->fieldFlags & WINDOW_ORDER_TYPE_NOTIFY) != 0)
        put_u32(out, info->notifyIconId);
    return start;
}

static void
end(GByteArray *out, guint start)
{
    guint size = out->len - start;
    out->data[start + 1] = (guint8)size;
    out->data[start + 2] = (guint8)(size >> 8);
}

static void
put_geometry(GByteArray *out, guint32 flags, const WINDOW_STATE_ORDER *s)
{
    if ((flags & WINDOW_ORDER_FIELD_CLIENT_AREA_OFFSET) != 0)
        put_pair(out, (guint32)s->clientOffsetX, (guint32)s->clientOffsetY);
    if ((flags & WINDOW_ORDER_FIELD_CLIENT_AREA_SIZE) != 0)
        put_pair(out, s->clientAreaWidth, s->clientAreaHeight);
    if ((flags & WINDOW_ORDER_FIELD_WND_OFFSET) != 0)
        put_pair(out, (guint32)s->windowOffsetX, (guint32)s->windowOffsetY);
    if ((flags & WINDOW_ORDER_FIELD_WND_CLIENT_DELTA) != 0)
        put_pair(out, (guint32)s->windowClientDeltaX, (guint32)s->windowClientDeltaY);
    if ((flags & WINDOW_ORDER_FIELD_WND_SIZE) != 0)
        put_pair(out, s->windowWidth, s->windowHeight);
    if ((flags & WINDOW_ORDER_FIELD_WND_RECTS) != 0)
        put_rects(out, s->numWindowRects, s->windowRects);
    if ((flags & WINDOW_ORDER_FIELD_VIS_OFFSET) != 0)
        put_pair(out, (guint32)s->visibleOffsetX, (guint32)s->visibleOffsetY);
    if ((flags & WINDOW_ORDER_FIELD_VISIBILITY) != 0)
        put_rects(out, s->numVisibilityRects, s->visibilityRects);
}

void
ra_encode_window_state(GByteArray *out, const WINDOW_ORDER_INFO *info, const WINDOW_STATE_ORDER *s)
{
    guint32 flags = info->fieldFlags;
    guint start = begin(out, info);
    if ((flags & WINDOW_ORDER_FIELD_OWNER) != 0)
        put_u32(out, s->ownerWindowId);
    if ((flags & WINDOW_ORDER_FIELD_STYLE) != 0)
        put_pair(out, s->style, s->extendedStyle);
    if ((flags & WINDOW_ORDER_FIELD_SHOW) != 0)
        put_u8(out, s->showState);
    if ((flags & WINDOW_ORDER_FIELD_TITLE) != 0) {
        put_u16(out, s->titleInfo.length);
        g_byte_array_append(out, s->titleInfo.string, s->titleInfo.length);
    }
    put_geometry(out, flags, s);
    end(out, start);
}

void
ra_encode_window_delete(GByteArray *out, const WINDOW_ORDER_INFO *info)
{
    end(out, begin(out, info));
}

static void
put_icon(GByteArray *out, const ICON_INFO *i)
{
    put_u16(out, i->cacheEntry);
    put_u8(out, i->cacheId);
    put_u8(out, i->bpp);
    put_u16(out, i->width);
    put_u16(out, i->height);
    put_u16(out, i->cbBitsMask);
    put_u16(out, i->cbBitsColor);
    g_byte_array_append(out, i->bitsMask, i->cbBitsMask);
    g_byte_array_append(out, i->bitsColor, i->cbBitsColor);
}

void
ra_encode_window_icon(GByteArray *out, const WINDOW_ORDER_INFO *info, const WINDOW_ICON_ORDER *icon)
{
    guint start = begin(out, info);
    put_icon(out, icon->iconInfo);
    end(out, start);
}

void
ra_encode_notify_icon(GByteArray *out, const WINDOW_ORDER_INFO *info,
                      const NOTIFY_ICON_STATE_ORDER *state)
{
    guint start = begin(out, info);
    if ((info->fieldFlags & WINDOW_ORDER_FIELD_NOTIFY_VERSION) != 0)
        put_u32(out, state->version);
    if ((info->fieldFlags & WINDOW_ORDER_FIELD_NOTIFY_TIP) != 0) {
        put_u16(out, state->toolTip.length);
        g_byte_array_append(out, state->toolTip.string, state->toolTip.length);
    }
    if ((info->fieldFlags & WINDOW_ORDER_FIELD_NOTIFY_STATE) != 0)
        put_u32(out, state->state);
    if ((info->fieldFlags & WINDOW_ORDER_ICON) != 0)
        put_icon(out, &state->icon);
    end(out, start);
}

void
ra_encode_notify_icon_gone(GByteArray *out, const WINDOW_ORDER_INFO *info)
{
    end(out, begin(out, info));
}

void
ra_encode_window_cached_icon(GByteArray *out, const WINDOW_ORDER_INFO *info,
                             const WINDOW_CACHED_ICON_ORDER *icon)
{
    guint start = begin(out, info);
    put_u16(out, icon->cachedIcon.cacheEntry);
    put_u8(out, icon->cachedIcon.cacheId);
    end(out, start);
}

void
ra_encode_desktop(GByteArray *out, const WINDOW_ORDER_INFO *info,
                  const MONITORED_DESKTOP_ORDER *desktop)
{
    guint start = begin(out, info);
    if ((info->fieldFlags & WINDOW_ORDER_FIELD_DESKTOP_ACTIVE_WND) != 0)
        put_u32(out, desktop->activeWindowId);
    if ((info->fieldFlags & WINDOW_ORDER_FIELD_DESKTOP_ZORDER) != 0) {
        put_u8(out, desktop->numWindowIds);
        for (guint32 i = 0; i < desktop->numWindowIds; i++)
            put_u32(out, desktop->windowIds[i]);
    }
    end(out, start);
}

static bool
write_fragment(RaLink *link, const guint8 *data, gsize size, guint8 fragmentation)
{
    rdpContext *context = ra_link_context(link);
    const rdpTransportIo *io = freerdp_get_io_callbacks(context);
    wStream *s = Stream_New(NULL, size + 6);
    if (s == NULL)
        return false;
    Stream_Write_UINT8(s, 0x00); // fast-path, no encryption
    Stream_Write_UINT16_BE(s, (UINT16)(0x8000 | (size + 6)));
    Stream_Write_UINT8(s, fragmentation); // FASTPATH_UPDATETYPE_ORDERS is 0
    Stream_Write_UINT16(s, (UINT16)size);
    Stream_Write(s, data, size);
    bool ok = io->WritePdu(freerdp_get_transport(context), s) >= 0;
    Stream_Free(s, TRUE);
    return ok;
}

// Sends one order, which begins with room for the count, and frees it.
static bool
send_order(RaLink *link, GByteArray *take_order)
{
    g_autoptr(GByteArray) all = take_order;
    all->data[0] = 1;
    bool ok = true;
    for (gsize at = 0; at < all->len && ok; at += FRAGMENT_MAX) {
        gsize size = MIN(all->len - at, FRAGMENT_MAX);
        bool first = at == 0, last = at + size == all->len;
        guint8 kind = first ? (last ? FRAGMENT_SINGLE : FRAGMENT_FIRST)
                            : (last ? FRAGMENT_LAST : FRAGMENT_NEXT);
        ok = write_fragment(link, all->data + at, size, kind);
    }
    return ok;
}

static GByteArray *
new_order(void)
{
    GByteArray *out = g_byte_array_new();
    put_u16(out, 0);
    return out;
}

bool
ra_window_orders_send_state(RaLink *link, const WINDOW_ORDER_INFO *info,
                            const WINDOW_STATE_ORDER *state)
{
    GByteArray *out = new_order();
    ra_encode_window_state(out, info, state);
    return send_order(link, out);
}

bool
ra_window_orders_send_delete(RaLink *link, const WINDOW_ORDER_INFO *info)
{
    GByteArray *out = new_order();
    ra_encode_window_delete(out, info);
    return send_order(link, out);
}

bool
ra_window_orders_send_icon(RaLink *link, const WINDOW_ORDER_INFO *info,
                           const WINDOW_ICON_ORDER *icon)
{
    GByteArray *out = new_order();
    ra_encode_window_icon(out, info, icon);
    return send_order(link, out);
}

bool
ra_window_orders_send_cached_icon(RaLink *link, const WINDOW_ORDER_INFO *info,
                                  const WINDOW_CACHED_ICON_ORDER *icon)
{
    GByteArray *out = new_order();
    ra_encode_window_cached_icon(out, info, icon);
    return send_order(link, out);
}

bool
ra_window_orders_send_notify_icon(RaLink *link, const WINDOW_ORDER_INFO *info,
                                  const NOTIFY_ICON_STATE_ORDER *state)
{
    GByteArray *out = new_order();
    ra_encode_notify_icon(out, info, state);
    return send_order(link, out);
}

bool
ra_window_orders_send_notify_icon_gone(RaLink *link, const WINDOW_ORDER_INFO *info)
{
    GByteArray *out = new_order();
    ra_encode_notify_icon_gone(out, info);
    return send_order(link, out);
}

bool
ra_window_orders_send_desktop(RaLink *link, const WINDOW_ORDER_INFO *info,
                              const MONITORED_DESKTOP_ORDER *desktop)
{
    GByteArray *out = new_order();
    ra_encode_desktop(out, info, desktop);
    return send_order(link, out);
}
