// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/tray_client.h"

#include "guestagent/remoteapp/window_orders.h"

#include <stdlib.h>

#define NOTCH 120
#define NOTCHES_MAX 8
#define VERSION 4 // NOTIFYICON_VERSION_4, for clients that are not ours

// Mouse messages of those ([MS-RDPERP] 2.2.2.6.4).
enum { LEFT_UP = 0x0202, MIDDLE_UP = 0x0208, CONTEXT_MENU = 0x007b };

struct RaTrayClient {
    RaLink *link;
    RaDesktop *desktop;
    RaRail *rail;
    RaWindowChannel *channel;
    RaTray *tray;
    GHashTable *told; // ids
};

RaTrayClient *
ra_tray_client_new(RaLink *link, RaDesktop *desktop, RaRail *rail, RaWindowChannel *channel,
                   RaTray *tray)
{
    RaTrayClient *c = g_new0(RaTrayClient, 1);

    c->link = link;
    c->desktop = desktop;
    c->rail = rail;
    c->channel = channel;
    c->tray = tray;
    c->told = g_hash_table_new(NULL, NULL);
    return c;
}

void
ra_tray_client_free(RaTrayClient *c)
{
    if (!c)
        return;
    g_hash_table_unref(c->told);
    g_free(c);
}

static void
push_order(RaTrayClient *c, RaNotifyIcon *icon, guint32 flags)
{
    icon->version = ra_rail_casement(c->rail) ? CHAN_RAIL_ITEM | flags : VERSION;
    (void)ra_window_orders_notify_icon(c->link, icon,
                                       g_hash_table_add(c->told, GUINT_TO_POINTER(icon->id)));
}

static void
push_icon(RaTrayClient *c, const RaTrayIcon *docked)
{
    RaNotifyIcon icon = {.id = docked->id,
                         .hidden = docked->hidden,
                         .tip = docked->title,
                         .width = RA_ICON_SIDE,
                         .height = RA_ICON_SIDE,
                         .bgra = g_bytes_get_data(docked->bgra, NULL)};

    push_order(c, &icon, 0);
}

static void
push_menu(RaTrayClient *c, const RaTrayLook *look)
{
    gsize size = 0;

    if (!look->menu)
        return;
    const guint8 *bytes = g_bytes_get_data(look->menu, &size);
    ra_window_channel_menu(c->channel, look->id, CHAN_SPAN(bytes, size));
}

static void
push(RaTrayClient *c, const RaTrayLook *look)
{
    RaNotifyIcon icon = {.id = look->id,
                         .hidden = look->hidden,
                         .tip = look->tip,
                         .width = look->picture.width,
                         .height = look->picture.height};

    if (look->picture.bgra)
        icon.bgra = g_bytes_get_data(look->picture.bgra, NULL);
    push_order(c, &icon, look->flags);
}

void
ra_tray_client_icon_changed(RaTrayClient *c, const RaTrayIcon *icon)
{
    if (!ra_rail_ready(c->rail))
        return;
    push_icon(c, icon);
    ra_link_send(c->link);
}

void
ra_tray_client_changed(RaTrayClient *c, const RaTrayLook *look)
{
    if (!ra_rail_ready(c->rail))
        return;
    bool first = !g_hash_table_contains(c->told, GUINT_TO_POINTER(look->id));
    push(c, look);
    if (first)
        push_menu(c, look);
    ra_link_send(c->link);
}

void
ra_tray_client_menu_changed(RaTrayClient *c, const RaTrayLook *look)
{
    if (!g_hash_table_contains(c->told, GUINT_TO_POINTER(look->id)))
        return;
    push_menu(c, look);
    ra_link_send(c->link);
}

void
ra_tray_client_announce(RaTrayClient *c)
{
    const RaTrayIcon *icon;
    bool there;

    for (guint n = 0; (icon = ra_desktop_icon_nth(c->desktop, n)); n++)
        push_icon(c, icon);
    for (guint n = 0;; n++) {
        const RaTrayLook *look = ra_tray_nth(c->tray, n, &there);
        if (!there)
            break;
        if (!look)
            continue;
        push(c, look);
        push_menu(c, look);
    }
    ra_link_send(c->link);
}

void
ra_tray_client_gone(RaTrayClient *c, guint32 id)
{
    if (!g_hash_table_remove(c->told, GUINT_TO_POINTER(id)))
        return;
    (void)ra_window_orders_notify_icon_gone(c->link, id);
    ra_link_send(c->link);
}

static void
icon_event(RaTrayClient *c, guint32 id, const RaTrayEvent *e)
{
    static const guint buttons[] = {[CHAN_RAIL_ITEM_ACTIVATE] = 1,
                                    [CHAN_RAIL_ITEM_SECONDARY] = 2,
                                    [CHAN_RAIL_ITEM_CONTEXT_MENU] = 3};
    int distance = CLAMP(e->value, -NOTCH * NOTCHES_MAX, NOTCH * NOTCHES_MAX);

    // Some trays count notches, others a notch as 120.
    if (abs(distance) < NOTCH)
        distance = CLAMP(distance, -NOTCHES_MAX, NOTCHES_MAX) * NOTCH;
    if (e->kind == CHAN_RAIL_ITEM_SCROLL)
        ra_desktop_icon_scroll(c->desktop, id, 0, -distance, e->x, e->y);
    else if (e->kind == CHAN_RAIL_ITEM_SCROLL_RIGHT)
        ra_desktop_icon_scroll(c->desktop, id, distance, 0, e->x, e->y);
    else if (e->kind < G_N_ELEMENTS(buttons))
        ra_desktop_icon_click(c->desktop, id, buttons[e->kind], e->x, e->y);
}

void
ra_tray_client_notified(RaTrayClient *c, guint32 id, guint32 icon, guint32 message)
{
    RaTrayEvent event = {.value = (gint32)message};

    if (icon > CHAN_RAIL_ITEM_EVENT && icon <= CHAN_RAIL_ITEM_EVENT + CHAN_RAIL_ITEM_EVENT_LAST)
        event.kind = (ChanRailItemEvent)(icon - CHAN_RAIL_ITEM_EVENT);
    else if (message == LEFT_UP)
        event.kind = CHAN_RAIL_ITEM_ACTIVATE;
    else if (message == MIDDLE_UP)
        event.kind = CHAN_RAIL_ITEM_SECONDARY;
    else if (message == CONTEXT_MENU)
        event.kind = CHAN_RAIL_ITEM_CONTEXT_MENU;
    else
        return;
    ra_desktop_pointer_place(c->desktop, &event.x, &event.y);
    if (ra_desktop_icon(c->desktop, id))
        icon_event(c, id, &event);
    else
        ra_tray_event(c->tray, id, &event);
}

void
ra_tray_client_app_asked(RaTrayClient *c, guint32 id)
{
    const RaTrayLook *look = ra_tray_look(c->tray, id);
    const RaTrayIcon *icon = ra_desktop_icon(c->desktop, id);
    guint32 pid = look ? look->pid : icon ? icon->pid : 0;
    const char *name = look ? look->name : icon ? icon->name : "";

    if (look || icon)
        ra_rail_tell_app_id(c->rail, id, ra_desktop_app_of(c->desktop, pid, name), pid);
}
