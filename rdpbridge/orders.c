// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/orders.h"

#include "channel/utf8.h"
#include "rdpbridge/icon.h"

#include <freerdp/window.h>
#include <string.h>
#include <winpr/string.h>

#define ICON_CACHES 3
#define ICON_ENTRIES 12
#define ICON_NOT_CACHED 0xffffu
#define NOTIFY_HIDDEN 1u // NIS_HIDDEN

typedef struct {
    guint8 *bgra;
    guint32 width, height;
} CachedIcon;

struct BridgeOrders {
    BridgeModel *model;
    const BridgeOrdersHandlers *handlers;
    BridgeTray *tray;
    gpointer user;
    gboolean said_too_many;
    CachedIcon icons[ICON_CACHES][ICON_ENTRIES];
};

// The library's window callbacks carry only the context.
static BridgeOrders *(*find_registered)(rdpContext *context);

// Of an order that came.
static BridgeOrders *
find_orders(rdpContext *context)
{
    BridgeOrders *o = find_registered(context);

    o->handlers->came(o->user);
    return o;
}

BridgeOrders *
bridge_orders_new(BridgeModel *model, BridgeTray *tray, const BridgeOrdersHandlers *handlers,
                  gpointer user)
{
    BridgeOrders *o = g_new0(BridgeOrders, 1);

    o->model = model;
    o->handlers = handlers;
    o->tray = tray;
    o->user = user;
    return o;
}

void
bridge_orders_free(BridgeOrders *o)
{
    if (!o)
        return;
    for (guint c = 0; c < ICON_CACHES; c++)
        for (guint e = 0; e < ICON_ENTRIES; e++)
            free(o->icons[c][e].bgra);
    g_free(o);
}

static void
clean_title(const RAIL_UNICODE_STRING *untrusted_text, char *title, gsize capacity)
{
    gsize size = 0;
    char *text = NULL;

    *title = 0;
    if (untrusted_text->string && untrusted_text->length >= sizeof(WCHAR))
        text = ConvertWCharNToUtf8Alloc((const WCHAR *)untrusted_text->string,
                                        untrusted_text->length / sizeof(WCHAR), &size);
    if (text)
        chan_utf8_clean(CHAN_SPAN(text, size), title, capacity);
    free(text);
}

// What of the window is seen ([MS-RDPERP] 2.2.1.3.1.2.1, VisibilityRects); FALSE where its place is
// not told.
static gboolean
read_shape(guint32 fields, const WINDOW_STATE_ORDER *state, BridgeRegion *shape)
{
    gboolean own = (fields & WINDOW_ORDER_FIELD_VIS_OFFSET) != 0;
    gint32 x = own ? state->visibleOffsetX : state->windowOffsetX;
    gint32 y = own ? state->visibleOffsetY : state->windowOffsetY;

    if (!(fields & WINDOW_ORDER_FIELD_VISIBILITY) || !state->visibilityRects ||
        !(fields & (WINDOW_ORDER_FIELD_VIS_OFFSET | WINDOW_ORDER_FIELD_WND_OFFSET)))
        return FALSE;
    x = CLAMP(x, -VIEW_COORD_MAX, VIEW_COORD_MAX);
    y = CLAMP(y, -VIEW_COORD_MAX, VIEW_COORD_MAX);
    for (guint32 i = 0; i < MIN(state->numVisibilityRects, BRIDGE_REGION_MAX); i++) {
        const RECTANGLE_16 *r = &state->visibilityRects[i];
        if (r->right > r->left && r->bottom > r->top)
            bridge_region_add(shape,
                              (ViewRect){x + r->left, y + r->top, (guint32)(r->right - r->left),
                                         (guint32)(r->bottom - r->top)});
    }
    return TRUE;
}

