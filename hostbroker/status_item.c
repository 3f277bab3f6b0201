// SPDX-License-Identifier: Apache-2.0
#include "hostbroker/status_item.h"

#include "channel/glib/timer.h"
#include "hostbroker/host.h"
#include "hostbroker/status_menu.h"

#include <string.h>
#include <unistd.h>

#define INTERFACE "org.kde.StatusNotifierItem"
#define WATCHER "org.kde.StatusNotifierWatcher"
#define PATH "/StatusNotifierItem"
#define TELL_MS 100

// What trays ask for. Without a menu they leave it to ContextMenu.
static const char xml[] =
    "<node><interface name='" INTERFACE "'>"
    "<property name='Category' type='s' access='read'/>"
    "<property name='Id' type='s' access='read'/>"
    "<property name='Title' type='s' access='read'/>"
    "<property name='Status' type='s' access='read'/>"
    "<property name='WindowId' type='i' access='read'/>"
    "<property name='IconThemePath' type='s' access='read'/>"
    "<property name='IconName' type='s' access='read'/>"
    "<property name='IconPixmap' type='a(iiay)' access='read'/>"
    "<property name='OverlayIconName' type='s' access='read'/>"
    "<property name='OverlayIconPixmap' type='a(iiay)' access='read'/>"
    "<property name='AttentionIconName' type='s' access='read'/>"
    "<property name='AttentionIconPixmap' type='a(iiay)' access='read'/>"
    "<property name='AttentionMovieName' type='s' access='read'/>"
    "<property name='ToolTip' type='(sa(iiay)ss)' access='read'/>"
    "<property name='ItemIsMenu' type='b' access='read'/>"
    "<property name='Menu' type='o' access='read'/>"
    "<method name='ContextMenu'><arg type='i' direction='in'/><arg type='i' "
    "direction='in'/></method>"
    "<method name='Activate'><arg type='i' direction='in'/><arg type='i' direction='in'/></method>"
    "<method name='SecondaryActivate'>"
    "<arg type='i' direction='in'/><arg type='i' direction='in'/></method>"
    "<method name='Scroll'><arg type='i' direction='in'/><arg type='s' direction='in'/></method>"
    "<signal name='NewMenu'/>"
    "<signal name='NewTitle'/><signal name='NewIcon'/><signal name='NewToolTip'/>"
    "<signal name='NewStatus'><arg type='s'/></signal>"
    "</interface></node>";

struct BrokerStatusItem {
    GCancellable *connecting;
    GDBusConnection *bus; // NULL until connected
    GMainContext *context;
    BrokerStatusClicked clicked;
    gpointer user;
    guint number, object;
    gboolean announced;
    GSource *timer;
    char *id, *title, *tip, *subtip, *icon_name;
    gboolean hidden, has_menu, is_menu;
    GVariant *pixmap; // a(iiay)
    BrokerStatusMenu *menu;
    gboolean menu_dirty;
};

// ---- how it looks

// Straight ARGB32 in network byte order.
static GVariant *
pixmap_of(const BrokerStatusLook *look)
{
    gsize size = look->bgra ? (gsize)look->width * look->height * 4 : 0;
    g_autofree guint8 *argb = g_malloc(size + 1);
    GVariantBuilder pixmaps;

    for (gsize i = 0; i < size; i++)
        argb[i] = look->bgra[(i & ~(gsize)3) + 3 - (i & 3)];
    g_variant_builder_init(&pixmaps, G_VARIANT_TYPE("a(iiay)"));
    if (size > 0)
        g_variant_builder_add(&pixmaps, "(ii@ay)", (gint32)look->width, (gint32)look->height,
                              g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, argb, size, 1));
    return g_variant_ref_sink(g_variant_builder_end(&pixmaps));
}

static const char *
status_of(const BrokerStatusItem *item)
{
    return item->hidden ? "Passive" : "Active";
}

static void
take_look(BrokerStatusItem *item, const BrokerStatusLook *look)
{
    char **texts[] = {&item->id, &item->title, &item->tip, &item->subtip, &item->icon_name};
    const char *from[] = {look->id, look->title, look->tip, look->subtip, look->icon_name};

    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_free(*texts[i]);
        *texts[i] = g_strdup(from[i]);
    }
    item->hidden = look->hidden;
    item->has_menu = look->has_menu;
    item->is_menu = look->is_menu;
    g_clear_pointer(&item->pixmap, g_variant_unref);
    item->pixmap = pixmap_of(look);
}

