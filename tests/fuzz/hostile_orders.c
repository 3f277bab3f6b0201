// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/hostile.h"

#include <freerdp/graphics.h>
#include <freerdp/window.h>
#include <stdlib.h>
#include <string.h>

guint8 *
hostile_copy(Bytes *in, gsize max, gsize *size)
{
    gsize wanted = bytes_u8(in) % 8 == 7 ? max : bytes_u8(in) % (max + 1);
    ChanSpan span = bytes_span(in, MIN(wanted, max));

    *size = span.size;
    if (span.size == 0)
        return NULL;
    guint8 *copy = malloc(span.size);
    g_assert_nonnull(copy);
    memcpy(copy, span.data, span.size);
    return copy;
}

static RAIL_UNICODE_STRING
text(Bytes *in)
{
    gsize size = 0;
    guint8 *string = hostile_copy(in, 1200, &size);

    return (RAIL_UNICODE_STRING){(UINT16)size, string};
}

static WINDOW_ORDER_INFO
info(Bytes *in, guint32 flags)
{
    return (WINDOW_ORDER_INFO){.windowId = bytes_id(in), .fieldFlags = flags | bytes_u32(in)};
}

static RECTANGLE_16 *
rectangles(Bytes *in, UINT32 *count)
{
    gsize size;
    gpointer bytes = hostile_copy(in, 20 * sizeof(RECTANGLE_16), &size);

    *count = (UINT32)(size / sizeof(RECTANGLE_16));
    return bytes;
}

static void
state(Bytes *in, rdpContext *context)
{
    rdpWindowUpdate *w = context->update->window;
    gboolean is_new = bytes_bool(in);
    WINDOW_ORDER_INFO i = info(in, is_new ? WINDOW_ORDER_STATE_NEW : 0);
    WINDOW_STATE_ORDER o = {.ownerWindowId = bytes_id(in),
                            .style = bytes_u32(in),
                            .extendedStyle = bytes_u32(in),
                            .showState = bytes_u8(in) % 8,
                            .windowOffsetX = (INT32)bytes_edge(in),
                            .windowOffsetY = (INT32)bytes_edge(in),
                            .windowWidth = bytes_edge(in),
                            .windowHeight = bytes_edge(in),
                            .visibleOffsetX = (INT32)bytes_edge(in),
                            .visibleOffsetY = (INT32)bytes_edge(in),
                            .clientAreaWidth = bytes_edge(in),
                            .clientAreaHeight = bytes_edge(in)};

    o.titleInfo = text(in);
    o.windowRects = rectangles(in, &o.numWindowRects);
    o.visibilityRects = rectangles(in, &o.numVisibilityRects);
    (void)(is_new ? w->WindowCreate : w->WindowUpdate)(context, &i, &o);
    free(o.titleInfo.string);
    free(o.windowRects);
    free(o.visibilityRects);
}

static ICON_INFO
icon_info(Bytes *in)
{
    gsize mask, table = 0, color;
    ICON_INFO icon = {.cacheEntry = bytes_bool(in) ? bytes_u8(in) : bytes_u16(in),
                      .cacheId = bytes_u8(in),
                      .bpp = bytes_u8(in) % 32 + 1u, // the parser's own bounds
                      .width = bytes_u16(in) % 300,
                      .height = bytes_u16(in) % 300};

    icon.bitsMask = hostile_copy(in, 4000, &mask);
    if (icon.bpp == 1 || icon.bpp == 4 || icon.bpp == 8)
        icon.colorTable = hostile_copy(in, 2000, &table);
    icon.bitsColor = hostile_copy(in, 8000, &color);
    icon.cbBitsMask = (UINT32)mask;
    icon.cbColorTable = (UINT32)table;
    icon.cbBitsColor = (UINT32)color;
    return icon;
}

static void
icon_clear(ICON_INFO *icon)
{
    free(icon->bitsMask);
    free(icon->colorTable);
    free(icon->bitsColor);
}

static void
icon(Bytes *in, rdpContext *context)
{
    WINDOW_ORDER_INFO i = info(in, WINDOW_ORDER_ICON);
    ICON_INFO icon = icon_info(in);
    WINDOW_ICON_ORDER order = {&icon};

    (void)context->update->window->WindowIcon(context, &i, &order);
    icon_clear(&icon);
}

