// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/window_orders.h"

#include "guestagent/remoteapp/window_orders_send.h"

#include <string.h>

#define TITLE_UNITS_MAX 255
#define DESKTOP_IDS_MAX 255
#define NOTIFY_ID 1      // each has a window of its own
#define NOTIFY_HIDDEN 1u // NIS_HIDDEN

static guint32
show_state(const RaWindow *window)
{
    if (window->state == RA_MINIMIZED)
        return WINDOW_SHOW_MINIMIZED;
    if (!window->mapped)
        return WINDOW_HIDE;
    return window->state == RA_MAXIMIZED ? WINDOW_SHOW_MAXIMIZED : WINDOW_SHOW;
}

static void
normal_style(const RaWindow *window, RaStyle *s)
{
    bool bare = window->undecorated || window->state == RA_FULLSCREEN;
    s->style |= WS_MINIMIZEBOX | (bare ? WS_POPUP : WS_CAPTION);
    if (bare || !window->skip_taskbar)
        s->ex_style |= WS_EX_APPWINDOW;
    if (window->skip_taskbar)
        s->ex_style |= WS_EX_TOOLWINDOW;
    if (window->resizable)
        s->style |= WS_MAXIMIZEBOX;
}

// What only windows with a frame of the client's have.
static void
frame_style(const RaWindow *window, RaStyle *s)
{
    if (window->resizable)
        s->style |= WS_THICKFRAME;
    if (window->closable)
        s->style |= WS_SYSMENU;
}

RaStyle
ra_window_style(const RaWindow *window)
{
    RaStyle s = {.style = WS_VISIBLE | WS_CLIPSIBLINGS, .show = (guint8)show_state(window)};
    switch (window->kind) {
    case RA_KIND_NORMAL:
        normal_style(window, &s);
        frame_style(window, &s);
        break;
    case RA_KIND_DIALOG:
        s.style |= WS_CAPTION;
        s.ex_style |= window->modal || window->owner_id == 0 ? WS_EX_DLGMODALFRAME : 0;
        frame_style(window, &s);
        break;
    case RA_KIND_UTILITY:
        s.style |= WS_CAPTION;
        s.ex_style |= WS_EX_TOOLWINDOW;
        frame_style(window, &s);
        break;
    case RA_KIND_POPUP:
        s.style |= WS_POPUP;
        s.ex_style |= WS_EX_TOOLWINDOW;
        break;
    case RA_KIND_TOOLTIP:
        s.style |= WS_POPUP;
        s.ex_style |= WS_EX_TOOLWINDOW | WS_EX_TRANSPARENT | WS_EX_NOACTIVATE | WS_EX_TOPMOST;
        break;
    case RA_KIND_SPLASH:
        s.style |= WS_POPUP;
        s.ex_style |= WS_EX_NOACTIVATE;
        break;
    }
    s.ex_style |= window->above ? WS_EX_TOPMOST : 0;
    s.ex_style |= window->alpha ? WS_EX_LAYERED : 0;
    return s;
}

static guint32
fields_of(RaChange what)
{
    guint32 flags = 0;
    if ((what & RA_CHANGED_RECT) != 0)
        flags |= WINDOW_ORDER_FIELD_CLIENT_AREA_OFFSET | WINDOW_ORDER_FIELD_CLIENT_AREA_SIZE |
                 WINDOW_ORDER_FIELD_WND_OFFSET | WINDOW_ORDER_FIELD_WND_CLIENT_DELTA |
                 WINDOW_ORDER_FIELD_WND_SIZE | WINDOW_ORDER_FIELD_WND_RECTS |
                 WINDOW_ORDER_FIELD_VIS_OFFSET | WINDOW_ORDER_FIELD_VISIBILITY;
    if ((what & RA_CHANGED_TITLE) != 0)
        flags |= WINDOW_ORDER_FIELD_TITLE;
    if ((what & RA_CHANGED_HINTS) != 0)
        flags |= WINDOW_ORDER_FIELD_OWNER | WINDOW_ORDER_FIELD_STYLE;
    if ((what & RA_CHANGED_STATE) != 0)
        flags |= WINDOW_ORDER_FIELD_SHOW | WINDOW_ORDER_FIELD_STYLE;
    return flags;
}

