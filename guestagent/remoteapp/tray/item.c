// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/tray/item.h"

#include "channel/glib/timer.h"
#include "channel/msg.h"
#include "guestagent/remoteapp/tray/menu.h"

#include <string.h>

#define INTERFACE "org.kde.StatusNotifierItem"
#define PROPERTIES "org.freedesktop.DBus.Properties"
#define BUS "org.freedesktop.DBus"
#define ANSWER_MS 10000
#define INTROSPECT_MS 2000

struct RaTrayItem {
    const RaTrayHost *host;
    char *owner, *path;
    GCancellable *gone;
    guint signals;
    GSource *rest; // until it may be asked for again
    bool asked, stale;
    bool read, introspected; // the first answers came
    bool no_activate;        // it has no such method: all it does is to open its menu
    RaTrayLook look;
    RaTrayMenu *menu; // NULL: none
};

const RaTrayLook *
ra_tray_item_look(const RaTrayItem *item)
{
    return item->read && item->introspected ? &item->look : NULL;
}

static void
call(RaTrayItem *item, const char *interface, const char *method, GVariant *arguments,
     const GVariantType *answer, GAsyncReadyCallback done)
{
    g_dbus_connection_call(item->host->bus, item->owner, item->path, interface, method, arguments,
                           answer, G_DBUS_CALL_FLAGS_NO_AUTO_START, ANSWER_MS, item->gone, done,
                           item);
}

static void
tell(RaTrayItem *item)
{
    if (ra_tray_item_look(item))
        item->host->changed(&item->look, item->host->user);
}

// ---- how it looks

static const char *
text_of(GVariant *properties, const char *name)
{
    const char *text = "";

    (void)g_variant_lookup(properties, name, "&s", &text);
    return text;
}

// Without its markup, which a tooltip may have.
static void
append_plain(GString *to, const char *text)
{
    bool within = false;

    for (; *text && to->len < CHAN_NAME_MAX * 2; text++) {
        if (*text == '<')
            within = true;
        if (!within)
            g_string_append_c(to, *text);
        if (*text == '>')
            within = false;
    }
}

static char *
tip_of(GVariant *properties)
{
    g_autoptr(GVariant) tooltip =
        g_variant_lookup_value(properties, "ToolTip", G_VARIANT_TYPE("(sa(iiay)ss)"));
    const char *title = "", *text = "";
    GString *tip = g_string_new(NULL);

    if (tooltip) {
        g_variant_get_child(tooltip, 2, "&s", &title);
        g_variant_get_child(tooltip, 3, "&s", &text);
    }
    append_plain(tip, title);
    if (*title && *text)
        g_string_append(tip, ": ");
    append_plain(tip, text);
    if (tip->len == 0)
        append_plain(tip, text_of(properties, "Title"));
    if (tip->len == 0)
        append_plain(tip, text_of(properties, "Id"));
    return g_string_free(tip, FALSE);
}

static RaTrayPicture
picture_of(RaTrayItem *item, GVariant *properties, bool attention)
{
    const char *name = text_of(properties, attention ? "AttentionIconName" : "IconName");
    RaTrayPicture picture = {0};

    if (*name)
        picture =
            ra_tray_picture_named(item->host->theme, text_of(properties, "IconThemePath"), name);
    if (picture.bgra)
        return picture;
    g_autoptr(GVariant) pixmaps = g_variant_lookup_value(
        properties, attention ? "AttentionIconPixmap" : "IconPixmap", G_VARIANT_TYPE("a(iiay)"));
    return pixmaps ? ra_tray_picture_of_pixmaps(pixmaps) : picture;
}

static void
on_menu_changed(GBytes *menu, gpointer user)
{
    RaTrayItem *item = user;

    g_clear_pointer(&item->look.menu, g_bytes_unref);
    item->look.menu = g_bytes_ref(menu);
    if (ra_tray_item_look(item))
        item->host->menu_changed(&item->look, item->host->user);
}

