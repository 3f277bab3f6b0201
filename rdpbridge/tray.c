// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/tray.h"

#include "channel/glib/timer.h"
#include "channel/rail.h"
#include "channel/tray_menu.h"
#include "rdpbridge/limits.h"

#include <string.h>

#define DOUBLE_CLICK_US (500 * 1000)
#define VERSION_SELECT 3 // from it on windows get NIN_SELECT as well
#define VERSION_MENU 4   // and WM_CONTEXTMENU when the mouse opens a menu, as the keyboard does

// Messages of a Client Notify Event PDU ([MS-RDPERP] 2.2.2.6.4).
enum {
    CONTEXT_MENU = 0x007b,
    LEFT_DOWN = 0x0201,
    LEFT_UP = 0x0202,
    LEFT_DOUBLE = 0x0203,
    RIGHT_DOWN = 0x0204,
    RIGHT_UP = 0x0205,
    SELECT = 0x0400,
};

typedef struct {
    CtlTray head; // as the broker is told it
    guint8 *bgra; // halved until it fits; NULL: none
    guint32 version;
    GBytes *menu; // NULL: none has come
    gboolean dirty, menu_dirty, told;
    gint64 clicked; // monotonic
} Icon;

struct BridgeTray {
    GMainContext *context;
    const BridgeTrayOut *out;
    gpointer user;
    GPtrArray *icons;
    GSource *timer;
    gint64 balloon; // when the last one was told
};

static void
icon_free(gpointer data)
{
    Icon *i = data;

    g_free(i->bgra);
    g_clear_pointer(&i->menu, g_bytes_unref);
    g_free(i);
}

BridgeTray *
bridge_tray_new(GMainContext *context, const BridgeTrayOut *out, gpointer user)
{
    BridgeTray *t = g_new0(BridgeTray, 1);

    t->context = context;
    t->out = out;
    t->user = user;
    t->icons = g_ptr_array_new_with_free_func(icon_free);
    return t;
}

void
bridge_tray_free(BridgeTray *t)
{
    if (!t)
        return;
    chan_timer_clear(&t->timer);
    g_ptr_array_unref(t->icons);
    g_free(t);
}

static Icon *
find(const BridgeTray *t, guint32 window, guint32 icon)
{
    for (guint i = 0; i < t->icons->len; i++) {
        Icon *known = t->icons->pdata[i];
        if (known->head.window_id == window && known->head.icon_id == icon)
            return known;
    }
    return NULL;
}

// Telling.

static void
tell_menu(BridgeTray *t, Icon *i)
{
    gsize size = 0;
    gconstpointer bytes = g_bytes_get_data(i->menu, &size);
    CtlTrayMenu head = {.window_id = i->head.window_id, .icon_id = i->head.icon_id};
    guint8 packet[sizeof head + CHAN_TRAY_MENU_BYTES_MAX];

    i->menu_dirty = FALSE;
    CTL_INIT(&head, CTL_TRAY_MENU);
    head.header.size = (guint32)(sizeof head + size);
    memcpy(packet, &head, sizeof head);
    memcpy(packet + sizeof head, bytes, size);
    t->out->tell(packet, head.header.size, t->user);
}

static void
tell_icon(BridgeTray *t, Icon *i)
{
    gsize pixels = i->bgra ? (gsize)i->head.width * i->head.height * 4 : 0;
    g_autofree guint8 *packet = g_malloc(sizeof i->head + pixels);

    i->dirty = FALSE;
    i->told = TRUE;
    CTL_INIT(&i->head, CTL_TRAY);
    i->head.header.size = (guint32)(sizeof i->head + pixels);
    memcpy(packet, &i->head, sizeof i->head);
    if (pixels > 0)
        memcpy(packet + sizeof i->head, i->bgra, pixels);
    t->out->tell(packet, i->head.header.size, t->user);
}

static void
tell(BridgeTray *t, Icon *i)
{
    if (i->dirty)
        tell_icon(t, i);
    if (i->menu_dirty)
        tell_menu(t, i);
}

static void set_timer(BridgeTray *t);

static gboolean
on_timer(gpointer user)
{
    BridgeTray *t = user;
    gboolean left = FALSE;

    chan_timer_clear(&t->timer);
    for (guint i = 0; i < t->icons->len; i++) {
        Icon *icon = t->icons->pdata[i];
        if (t->out->queued(t->user) < LIMIT_TRAY_QUEUED)
            tell(t, icon);
        left = left || icon->dirty || icon->menu_dirty;
    }
    if (left)
        set_timer(t);
    return G_SOURCE_REMOVE;
}