// Not within a character, whose first half is 0xd800…0xdbff.
static glong
cut_units(const gunichar2 *text, glong units)
{
    if (units <= TITLE_UNITS_MAX)
        return units;
    return (text[TITLE_UNITS_MAX - 1] & 0xfc00) == 0xd800 ? TITLE_UNITS_MAX - 1 : TITLE_UNITS_MAX;
}

bool
ra_window_orders_state(RaLink *link, const RaWindow *window, bool create, RaChange what)
{
    guint32 flags = fields_of(create ? RA_CHANGED_ALL : what);
    if (flags == 0)
        return true;
    glong units = 0;
    g_autofree gunichar2 *title = g_utf8_to_utf16(window->title, -1, NULL, &units, NULL);
    if (title == NULL)
        units = 0;
    units = cut_units(title, units);
    RaStyle style = ra_window_style(window);
    const RaRect *r = &window->rect;
    RECTANGLE_16 whole = {0, 0, (UINT16)r->width, (UINT16)r->height};
    WINDOW_STATE_ORDER state = {
        .ownerWindowId = window->owner_id,
        .style = style.style,
        .extendedStyle = style.ex_style,
        .showState = style.show,
        .titleInfo = {(UINT16)(units * 2), (BYTE *)title},
        .clientOffsetX = r->x,
        .clientOffsetY = r->y,
        .clientAreaWidth = (UINT32)r->width,
        .clientAreaHeight = (UINT32)r->height,
        .windowOffsetX = r->x,
        .windowOffsetY = r->y,
        .windowWidth = (UINT32)r->width,
        .windowHeight = (UINT32)r->height,
        .numWindowRects = 1,
        .windowRects = &whole,
        .visibleOffsetX = r->x,
        .visibleOffsetY = r->y,
        .numVisibilityRects = 1,
        .visibilityRects = &whole,
    };
    WINDOW_ORDER_INFO info = {
        .windowId = window->id,
        .fieldFlags = WINDOW_ORDER_TYPE_WINDOW | flags | (create ? WINDOW_ORDER_STATE_NEW : 0),
    };
    ra_link_flush_channels(link);
    return ra_window_orders_send_state(link, &info, &state);
}

bool
ra_window_orders_delete(RaLink *link, guint32 id)
{
    WINDOW_ORDER_INFO info = {
        .windowId = id,
        .fieldFlags = WINDOW_ORDER_TYPE_WINDOW | WINDOW_ORDER_STATE_DELETED,
    };
    ra_link_flush_channels(link);
    return ra_window_orders_send_delete(link, &info);
}

// Device-independent bitmaps are bottom-up; the mask has a bit for each pixel that is not seen. The
// two are the caller's to free.
static ICON_INFO
icon_bits(const guint8 *bgra, guint width, guint height, RaIconSlot slot)
{
    guint mask_stride = (width + 31) / 32 * 4;
    guint8 *color = g_malloc(width * height * 4);
    guint8 *mask = g_malloc0(mask_stride * height);
    for (guint y = 0; y < height; y++) {
        const guint8 *row = bgra + y * width * 4;
        guint flipped = height - 1 - y;
        memcpy(color + flipped * width * 4, row, width * 4);
        for (guint x = 0; x < width; x++)
            if (row[x * 4 + 3] == 0)
                mask[flipped * mask_stride + x / 8] |= (guint8)(0x80 >> (x % 8));
    }
    return (ICON_INFO){
        .cacheEntry = slot.entry,
        .cacheId = slot.cache,
        .bpp = 32,
        .width = width,
        .height = height,
        .cbBitsMask = mask_stride * height,
        .cbBitsColor = width * height * 4,
        .bitsMask = mask,
        .bitsColor = color,
    };
}

