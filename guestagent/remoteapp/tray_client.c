// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/tray_client.h"

#include "guestagent/remoteapp/window_orders.h"

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
                         .version =
                             ra_rail_casement(c->rail) ? CHAN_RAIL_ITEM | look->flags : VERSION,
                         .hidden = look->hidden,
                         .tip = look->tip,
                         .width = look->picture.width,
                         .height = look->picture.height};

    if (look->picture.bgra)
        icon.bgra = g_bytes_get_data(look->picture.bgra, NULL);
    (void)ra_window_orders_notify_icon(c->link, &icon,
                                       g_hash_table_add(c->told, GUINT_TO_POINTER(look->id)));
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
    bool there;

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
    ra_tray_event(c->tray, id, &event);
}

void
ra_tray_client_app_asked(RaTrayClient *c, guint32 id)
{
    const RaTrayLook *look = ra_tray_look(c->tray, id);

    if (look)
        ra_rail_tell_app_id(c->rail, id, ra_desktop_app_of(c->desktop, look->pid, look->name),
                            look->pid);
}