// "/" and "/NO_DBUSMENU" say that there is none.
static void
set_menu(RaTrayItem *item, GVariant *properties)
{
    const char *path = "/";

    (void)g_variant_lookup(properties, "Menu", "&o", &path);
    bool has = strcmp(path, "/") != 0 && strcmp(path, "/NO_DBUSMENU") != 0;
    if (item->menu && has && strcmp(ra_tray_menu_path(item->menu), path) == 0)
        return;
    g_clear_pointer(&item->menu, ra_tray_menu_free);
    g_clear_pointer(&item->look.menu, g_bytes_unref);
    if (has)
        item->menu = ra_tray_menu_new(item->host->context, item->host->bus, item->owner, path,
                                      on_menu_changed, item);
}

static void
set_flags(RaTrayItem *item, GVariant *properties)
{
    gboolean is_menu = FALSE;

    (void)g_variant_lookup(properties, "ItemIsMenu", "b", &is_menu);
    item->look.flags = 0;
    if (item->menu)
        item->look.flags |= CHAN_RAIL_ITEM_HAS_MENU;
    if (item->menu && (is_menu || item->no_activate))
        item->look.flags |= CHAN_RAIL_ITEM_IS_MENU;
}

static void
take_look(RaTrayItem *item, GVariant *properties)
{
    const char *status = text_of(properties, "Status");
    RaTrayLook *look = &item->look;
    RaTrayPicture picture = {0};

    if (strcmp(status, "NeedsAttention") == 0)
        picture = picture_of(item, properties, true);
    if (!picture.bgra)
        picture = picture_of(item, properties, false);
    ra_tray_picture_clear(&look->picture);
    look->picture = picture;
    look->hidden = strcmp(status, "Passive") == 0;
    g_free(look->tip);
    look->tip = tip_of(properties);
    g_free(look->name);
    look->name = g_strndup(text_of(properties, "Id"), CHAN_ID_MAX);
    set_menu(item, properties);
    set_flags(item, properties);
}

// ---- asking for it

static gboolean
on_rested(gpointer user)
{
    RaTrayItem *item = user;

    chan_timer_clear(&item->rest);
    if (item->stale)
        ra_tray_item_refresh(item);
    return G_SOURCE_REMOVE;
}

static void
on_properties(GObject *source, GAsyncResult *result, gpointer user)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) answer =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);

    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return; // the item is gone
    RaTrayItem *item = user;
    item->asked = false;
    item->rest = chan_timer_new(item->host->context, RA_TRAY_REST_MS, on_rested, item);
    if (!answer) {
        g_info("an item of the tray cannot be read: %s", error->message);
        return;
    }
    g_autoptr(GVariant) properties = g_variant_get_child_value(answer, 0);
    take_look(item, properties);
    item->read = true;
    tell(item);
}

void
ra_tray_item_refresh(RaTrayItem *item)
{
    item->stale = item->asked || item->rest != NULL;
    if (item->stale)
        return;
    item->asked = true;
    call(item, PROPERTIES, "GetAll", g_variant_new("(s)", INTERFACE), G_VARIANT_TYPE("(a{sv})"),
         on_properties);
}

static void // NOLINTNEXTLINE(readability-function-size)
on_signal(GDBusConnection *bus, const char *sender, const char *path, const char *interface,
          const char *signal, GVariant *arguments, gpointer user)
{
    if (strcmp(interface, INTERFACE) == 0 || strcmp(interface, PROPERTIES) == 0)
        ra_tray_item_refresh(user);
}

static void
on_introspected(GObject *source, GAsyncResult *result, gpointer user)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) answer =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);
    const char *xml = NULL;

    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return;
    RaTrayItem *item = user;
    if (answer)
        g_variant_get(answer, "(&s)", &xml);
    g_autoptr(GDBusNodeInfo) node = xml ? g_dbus_node_info_new_for_xml(xml, NULL) : NULL;
    GDBusInterfaceInfo *interface =
        node ? g_dbus_node_info_lookup_interface(node, INTERFACE) : NULL;
    item->no_activate = interface && !g_dbus_interface_info_lookup_method(interface, "Activate");
    item->introspected = true;
    if (item->menu && item->no_activate)
        item->look.flags |= CHAN_RAIL_ITEM_IS_MENU;
    tell(item);
}