// Icons in the tray, where the session listens for them.
static void
notify(Bytes *in, rdpContext *context)
{
    rdpWindowUpdate *w = context->update->window;
    WINDOW_ORDER_INFO i = info(in, WINDOW_ORDER_TYPE_NOTIFY);
    NOTIFY_ICON_STATE_ORDER o = {.version = bytes_u8(in), .state = bytes_u8(in)};
    guint which = bytes_u8(in) % 4;

    i.notifyIconId = bytes_id(in);
    if (which == 0) {
        (void)(!w->NotifyIconDelete || w->NotifyIconDelete(context, &i));
        return;
    }
    o.toolTip = text(in);
    o.infoTip.text = text(in);
    o.infoTip.title = text(in);
    o.icon = icon_info(in);
    o.cachedIcon = (CACHED_ICON_INFO){bytes_u8(in), bytes_u8(in)};
    if (which == 1 && w->NotifyIconUpdate)
        (void)w->NotifyIconUpdate(context, &i, &o);
    else if (w->NotifyIconCreate)
        (void)w->NotifyIconCreate(context, &i, &o);
    free(o.toolTip.string);
    free(o.infoTip.text.string);
    free(o.infoTip.title.string);
    icon_clear(&o.icon);
}

// A bitmap of the desktop, not compressed, as one update ([MS-RDPBCGR] 2.2.9.1.1.3.1.2).
static void
bitmap(Bytes *in, rdpContext *context)
{
    rdpUpdate *update = context->update;
    gsize size;
    BITMAP_DATA data = {.destLeft = (UINT16)bytes_edge(in),
                        .destTop = (UINT16)bytes_edge(in),
                        .destRight = (UINT16)bytes_edge(in),
                        .destBottom = (UINT16)bytes_edge(in),
                        .width = bytes_u8(in) % 65,
                        .height = bytes_u8(in) % 65,
                        .bitsPerPixel = bytes_bool(in) ? 32 : 16};
    BITMAP_UPDATE order = {.number = 1, .rectangles = &data};

    data.bitmapDataStream = hostile_copy(in, 64 * 64 * 4, &size);
    data.bitmapLength = (UINT32)size;
    // The library's parser hands over what it has read, and only that.
    if (size >= (gsize)data.width * data.height * data.bitsPerPixel / 8) {
        (void)(!update->BeginPaint || update->BeginPaint(context));
        (void)update->BitmapUpdate(context, &order);
        (void)(!update->EndPaint || update->EndPaint(context));
    }
    free(data.bitmapDataStream);
}

static void
cached_icon(Bytes *in, rdpContext *context)
{
    WINDOW_ORDER_INFO i = info(in, WINDOW_ORDER_CACHED_ICON);
    WINDOW_CACHED_ICON_ORDER order = {
        {bytes_bool(in) ? bytes_u8(in) : bytes_u16(in), bytes_u8(in)}};

    (void)context->update->window->WindowCachedIcon(context, &i, &order);
}

static void
deleted(Bytes *in, rdpContext *context)
{
    WINDOW_ORDER_INFO i = info(in, WINDOW_ORDER_STATE_DELETED);

    (void)context->update->window->WindowDelete(context, &i);
}

static void
desktop(Bytes *in, rdpContext *context)
{
    WINDOW_ORDER_INFO i = info(in, WINDOW_ORDER_TYPE_DESKTOP);
    MONITORED_DESKTOP_ORDER order = {.activeWindowId = bytes_id(in), .numWindowIds = bytes_u8(in)};

    if (bytes_u8(in) % 8 == 0) {
        (void)context->update->window->NonMonitoredDesktop(context, &i);
        return;
    }
    order.windowIds = order.numWindowIds ? malloc(order.numWindowIds * sizeof(UINT32)) : NULL;
    for (guint n = 0; n < order.numWindowIds; n++)
        order.windowIds[n] = n < 20 ? bytes_id(in) : n;
    (void)context->update->window->MonitoredDesktop(context, &i, &order);
    free(order.windowIds);
}

// As the library's cache of pointers calls it.
static void
pointer(Bytes *in, rdpContext *context)
{
    const rdpPointer *prototype = context->graphics->Pointer_Prototype;
    rdpPointer *p = calloc(1, prototype->size);
    gsize xor_size, and_size;

    g_assert_nonnull(p);
    p->xPos = bytes_edge(in);
    p->yPos = bytes_edge(in);
    p->width = bytes_u16(in) % 400;
    p->height = bytes_u16(in) % 400;
    p->xorBpp = (const guint8[]){1, 4, 8, 16, 24, 32, 0, 7}[bytes_u8(in) % 8];
    p->xorMaskData = hostile_copy(in, 4000, &xor_size);
    p->andMaskData = hostile_copy(in, 1000, &and_size);
    p->lengthXorMask = (UINT32)xor_size;
    p->lengthAndMask = (UINT32)and_size;
    if (prototype->New(context, p))
        (void)prototype->Set(context, p);
    if (bytes_bool(in))
        (void)prototype->SetNull(context);
    prototype->Free(context, p);
    free(p->xorMaskData);
    free(p->andMaskData);
    free(p);
}

void
hostile_order(Bytes *in, rdpContext *context)
{
    static void (*const orders[])(Bytes * in, rdpContext * context) = {
        state, state, state, icon, cached_icon, deleted, desktop, pointer, notify, bitmap};

    orders[bytes_u8(in) % G_N_ELEMENTS(orders)](in, context);
}