static BOOL
on_state(rdpContext *context, const WINDOW_ORDER_INFO *info, const WINDOW_STATE_ORDER *state)
{
    BridgeOrders *o = find_orders(context);
    char title[VIEW_TITLE_MAX + 1];
    BridgeOrder order = {.owner_id = state->ownerWindowId,
                         .style = state->style,
                         .ex_style = state->extendedStyle,
                         .show = state->showState & 0xff,
                         .title = title,
                         .x = state->windowOffsetX,
                         .y = state->windowOffsetY,
                         .width = state->windowWidth,
                         .height = state->windowHeight,
                         .client = {state->windowClientDeltaX, state->windowClientDeltaY,
                                    state->clientAreaWidth, state->clientAreaHeight}};
    static const struct {
        guint32 rail, own;
    } fields[] = {
        {WINDOW_ORDER_FIELD_OWNER, BRIDGE_ORDER_OWNER},
        {WINDOW_ORDER_FIELD_STYLE, BRIDGE_ORDER_STYLE},
        {WINDOW_ORDER_FIELD_SHOW, BRIDGE_ORDER_SHOW},
        {WINDOW_ORDER_FIELD_TITLE, BRIDGE_ORDER_TITLE},
        {WINDOW_ORDER_FIELD_WND_OFFSET, BRIDGE_ORDER_OFFSET},
        {WINDOW_ORDER_FIELD_WND_SIZE, BRIDGE_ORDER_SIZE},
        {WINDOW_ORDER_FIELD_WND_CLIENT_DELTA, BRIDGE_ORDER_CLIENT},
        {WINDOW_ORDER_FIELD_CLIENT_AREA_SIZE, BRIDGE_ORDER_CLIENT_SIZE},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(fields); i++)
        if (info->fieldFlags & fields[i].rail)
            order.fields |= fields[i].own;
    clean_title(&state->titleInfo, title, sizeof title);
    gboolean is_new = (info->fieldFlags & WINDOW_ORDER_STATE_NEW) != 0;
    if (info->windowId == BRIDGE_SCREEN_ID)
        return TRUE;
    o->handlers->monitored(TRUE, o->user);
    BridgeRegion shape = {0};
    order.shape = &shape;
    if (read_shape(info->fieldFlags, state, &shape))
        order.fields |= BRIDGE_ORDER_SHAPE;
    if (!bridge_model_order(o->model, info->windowId, is_new, &order) && !o->said_too_many) {
        o->said_too_many = TRUE;
        o->handlers->too_many(o->user);
    }
    bridge_region_clear(&shape);
    return TRUE;
}

static BOOL
on_delete(rdpContext *context, const WINDOW_ORDER_INFO *info)
{
    BridgeOrders *o = find_orders(context);

    if (info->windowId != BRIDGE_SCREEN_ID)
        bridge_model_delete(o->model, info->windowId);
    return TRUE;
}

static CachedIcon *
cache_slot(BridgeOrders *o, guint32 untrusted_cache, guint32 untrusted_entry)
{
    if (untrusted_cache >= ICON_CACHES || untrusted_entry >= ICON_ENTRIES)
        return NULL;
    return &o->icons[untrusted_cache][untrusted_entry];
}

// Without pixels when there is no memory for them.
static CachedIcon
copy_of(const CachedIcon *icon)
{
    gsize size = (gsize)icon->width * icon->height * 4;
    CachedIcon copy = {malloc(size), icon->width, icon->height};

    if (copy.bgra)
        memcpy(copy.bgra, icon->bgra, size);
    return copy;
}

static void
give_icon(BridgeOrders *o, guint32 window, const CachedIcon *icon)
{
    CachedIcon copy = window == BRIDGE_SCREEN_ID ? (CachedIcon){0} : copy_of(icon);

    if (copy.bgra)
        bridge_model_take_icon(o->model, window, copy.bgra, copy.width, copy.height);
}

// Converted, and kept where the order says so. FALSE: a bad one, which costs only itself.
static gboolean
take_icon_info(BridgeOrders *o, const ICON_INFO *i, CachedIcon *out)
{
    BridgeIcon icon = {i->width,
                       i->height,
                       i->bpp,
                       CHAN_SPAN(i->bitsColor, i->cbBitsColor),
                       CHAN_SPAN(i->bitsMask, i->cbBitsMask),
                       CHAN_SPAN(i->colorTable, i->cbColorTable)};

    if (i->width > VIEW_ICON_SIDE_MAX || i->height > VIEW_ICON_SIDE_MAX)
        return FALSE;
    *out = (CachedIcon){malloc((gsize)i->width * i->height * 4 + 1), i->width, i->height};
    if (!out->bgra || !bridge_icon_convert(&icon, out->bgra)) {
        g_clear_pointer(&out->bgra, free); // the caller's to free otherwise
        return FALSE;
    }
    CachedIcon *slot =
        i->cacheEntry == ICON_NOT_CACHED ? NULL : cache_slot(o, i->cacheId, i->cacheEntry);
    if (slot) {
        free(slot->bgra);
        *slot = copy_of(out);
    }
    return TRUE;
}

static const CachedIcon *
cached(BridgeOrders *o, const CACHED_ICON_INFO *info)
{
    const CachedIcon *slot = cache_slot(o, info->cacheId, info->cacheEntry);

    return slot && slot->bgra ? slot : NULL;
}

static BOOL
on_icon(rdpContext *context, const WINDOW_ORDER_INFO *info, const WINDOW_ICON_ORDER *order)
{
    BridgeOrders *o = find_orders(context);
    CachedIcon icon;

    if (take_icon_info(o, order->iconInfo, &icon))
        bridge_model_take_icon(o->model, info->windowId, icon.bgra, icon.width, icon.height);
    return TRUE;
}

static BOOL
on_cached_icon(rdpContext *context, const WINDOW_ORDER_INFO *info,
               const WINDOW_CACHED_ICON_ORDER *order)
{
    BridgeOrders *o = find_orders(context);
    const CachedIcon *slot = cached(o, &order->cachedIcon);

    if (slot)
        give_icon(o, info->windowId, slot);
    return TRUE;
}