// ---- on the bus

static void
happened(const BrokerStatusItem *item, BrokerClick click, gint32 value)
{
    BrokerStatusEvent event = {.click = click, .value = value};

    item->clicked(&event, item->user);
}

static void
on_scroll(const BrokerStatusItem *item, GVariant *arguments)
{
    const char *orientation;
    gint32 distance;

    g_variant_get(arguments, "(i&s)", &distance, &orientation);
    happened(item,
             g_ascii_strcasecmp(orientation, "horizontal") == 0 ? BROKER_STATUS_SCROLL_RIGHT
                                                                : BROKER_STATUS_SCROLL,
             distance);
}

// The signatures are GDBus'.
static void // NOLINTNEXTLINE(readability-function-size)
on_method(GDBusConnection *bus, const char *sender, const char *path, const char *interface,
          const char *method, GVariant *arguments, GDBusMethodInvocation *call, gpointer user)
{
    static const char *const clicks[] = {[BROKER_STATUS_ACTIVATE] = "Activate",
                                         [BROKER_STATUS_SECONDARY] = "SecondaryActivate",
                                         [BROKER_STATUS_CONTEXT_MENU] = "ContextMenu"};
    BrokerStatusItem *item = user;
    BrokerStatusEvent event = {0};

    g_dbus_method_invocation_return_value(call, NULL);
    if (strcmp(method, "Scroll") == 0)
        on_scroll(item, arguments);
    for (guint i = 0; i < G_N_ELEMENTS(clicks); i++) {
        if (strcmp(method, clicks[i]) != 0)
            continue;
        event.click = (BrokerClick)i;
        g_variant_get(arguments, "(ii)", &event.x, &event.y);
        item->clicked(&event, item->user);
        return;
    }
}

static GVariant *
no_pixmap(void)
{
    return g_variant_new_array(G_VARIANT_TYPE("(iiay)"), NULL, 0);
}

static GVariant * // NOLINTNEXTLINE(readability-function-size)
on_property(GDBusConnection *bus, const char *sender, const char *path, const char *interface,
            const char *name, GError **error, gpointer user)
{
    const BrokerStatusItem *item = user;
    const struct {
        const char *name, *text;
    } texts[] = {{"Category", "ApplicationStatus"},
                 {"Id", item->id},
                 {"Title", item->title},
                 {"IconName", item->icon_name ? item->icon_name : ""},
                 {"Status", status_of(item)}};

    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
        if (strcmp(name, texts[i].name) == 0)
            return g_variant_new_string(texts[i].text);
    if (strcmp(name, "IconPixmap") == 0)
        return g_variant_ref(item->pixmap);
    if (strcmp(name, "ToolTip") == 0)
        return g_variant_new("(s@a(iiay)ss)", "", no_pixmap(), item->tip, item->subtip);
    if (strcmp(name, "Menu") == 0)
        return g_variant_new_object_path(
            item->has_menu ? BROKER_STATUS_MENU_PATH : "/NO_DBUSMENU"); // as others without one say
    if (strcmp(name, "WindowId") == 0)
        return g_variant_new_int32(0);
    if (strcmp(name, "ItemIsMenu") == 0)
        return g_variant_new_boolean(item->is_menu);
    return g_str_has_suffix(name, "Pixmap") ? no_pixmap() : g_variant_new_string("");
}

static GDBusInterfaceInfo *
interface_info(void)
{
    static GDBusNodeInfo *node;

    if (!node)
        node = g_dbus_node_info_new_for_xml(xml, NULL);
    return node->interfaces[0];
}

static void
say(BrokerStatusItem *item, const char *signal, GVariant *arguments)
{
    g_dbus_connection_emit_signal(item->bus, NULL, PATH, INTERFACE, signal, arguments, NULL);
}

static gboolean
on_tell(gpointer user)
{
    BrokerStatusItem *item = user;

    chan_timer_clear(&item->timer);
    say(item, "NewIcon", NULL);
    say(item, "NewTitle", NULL);
    say(item, "NewToolTip", NULL);
    say(item, "NewStatus", g_variant_new("(s)", status_of(item)));
    if (item->menu_dirty)
        broker_status_menu_tell(item->menu);
    item->menu_dirty = FALSE;
    return G_SOURCE_REMOVE;
}