static void
set_timer(BridgeTray *t)
{
    if (t->timer)
        return;
    t->timer = chan_timer_new(t->context, LIMIT_TRAY_TELL_MS, on_timer, t);
}

static void
mark(BridgeTray *t, Icon *i)
{
    i->dirty = TRUE;
    set_timer(t);
}

void
bridge_tray_tell_all(BridgeTray *t)
{
    for (guint i = 0; i < t->icons->len; i++) {
        Icon *icon = t->icons->pdata[i];
        icon->menu_dirty = icon->menu != NULL;
        mark(t, icon);
    }
}

// Orders.

static void
set_picture(Icon *i, const BridgeTrayOrder *order)
{
    guint32 step = 1;

    if (order->width == 0 || order->height == 0)
        return;
    while (order->width / step > CTL_TRAY_SIDE_MAX || order->height / step > CTL_TRAY_SIDE_MAX)
        step *= 2;
    guint32 width = order->width / step, height = order->height / step;
    if (width == 0 || height == 0)
        return; // a line, and no picture
    g_free(i->bgra);
    i->bgra = g_malloc((gsize)width * height * 4);
    i->head.width = width;
    i->head.height = height;
    for (guint32 y = 0; y < height; y++)
        for (guint32 x = 0; x < width; x++)
            memcpy(i->bgra + ((gsize)y * width + x) * 4,
                   order->bgra + ((gsize)y * step * order->width + x * step) * 4, 4);
}

static Icon *
add(BridgeTray *t, guint32 window, guint32 icon)
{
    if (t->icons->len >= BRIDGE_TRAY_MAX)
        return NULL;
    Icon *i = g_new0(Icon, 1);
    i->head.window_id = window;
    i->head.icon_id = icon;
    i->head.app_index = CTL_APP_NONE;
    g_ptr_array_add(t->icons, i);
    t->out->ask_app(window, t->user);
    return i;
}

static gboolean
is_item(const Icon *i)
{
    return (i->version & ~(guint32)CHAN_RAIL_ITEM_FLAGS) == CHAN_RAIL_ITEM;
}

static void
set_version(Icon *i, guint32 version)
{
    i->version = version;
    i->head.flags = 0;
    if (is_item(i) && (version & CHAN_RAIL_ITEM_HAS_MENU))
        i->head.flags |= CTL_TRAY_HAS_MENU;
    if (is_item(i) && (version & CHAN_RAIL_ITEM_IS_MENU))
        i->head.flags |= CTL_TRAY_IS_MENU;
}

void
bridge_tray_order(BridgeTray *t, guint32 window, guint32 icon, const BridgeTrayOrder *order)
{
    Icon *i = find(t, window, icon);

    if (!i && order->is_new)
        i = add(t, window, icon);
    if (!i)
        return;
    if (order->fields & BRIDGE_TRAY_VERSION)
        set_version(i, order->version);
    if (order->fields & BRIDGE_TRAY_STATE)
        i->head.hidden = order->hidden != FALSE;
    if (order->fields & BRIDGE_TRAY_TIP)
        CTL_SET_TEXT(i->head.untrusted_tip, order->tip);
    if (order->fields & BRIDGE_TRAY_ICON)
        set_picture(i, order);
    mark(t, i);
}

void
bridge_tray_delete(BridgeTray *t, guint32 window, guint32 icon)
{
    CtlTrayId gone = {.window_id = window, .icon_id = icon};
    Icon *i = find(t, window, icon);

    if (!i)
        return;
    CTL_INIT(&gone, CTL_TRAY_GONE);
    if (i->told)
        t->out->tell(&gone, sizeof gone, t->user);
    g_ptr_array_remove(t->icons, i);
}

void
bridge_tray_menu(BridgeTray *t, guint32 window, ChanSpan menu)
{
    for (guint n = 0; n < t->icons->len; n++) {
        Icon *i = t->icons->pdata[n];
        if (i->head.window_id != window || !is_item(i))
            continue;
        g_clear_pointer(&i->menu, g_bytes_unref);
        i->menu = g_bytes_new(menu.data, menu.size);
        i->menu_dirty = TRUE;
        set_timer(t);
    }
}

