// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/windows.h"

#include "guestagent/remoteapp/icon_cache.h"
#include "guestagent/remoteapp/window_orders.h"

#define SMALL_ICON_SIDE 16
#define BIG_ICON_SIDE 32                // for clients that do not say that they take larger ones
#define ICONS_FIRST_BYTES (512u * 1024) // larger ones come after a new window's first pixels

typedef struct {
    guint32 id;
    RaChange pending;
    RaRect rect; // as the client knows it
    bool app_told;
} Known;

struct RaWindows {
    RaLink *link;
    RaDesktop *desktop;
    RaRail *rail;
    RaGraphics *graphics;
    RaWindowChannel *channel;
    RaIconCache *icons;
    RaRect work_area;
    bool announced;
    GHashTable *known; // id → Known
    bool pending;      // one of them may have something the client does not know
    GArray *stack;     // last told, top first
    guint32 active;
    guint32 active_told;
};

static Known *
find(const RaWindows *ws, guint32 id)
{
    return g_hash_table_lookup(ws->known, GUINT_TO_POINTER(id));
}

// ---- icons ----

static int
side_of(const RaIcon *icon)
{
    return MAX(icon->width, icon->height);
}

// The icon that fits best: the smallest of at least side, or the largest there is.
static const RaIcon *
choose_icon(const RaWindow *window, int side)
{
    const RaIcon *best = NULL;
    for (guint i = 0; i < window->n_icons; i++) {
        const RaIcon *icon = &window->icons[i];
        bool larger = best == NULL || (side_of(best) < side && side_of(icon) > side_of(best));
        bool closer = best != NULL && side_of(icon) >= side && side_of(icon) < side_of(best);
        if (larger || closer)
            best = icon;
    }
    return best;
}

static void
push_icon(RaWindows *ws, guint32 id, const RaIcon *icon, bool big)
{
    if (icon == NULL)
        return;
    RaIconSlot slot;
    RaIcon square = ra_icon_square(icon, RA_ICON_SIDE_MAX);
    if (ra_icon_cache_find(ws->icons, &square, &slot))
        (void)ra_window_orders_cached_icon(ws->link, id, slot, big);
    else
        (void)ra_window_orders_icon(ws->link, id, &square, slot, big);
    g_free((gpointer)square.argb);
}

static void
push_icons(RaWindows *ws, const RaWindow *window)
{
    int side = ra_rail_large_icons(ws->rail) ? RA_ICON_SIDE_MAX : BIG_ICON_SIDE;
    push_icon(ws, window->id, choose_icon(window, side), true);
    push_icon(ws, window->id, choose_icon(window, SMALL_ICON_SIDE), false);
}

// ---- windows ----

static bool
same_rect(const RaRect *a, const RaRect *b)
{
    return a->x == b->x && a->y == b->y && a->width == b->width && a->height == b->height;
}

static void
push_rest(RaWindows *ws, Known *k, const RaWindow *window, RaChange what)
{
    if ((what & RA_CHANGED_ICON) != 0 && !ra_window_channel_ready(ws->channel))
        push_icons(ws, window);
    if ((what & RA_CHANGED_HINTS) != 0 && window->kind != RA_KIND_POPUP &&
        window->kind != RA_KIND_TOOLTIP)
        ra_rail_min_max(ws->rail, window, &ws->work_area);
    bool tell = ra_rail_casement(ws->rail) && (*window->app_id != '\0' || k->app_told);
    if ((what & RA_CHANGED_APP) != 0 && tell) {
        ra_rail_app_id(ws->rail, window);
        k->app_told = true;
    }
}

static bool
has_large_icons(const RaWindow *window)
{
    gsize bytes = 0;
    for (guint i = 0; i < window->n_icons; i++)
        bytes += (gsize)window->icons[i].width * (gsize)window->icons[i].height * 4;
    return bytes > ICONS_FIRST_BYTES;
}