static void
announce(BrokerStatusItem *item)
{
    g_autofree char *name = g_strdup_printf(INTERFACE "-%d-%u", (int)getpid(), item->number);

    // The bus takes the two in this order. A name that it has already is no harm.
    g_dbus_connection_call(item->bus, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                           "org.freedesktop.DBus", "RequestName", g_variant_new("(su)", name, 0),
                           NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL, NULL);
    g_dbus_connection_call(item->bus, WATCHER, "/StatusNotifierWatcher", WATCHER,
                           "RegisterStatusNotifierItem", g_variant_new("(s)", name), NULL,
                           G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, NULL, NULL, NULL);
}

static void
on_connected(GObject *source, GAsyncResult *result, gpointer user)
{
    static const GDBusInterfaceVTable vtable = {.method_call = on_method,
                                                .get_property = on_property};
    g_autoptr(GError) error = NULL;
    g_autoptr(GDBusConnection) bus = g_dbus_connection_new_for_address_finish(result, &error);

    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return; // the item is gone
    BrokerStatusItem *item = user;
    if (bus)
        item->object = g_dbus_connection_register_object(bus, PATH, interface_info(), &vtable, item,
                                                         NULL, &error);
    if (!item->object) {
        g_message("an icon is not on the tray: %s", error->message);
        return;
    }
    if (!broker_status_menu_export(item->menu, bus, &error)) {
        g_message("an icon on the tray has no menu: %s", error->message);
        g_clear_error(&error);
    }
    item->bus = g_steal_pointer(&bus);
    if (item->announced)
        announce(item);
}

static void
connect_to_bus(BrokerStatusItem *item)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *address = g_dbus_address_get_for_bus_sync(G_BUS_TYPE_SESSION, NULL, &error);

    if (address)
        g_dbus_connection_new_for_address(address,
                                          G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                              G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                          NULL, item->connecting, on_connected, item);
    else
        g_message("an icon is not on the tray: %s", error->message);
}

static void
on_menu_clicked(gint32 id, gpointer user)
{
    happened(user, BROKER_STATUS_MENU_CLICKED, id);
}

static void
on_menu_opens(gint32 id, gpointer user)
{
    happened(user, BROKER_STATUS_MENU_OPENS, id);
}

static void
on_menu_closed(gint32 id, gpointer user)
{
    happened(user, BROKER_STATUS_MENU_CLOSED, id);
}

BrokerStatusItem *
broker_status_item_new(GMainContext *context, const BrokerStatusLook *look,
                       BrokerStatusClicked clicked, gpointer user)
{
    static guint made; // names are not used again: a tray may still know the former one's
    static const BrokerStatusMenuEvents menu_events = {on_menu_clicked, on_menu_opens,
                                                       on_menu_closed};
    BrokerStatusItem *item = g_new0(BrokerStatusItem, 1);

    item->menu = broker_status_menu_new(&menu_events, item);
    item->connecting = g_cancellable_new();
    item->context = context;
    item->clicked = clicked;
    item->user = user;
    item->number = ++made;
    take_look(item, look);
    connect_to_bus(item);
    return item;
}

void
broker_status_item_free(BrokerStatusItem *item)
{
    if (!item)
        return;
    g_cancellable_cancel(item->connecting);
    g_object_unref(item->connecting);
    chan_timer_clear(&item->timer);
    broker_status_menu_free(item->menu);
    if (item->bus) {
        g_dbus_connection_unregister_object(item->bus, item->object);
        g_dbus_connection_close(item->bus, NULL, NULL, NULL);
        g_object_unref(item->bus);
    }
    g_variant_unref(item->pixmap);
    g_free(item->id);
    g_free(item->title);
    g_free(item->tip);
    g_free(item->subtip);
    g_free(item->icon_name);
    g_free(item);
}

static void
tell_soon(BrokerStatusItem *item)
{
    if (item->bus && !item->timer)
        item->timer = chan_timer_new(item->context, TELL_MS, on_tell, item);
}

void
broker_status_item_set(BrokerStatusItem *item, const BrokerStatusLook *look)
{
    gboolean had_menu = item->has_menu;

    take_look(item, look);
    if (item->bus && item->has_menu != had_menu)
        say(item, "NewMenu", NULL);
    tell_soon(item);
}

void
broker_status_item_set_menu(BrokerStatusItem *item, const ChanTrayMenu *untrusted)
{
    broker_status_menu_set(item->menu, untrusted);
    item->menu_dirty = TRUE;
    tell_soon(item);
}

void
broker_status_item_announce(BrokerStatusItem *item)
{
    item->announced = TRUE;
    if (item->bus)
        announce(item);
}