void
bridge_tray_balloon(BridgeTray *t, guint32 window, guint32 icon, const char *title,
                    const char *text)
{
    CtlTrayBalloon m = {.window_id = window, .icon_id = icon};
    gint64 now = g_get_monotonic_time();
    Icon *i = find(t, window, icon);

    if (!i || (t->balloon != 0 && now - t->balloon < (gint64)LIMIT_TRAY_BALLOON_MS * 1000))
        return;
    t->balloon = now;
    if (i->dirty) // the broker knows the icon first
        tell(t, i);
    CTL_INIT(&m, CTL_TRAY_BALLOON);
    CTL_SET_TEXT(m.untrusted_title, title);
    CTL_SET_TEXT(m.untrusted_text, text);
    t->out->tell(&m, sizeof m, t->user);
}

void
bridge_tray_set_app(BridgeTray *t, guint32 window, guint32 app_index)
{
    for (guint n = 0; n < t->icons->len; n++) {
        Icon *i = t->icons->pdata[n];
        if (i->head.window_id != window || i->head.app_index == app_index)
            continue;
        i->head.app_index = app_index;
        mark(t, i);
    }
}

// Clicks.

static void
notify(BridgeTray *t, const Icon *i, guint32 message)
{
    t->out->notify(i->head.window_id, i->head.icon_id, message, t->user);
}

static void
click(BridgeTray *t, Icon *i, gboolean twice)
{
    notify(t, i, twice ? LEFT_DOUBLE : LEFT_DOWN);
    notify(t, i, LEFT_UP);
    if (!twice && i->version >= VERSION_SELECT)
        notify(t, i, SELECT);
}

static void
open_menu(BridgeTray *t, const Icon *i)
{
    notify(t, i, RIGHT_DOWN);
    notify(t, i, RIGHT_UP);
    if (i->version >= VERSION_MENU)
        notify(t, i, CONTEXT_MENU);
}

static gboolean
is_click(const CtlTrayEvent *event)
{
    return event->kind >= CTL_TRAY_ACTIVATE && event->kind <= CTL_TRAY_CONTEXT_MENU;
}

static void
tell_item(BridgeTray *t, const Icon *i, const CtlTrayEvent *event)
{
    static const ChanRailItemEvent kinds[] = {
        [CTL_TRAY_ACTIVATE] = CHAN_RAIL_ITEM_ACTIVATE,
        [CTL_TRAY_SECONDARY] = CHAN_RAIL_ITEM_SECONDARY,
        [CTL_TRAY_CONTEXT_MENU] = CHAN_RAIL_ITEM_CONTEXT_MENU,
        [CTL_TRAY_SCROLL] = CHAN_RAIL_ITEM_SCROLL,
        [CTL_TRAY_SCROLL_RIGHT] = CHAN_RAIL_ITEM_SCROLL_RIGHT,
        [CTL_TRAY_MENU_CLICKED] = CHAN_RAIL_ITEM_MENU_CLICKED,
        [CTL_TRAY_MENU_OPENS] = CHAN_RAIL_ITEM_MENU_OPENS,
        [CTL_TRAY_MENU_CLOSED] = CHAN_RAIL_ITEM_MENU_CLOSED,
    };

    if (event->kind > 0 && event->kind < G_N_ELEMENTS(kinds))
        t->out->notify(i->head.window_id, CHAN_RAIL_ITEM_EVENT + kinds[event->kind],
                       (guint32)event->value, t->user);
}

void
bridge_tray_event(BridgeTray *t, const CtlTrayEvent *event)
{
    Icon *i = find(t, event->window_id, event->icon_id);
    gint64 now = g_get_monotonic_time();

    if (!i)
        return;
    // A program opens its menu where the pointer is.
    if (is_click(event))
        t->out->point(event->x, event->y, t->user);
    if (is_item(i)) {
        tell_item(t, i, event);
    } else if (event->kind == CTL_TRAY_ACTIVATE) {
        gboolean twice = i->clicked != 0 && now - i->clicked < DOUBLE_CLICK_US;
        click(t, i, twice);
        i->clicked = twice ? 0 : now;
    } else if (event->kind == CTL_TRAY_SECONDARY) {
        click(t, i, FALSE);
        click(t, i, TRUE);
    } else if (event->kind == CTL_TRAY_CONTEXT_MENU) {
        open_menu(t, i);
    }
}