// Before its pixels, so that the client knows how to show it first.
static void
push_properties(RaWindows *ws, const RaWindow *window, RaChange what)
{
    if ((what & RA_CHANGED_MONITORS) != 0) // before it becomes full-screen
        ra_window_channel_monitors(ws->channel, window);
    if ((what & RA_CHANGED_GROUP) != 0)
        ra_window_channel_group(ws->channel, window);
    if ((what & RA_CHANGED_WORKSPACE) != 0) // before it leaves all of them
        ra_window_channel_workspace(ws->channel, window);
    if ((what & RA_CHANGED_HINTS) != 0)
        ra_window_channel_props(ws->channel, window);
    if ((what & RA_CHANGED_NAMES) != 0)
        ra_window_channel_names(ws->channel, window);
    if ((what & RA_CHANGED_ICON) != 0)
        ra_window_channel_icons(ws->channel, window);
    if ((what & RA_CHANGED_SHAPE) != 0)
        ra_window_channel_shapes(ws->channel, window);
}

// Tells the client what it does not know yet of the window.
static void
push(RaWindows *ws, Known *k, const RaWindow *window, bool create)
{
    bool resized = k->rect.width != window->rect.width || k->rect.height != window->rect.height;
    if (!create && resized && !ra_graphics_may_resize(ws->graphics, k->id)) {
        ws->pending = true;
        return;
    }
    RaChange what = k->pending;
    if (!create && same_rect(&k->rect, &window->rect) && (what & RA_CHANGED_STATE) == 0)
        what &= (RaChange)~RA_CHANGED_RECT;
    k->pending = 0;
    if (create && ra_window_channel_ready(ws->channel) && has_large_icons(window)) {
        what &= (RaChange)~RA_CHANGED_ICON;
        k->pending = RA_CHANGED_ICON;
        ws->pending = true;
    }
    k->rect = window->rect;
    // The window channel tells the whole title; that of an order does not count then.
    bool whole = !create && ra_window_channel_ready(ws->channel);
    (void)ra_window_orders_state(ws->link, window, create,
                                 whole ? what & (RaChange)~RA_CHANGED_TITLE : what);
    push_properties(ws, window, what);
    ra_graphics_window(ws->graphics, k->id, window->rect.width, window->rect.height, window->alpha);
    push_rest(ws, k, window, what);
}

// active_too: with the active window, which the client would take for news.
static void
push_order(RaWindows *ws, guint32 wanted_active, bool active_too)
{
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(guint32));
    for (guint i = 0; i < ws->stack->len; i++) {
        guint32 id = g_array_index(ws->stack, guint32, i);
        if (find(ws, id) != NULL)
            g_array_append_val(ids, id);
    }
    guint32 active = find(ws, wanted_active) != NULL ? wanted_active : 0;
    guint32 flags = WINDOW_ORDER_FIELD_DESKTOP_ZORDER;
    if (active_too || active != ws->active_told)
        flags |= WINDOW_ORDER_FIELD_DESKTOP_ACTIVE_WND;
    ws->active_told = active;
    (void)ra_window_orders_desktop(ws->link, flags, (const guint32 *)(const void *)ids->data,
                                   ids->len, active);
}

static void
push_stack(RaWindows *ws, bool active_too)
{
    push_order(ws, ws->active, active_too);
}

static void
create(RaWindows *ws, const RaWindow *window)
{
    Known *k = g_new0(Known, 1);
    k->id = window->id;
    k->pending = RA_CHANGED_ALL;
    g_hash_table_insert(ws->known, GUINT_TO_POINTER(k->id), k);
    push(ws, k, window, true);
}

void
ra_windows_announce(RaWindows *ws)
{
    ws->announced = true;
    (void)ra_window_orders_desktop(
        ws->link, WINDOW_ORDER_FIELD_DESKTOP_HOOKED | WINDOW_ORDER_FIELD_DESKTOP_ARC_BEGAN, NULL, 0,
        0);
    g_autoptr(GPtrArray) all = ra_desktop_windows(ws->desktop);
    // Owners first: a client may want to know them when their dialogs come.
    for (int owned = 0; owned < 2; owned++)
        for (guint i = 0; i < all->len; i++) {
            const RaWindow *window = g_ptr_array_index(all, i);
            if ((window->owner_id != 0) == owned)
                create(ws, window);
        }
    push_stack(ws, true);
    (void)ra_window_orders_desktop(ws->link, WINDOW_ORDER_FIELD_DESKTOP_ARC_COMPLETED, NULL, 0, 0);
    ra_graphics_pump(ws->graphics);
}

void
ra_windows_graphics_ready(RaWindows *ws)
{
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, ws->known);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const Known *k = value;
        const RaWindow *window = ra_desktop_window(ws->desktop, k->id);
        if (window != NULL)
            ra_graphics_window(ws->graphics, k->id, k->rect.width, k->rect.height, window->alpha);
    }
    ra_graphics_pump(ws->graphics);
}