static void
pop_up_balloon(BridgeOrders *o, const WINDOW_ORDER_INFO *info, const NOTIFY_ICON_INFOTIP *balloon)
{
    char title[CHAN_NAME_MAX + 1], text[CTL_TEXT_MAX];

    clean_title(&balloon->title, title, sizeof title);
    clean_title(&balloon->text, text, sizeof text);
    if (*text) // without: the former one goes
        bridge_tray_balloon(o->tray, info->windowId, info->notifyIconId, title, text);
}

// New and existing notification icons ([MS-RDPERP] 2.2.1.3.2.2.1).
static BOOL
on_notify_icon(rdpContext *context, const WINDOW_ORDER_INFO *info,
               const NOTIFY_ICON_STATE_ORDER *state)
{
    BridgeOrders *o = find_orders(context);
    char tip[CHAN_NAME_MAX + 1];
    CachedIcon own = {0};
    const CachedIcon *icon = NULL;
    BridgeTrayOrder order = {.is_new = (info->fieldFlags & WINDOW_ORDER_STATE_NEW) != 0,
                             .version = state->version,
                             .hidden = state->state & NOTIFY_HIDDEN};

    if (info->fieldFlags & WINDOW_ORDER_FIELD_NOTIFY_VERSION)
        order.fields |= BRIDGE_TRAY_VERSION;
    if (info->fieldFlags & WINDOW_ORDER_FIELD_NOTIFY_STATE)
        order.fields |= BRIDGE_TRAY_STATE;
    if (info->fieldFlags & WINDOW_ORDER_FIELD_NOTIFY_TIP) {
        clean_title(&state->toolTip, tip, sizeof tip);
        order.fields |= BRIDGE_TRAY_TIP;
        order.tip = tip;
    }
    if (info->fieldFlags & WINDOW_ORDER_ICON && take_icon_info(o, &state->icon, &own))
        icon = &own;
    else if (info->fieldFlags & WINDOW_ORDER_CACHED_ICON)
        icon = cached(o, &state->cachedIcon);
    if (icon) {
        order.fields |= BRIDGE_TRAY_ICON;
        order.bgra = icon->bgra;
        order.width = icon->width;
        order.height = icon->height;
    }
    bridge_tray_order(o->tray, info->windowId, info->notifyIconId, &order);
    if (info->fieldFlags & WINDOW_ORDER_FIELD_NOTIFY_INFO_TIP)
        pop_up_balloon(o, info, &state->infoTip);
    free(own.bgra);
    return TRUE;
}

static BOOL
on_notify_icon_gone(rdpContext *context, const WINDOW_ORDER_INFO *info)
{
    bridge_tray_delete(find_orders(context)->tray, info->windowId, info->notifyIconId);
    return TRUE;
}

// The standard discards all windows when they are about to be told again ([MS-RDPERP] 3.2.5.1,
// desktop orders): those that are not told are discarded when all were.
static BOOL
on_desktop(rdpContext *context, const WINDOW_ORDER_INFO *info, const MONITORED_DESKTOP_ORDER *order)
{
    BridgeOrders *o = find_orders(context);

    o->handlers->monitored(TRUE, o->user);
    if (info->fieldFlags & WINDOW_ORDER_FIELD_DESKTOP_ARC_BEGAN)
        bridge_model_sync_began(o->model);
    if (info->fieldFlags & WINDOW_ORDER_FIELD_DESKTOP_ZORDER && order->windowIds)
        bridge_model_stack(o->model, order->windowIds, order->numWindowIds);
    if (info->fieldFlags & WINDOW_ORDER_FIELD_DESKTOP_ACTIVE_WND)
        bridge_model_active(o->model, order->activeWindowId);
    if (info->fieldFlags & WINDOW_ORDER_FIELD_DESKTOP_ARC_COMPLETED)
        bridge_model_sync_completed(o->model);
    return TRUE;
}

// Another desktop has the screen: who signs in, unlocks, or is asked by UAC.
static BOOL
on_no_desktop(rdpContext *context, const WINDOW_ORDER_INFO *info)
{
    BridgeOrders *o = find_orders(context);

    o->handlers->monitored(FALSE, o->user);
    return TRUE;
}

void
bridge_orders_register(rdpContext *context, BridgeOrders *(*find)(rdpContext *context))
{
    rdpWindowUpdate *window = context->update->window;

    find_registered = find;
    window->WindowCreate = on_state;
    window->WindowUpdate = on_state;
    window->WindowDelete = on_delete;
    window->WindowIcon = on_icon;
    window->WindowCachedIcon = on_cached_icon;
    window->NotifyIconCreate = on_notify_icon;
    window->NotifyIconUpdate = on_notify_icon;
    window->NotifyIconDelete = on_notify_icon_gone;
    window->MonitoredDesktop = on_desktop;
    window->NonMonitoredDesktop = on_no_desktop;
}