bool
ra_window_orders_icon(RaLink *link, guint32 id, const RaIcon *icon, RaIconSlot slot, bool big)
{
    // 0xAARRGGBB in the machine's order is BGRA on every machine this is built for.
    G_STATIC_ASSERT(G_BYTE_ORDER == G_LITTLE_ENDIAN);
    ICON_INFO bits =
        icon_bits((const guint8 *)icon->argb, (guint)icon->width, (guint)icon->height, slot);
    g_autofree guint8 *color = bits.bitsColor;
    g_autofree guint8 *mask = bits.bitsMask;
    WINDOW_ORDER_INFO info = {
        .windowId = id,
        .fieldFlags =
            WINDOW_ORDER_TYPE_WINDOW | WINDOW_ORDER_ICON | (big ? WINDOW_ORDER_FIELD_ICON_BIG : 0),
    };
    WINDOW_ICON_ORDER order = {&bits};
    ra_link_flush_channels(link);
    return ra_window_orders_send_icon(link, &info, &order);
}

bool
ra_window_orders_cached_icon(RaLink *link, guint32 id, RaIconSlot slot, bool big)
{
    WINDOW_ORDER_INFO info = {
        .windowId = id,
        .fieldFlags = WINDOW_ORDER_TYPE_WINDOW | WINDOW_ORDER_CACHED_ICON |
                      (big ? WINDOW_ORDER_FIELD_ICON_BIG : 0),
    };
    WINDOW_CACHED_ICON_ORDER order = {{.cacheEntry = slot.entry, .cacheId = slot.cache}};
    ra_link_flush_channels(link);
    return ra_window_orders_send_cached_icon(link, &info, &order);
}

bool
ra_window_orders_notify_icon(RaLink *link, const RaNotifyIcon *icon, bool create)
{
    static const RaIconSlot not_cached = {0xff, 0xffff};
    glong units = 0;
    g_autofree gunichar2 *tip = g_utf8_to_utf16(icon->tip, -1, NULL, &units, NULL);
    if (tip == NULL)
        units = 0;
    units = cut_units(tip, units);
    NOTIFY_ICON_STATE_ORDER state = {
        .version = icon->version,
        .toolTip = {(UINT16)(units * 2), (BYTE *)tip},
        .state = icon->hidden ? NOTIFY_HIDDEN : 0,
    };
    WINDOW_ORDER_INFO info = {
        .windowId = icon->id,
        .notifyIconId = NOTIFY_ID,
        .fieldFlags = WINDOW_ORDER_TYPE_NOTIFY | WINDOW_ORDER_FIELD_NOTIFY_VERSION |
                      WINDOW_ORDER_FIELD_NOTIFY_TIP | WINDOW_ORDER_FIELD_NOTIFY_STATE |
                      (create ? WINDOW_ORDER_STATE_NEW : 0),
    };
    if (icon->bgra != NULL) {
        info.fieldFlags |= WINDOW_ORDER_ICON;
        state.icon = icon_bits(icon->bgra, icon->width, icon->height, not_cached);
    }
    ra_link_flush_channels(link);
    bool sent = ra_window_orders_send_notify_icon(link, &info, &state);
    g_free(state.icon.bitsColor);
    g_free(state.icon.bitsMask);
    return sent;
}

bool
ra_window_orders_notify_icon_gone(RaLink *link, guint32 id)
{
    WINDOW_ORDER_INFO info = {
        .windowId = id,
        .notifyIconId = NOTIFY_ID,
        .fieldFlags = WINDOW_ORDER_TYPE_NOTIFY | WINDOW_ORDER_STATE_DELETED,
    };
    ra_link_flush_channels(link);
    return ra_window_orders_send_notify_icon_gone(link, &info);
}

bool
ra_window_orders_desktop(RaLink *link, guint32 flags, const guint32 *ids, guint count,
                         guint32 active)
{
    WINDOW_ORDER_INFO info = {.fieldFlags = WINDOW_ORDER_TYPE_DESKTOP | flags};
    MONITORED_DESKTOP_ORDER order = {
        .activeWindowId = active,
        .numWindowIds = MIN(count, DESKTOP_IDS_MAX),
        .windowIds = (UINT32 *)ids,
    };
    ra_link_flush_channels(link);
    return ra_window_orders_send_desktop(link, &info, &order);
}