void
ra_windows_channel_ready(RaWindows *ws)
{
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, ws->known);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const RaWindow *window = ra_desktop_window(ws->desktop, ((const Known *)value)->id);
        if (window != NULL)
            push_properties(ws, window, RA_CHANGED_ALL);
    }
    ra_link_send(ws->link);
}

void
ra_windows_continue(RaWindows *ws)
{
    GHashTableIter iter;
    gpointer value;
    if (!ws->pending)
        return;
    ws->pending = false;
    g_hash_table_iter_init(&iter, ws->known);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        Known *k = value;
        const RaWindow *window = k->pending != 0 ? ra_desktop_window(ws->desktop, k->id) : NULL;
        if (window != NULL)
            push(ws, k, window, false);
    }
}

void
ra_windows_new_window(RaWindows *ws, const RaWindow *window)
{
    if (!ws->announced || find(ws, window->id) != NULL)
        return;
    create(ws, window);
    ra_graphics_pump(ws->graphics);
}

void
ra_windows_changed(RaWindows *ws, const RaWindow *window, RaChange what)
{
    Known *k = find(ws, window->id);
    if (k == NULL)
        return;
    // Also where the rest has to wait: what the client says next would be taken for the answer.
    if ((what & RA_CHANGED_WORKSPACE) != 0)
        ra_window_channel_workspace(ws->channel, window);
    k->pending |= what & (RaChange)~RA_CHANGED_WORKSPACE;
    push(ws, k, window, false);
    ra_graphics_pump(ws->graphics);
}

void
ra_windows_gone(RaWindows *ws, guint32 id)
{
    if (find(ws, id) == NULL)
        return;
    ra_graphics_gone(ws->graphics, id);
    (void)ra_window_orders_delete(ws->link, id);
    g_hash_table_remove(ws->known, GUINT_TO_POINTER(id));
    ra_link_send(ws->link);
}

void
ra_windows_stack(RaWindows *ws, const guint32 *ids, guint count, guint32 active)
{
    g_array_set_size(ws->stack, 0);
    g_array_append_vals(ws->stack, ids, count);
    ws->active = active;
    bool asked = ra_rail_active(ws->rail, active) != active;
    if (!ws->announced)
        return;
    push_stack(ws, asked);
    ra_link_send(ws->link);
}

void
ra_windows_asks_active(RaWindows *ws, guint32 id)
{
    if (!ws->announced || find(ws, id) == NULL)
        return;
    push_order(ws, id, true);
    if (ws->active != id)
        push_stack(ws, true); // asked for only: the client decides
    ra_link_send(ws->link);
}

void
ra_windows_client_moved(RaWindows *ws, guint32 id, const RaRect *rect)
{
    Known *k = find(ws, id);
    if (k == NULL)
        return;
    // A new size still needs its surface, and with it the order.
    k->rect.x = rect->x;
    k->rect.y = rect->y;
}

void
ra_windows_work_area(RaWindows *ws, const RaRect *area)
{
    ws->work_area = *area;
}

RaWindows *
ra_windows_new(RaLink *link, RaDesktop *desktop, RaRail *rail, RaGraphics *graphics,
               RaWindowChannel *channel)
{
    RaWindows *ws = g_new0(RaWindows, 1);
    ws->link = link;
    ws->desktop = desktop;
    ws->rail = rail;
    ws->graphics = graphics;
    ws->channel = channel;
    const rdpSettings *settings = ra_link_settings(link);
    ws->icons = ra_icon_cache_new(
        freerdp_settings_get_uint32(settings, FreeRDP_RemoteAppNumIconCaches),
        freerdp_settings_get_uint32(settings, FreeRDP_RemoteAppNumIconCacheEntries));
    ws->known = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    ws->stack = g_array_new(FALSE, FALSE, sizeof(guint32));
    ra_desktop_screen_size(desktop, &ws->work_area.width, &ws->work_area.height);
    return ws;
}

void
ra_windows_free(RaWindows *ws)
{
    if (ws == NULL)
        return;
    ra_icon_cache_free(ws->icons);
    g_hash_table_unref(ws->known);
    g_array_unref(ws->stack);
    g_free(ws);
}