static void
on_pid(GObject *source, GAsyncResult *result, gpointer user)
{
    g_autoptr(GVariant) answer =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, NULL);
    RaTrayItem *item = user;

    if (!answer)
        return;
    g_variant_get(answer, "(u)", &item->look.pid);
    tell(item);
}

// Its program's process is asked of the bus, which answers before any program does.
static void
ask_once(RaTrayItem *item)
{
    GDBusConnection *bus = item->host->bus;

    g_dbus_connection_call(bus, BUS, "/org/freedesktop/DBus", BUS, "GetConnectionUnixProcessID",
                           g_variant_new("(s)", item->owner), G_VARIANT_TYPE("(u)"),
                           G_DBUS_CALL_FLAGS_NONE, ANSWER_MS, item->gone, on_pid, item);
    g_dbus_connection_call(bus, item->owner, item->path, "org.freedesktop.DBus.Introspectable",
                           "Introspect", NULL, G_VARIANT_TYPE("(s)"),
                           G_DBUS_CALL_FLAGS_NO_AUTO_START, INTROSPECT_MS, item->gone,
                           on_introspected, item);
}

RaTrayItem *
ra_tray_item_new(const RaTrayHost *host, guint32 id, const char *owner, const char *path)
{
    RaTrayItem *item = g_new0(RaTrayItem, 1);

    item->host = host;
    item->owner = g_strdup(owner);
    item->path = g_strdup(path);
    item->gone = g_cancellable_new();
    item->look.id = id;
    item->look.name = g_strdup("");
    item->look.tip = g_strdup("");
    item->signals = g_dbus_connection_signal_subscribe(
        host->bus, owner, NULL, NULL, path, NULL, G_DBUS_SIGNAL_FLAGS_NONE, on_signal, item, NULL);
    ask_once(item);
    ra_tray_item_refresh(item);
    return item;
}

void
ra_tray_item_free(RaTrayItem *item)
{
    if (!item)
        return;
    g_cancellable_cancel(item->gone);
    g_object_unref(item->gone);
    g_dbus_connection_signal_unsubscribe(item->host->bus, item->signals);
    chan_timer_clear(&item->rest);
    ra_tray_menu_free(item->menu);
    g_clear_pointer(&item->look.menu, g_bytes_unref);
    ra_tray_picture_clear(&item->look.picture);
    g_free(item->look.name);
    g_free(item->look.tip);
    g_free(item->owner);
    g_free(item->path);
    g_free(item);
}

// ---- what the user does

static void
menu_event(RaTrayItem *item, const RaTrayEvent *e)
{
    if (!item->menu)
        return;
    if (e->kind == CHAN_RAIL_ITEM_MENU_CLICKED)
        ra_tray_menu_clicked(item->menu, e->value);
    else if (e->kind == CHAN_RAIL_ITEM_MENU_OPENS)
        ra_tray_menu_opens(item->menu, e->value);
    else
        ra_tray_menu_closed(item->menu, e->value);
}

void
ra_tray_item_event(RaTrayItem *item, const RaTrayEvent *e)
{
    static const char *const clicks[] = {[CHAN_RAIL_ITEM_ACTIVATE] = "Activate",
                                         [CHAN_RAIL_ITEM_SECONDARY] = "SecondaryActivate",
                                         [CHAN_RAIL_ITEM_CONTEXT_MENU] = "ContextMenu"};

    if (e->kind >= CHAN_RAIL_ITEM_ACTIVATE && e->kind <= CHAN_RAIL_ITEM_CONTEXT_MENU)
        call(item, INTERFACE, clicks[e->kind], g_variant_new("(ii)", e->x, e->y), NULL, NULL);
    else if (e->kind == CHAN_RAIL_ITEM_SCROLL || e->kind == CHAN_RAIL_ITEM_SCROLL_RIGHT)
        call(item, INTERFACE, "Scroll",
             g_variant_new("(is)", e->value,
                           e->kind == CHAN_RAIL_ITEM_SCROLL ? "vertical" : "horizontal"),
             NULL, NULL);
    else
        menu_event(item, e);
}
