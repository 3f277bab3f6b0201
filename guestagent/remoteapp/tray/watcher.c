// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/tray/watcher.h"

#include "channel/glib/timer.h"

#include <string.h>

#define NAME "org.kde.StatusNotifierWatcher"
#define PATH "/StatusNotifierWatcher"
#define ITEM_PATH "/StatusNotifierItem" // of who registers by a name
#define CONNECT_AGAIN_MS 250            // the bus starts when we do
#define CONNECT_TRIES 240
#define THEME_OLD_US (2 * G_USEC_PER_SEC)

static const char xml[] =
    "<node><interface name='" NAME "'>"
    "<method name='RegisterStatusNotifierItem'><arg type='s' direction='in'/></method>"
    "<method name='RegisterStatusNotifierHost'><arg type='s' direction='in'/></method>"
    "<property name='RegisteredStatusNotifierItems' type='as' access='read'/>"
    "<property name='IsStatusNotifierHostRegistered' type='b' access='read'/>"
    "<property name='ProtocolVersion' type='i' access='read'/>"
    "<signal name='StatusNotifierItemRegistered'><arg type='s'/></signal>"
    "<signal name='StatusNotifierItemUnregistered'><arg type='s'/></signal>"
    "<signal name='StatusNotifierHostRegistered'/>"
    "<signal name='StatusNotifierHostUnregistered'/>"
    "</interface></node>";

typedef struct {
    RaTray *tray;
    guint32 id;
    char *name, *path; // as it registered
    guint watch;
    RaTrayItem *item; // NULL until the name's owner is known
    bool told;
} Entry;

struct RaTray {
    RaTrayHost host; // bus is NULL until connected
    const RaTrayEvents *events;
    gpointer user;
    GCancellable *connecting;
    GSource *again;
    guint tries;
    guint object, name;
    guint32 last_id;
    GPtrArray *entries;
    gint64 theme_read; // monotonic
};

static void
entry_free(gpointer data)
{
    Entry *e = data;

    g_bus_unwatch_name(e->watch);
    ra_tray_item_free(e->item);
    g_free(e->name);
    g_free(e->path);
    g_free(e);
}

static void
emit(RaTray *t, const char *signal, GVariant *arguments)
{
    (void)g_dbus_connection_emit_signal(t->host.bus, NULL, PATH, NAME, signal, arguments, NULL);
}

// ---- items

static Entry *
find(const RaTray *t, guint32 id)
{
    for (guint i = 0; i < t->entries->len; i++) {
        Entry *e = t->entries->pdata[i];
        if (e->id == id)
            return e;
    }
    return NULL;
}

static char *
registered_as(const Entry *e)
{
    return g_strconcat(e->name, e->path, NULL);
}

static void
on_changed(const RaTrayLook *look, gpointer user)
{
    RaTray *t = user;
    Entry *e = find(t, look->id);

    e->told = true;
    t->events->changed(look, t->user);
}

static void
on_menu_changed(const RaTrayLook *look, gpointer user)
{
    RaTray *t = user;

    t->events->menu_changed(look, t->user);
}

static void
refresh_theme(RaTray *t)
{
    gint64 now = g_get_monotonic_time();

    if (t->theme_read != 0 && now - t->theme_read < THEME_OLD_US)
        return;
    t->theme_read = now;
    agent_icon_theme_refresh(t->host.theme);
}

static void
on_owner(GDBusConnection *bus, const char *name, const char *owner, gpointer user)
{
    Entry *e = user;

    if (e->item)
        return;
    refresh_theme(e->tray);
    e->item = ra_tray_item_new(&e->tray->host, e->id, owner, e->path);
}

static void
on_no_owner(GDBusConnection *bus, const char *name, gpointer user)
{
    Entry *e = user;
    RaTray *t = e->tray;
    g_autofree char *as = registered_as(e);
    guint32 id = e->id;
    bool told = e->told;

    g_ptr_array_remove(t->entries, e);
    emit(t, "StatusNotifierItemUnregistered", g_variant_new("(s)", as));
    if (told)
        t->events->gone(id, t->user);
}

static Entry *
find_registered(const RaTray *t, const char *name, const char *path)
{
    for (guint i = 0; i < t->entries->len; i++) {
        Entry *e = t->entries->pdata[i];
        if (strcmp(e->name, name) == 0 && strcmp(e->path, path) == 0)
            return e;
    }
    return NULL;
}

static void
add(RaTray *t, const char *name, const char *path)
{
    Entry *e = g_new0(Entry, 1);

    e->tray = t;
    e->id = RA_TRAY_ID_FIRST + t->last_id++ % (CHAN_RAIL_ITEM - RA_TRAY_ID_FIRST);
    e->name = g_strdup(name);
    e->path = g_strdup(path);
    g_ptr_array_add(t->entries, e);
    e->watch = g_bus_watch_name_on_connection(t->host.bus, name, G_BUS_NAME_WATCHER_FLAGS_NONE,
                                              on_owner, on_no_owner, e, NULL);
    g_autofree char *as = registered_as(e);
    emit(t, "StatusNotifierItemRegistered", g_variant_new("(s)", as));
}

// By its name on the bus, or by a path of the caller's.
static void
handle_register(RaTray *t, const char *sender, GVariant *arguments, GDBusMethodInvocation *call)
{
    const char *service;

    g_variant_get(arguments, "(&s)", &service);
    bool by_path = g_variant_is_object_path(service);
    const char *name = by_path ? sender : service, *path = by_path ? service : ITEM_PATH;
    if (!g_dbus_is_name(name)) {
        g_dbus_method_invocation_return_error_literal(call, G_DBUS_ERROR, G_DBUS_ERROR_INVALID_ARGS,
                                                      "neither a name on the bus nor a path");
        return;
    }
    Entry *known = find_registered(t, name, path);
    if (!known && t->entries->len >= RA_TRAY_MAX) {
        g_dbus_method_invocation_return_error_literal(
            call, G_DBUS_ERROR, G_DBUS_ERROR_LIMITS_EXCEEDED, "the tray is full");
        return;
    }
    g_dbus_method_invocation_return_value(call, NULL);
    if (!known)
        add(t, name, path);
    else if (known->item)
        ra_tray_item_refresh(known->item);
}

// ---- on the bus

static void // NOLINTNEXTLINE(readability-function-size)
on_call(GDBusConnection *bus, const char *sender, const char *path, const char *interface,
        const char *method, GVariant *arguments, GDBusMethodInvocation *call, gpointer user)
{
    if (strcmp(method, "RegisterStatusNotifierItem") == 0)
        handle_register(user, sender, arguments, call);
    else
        g_dbus_method_invocation_return_value(call, NULL);
}

static GVariant * // NOLINTNEXTLINE(readability-function-size)
on_property(GDBusConnection *bus, const char *sender, const char *path, const char *interface,
            const char *name, GError **error, gpointer user)
{
    const RaTray *t = user;
    GVariantBuilder items;

    if (strcmp(name, "IsStatusNotifierHostRegistered") == 0)
        return g_variant_new_boolean(TRUE);
    if (strcmp(name, "ProtocolVersion") == 0)
        return g_variant_new_int32(0);
    g_variant_builder_init(&items, G_VARIANT_TYPE("as"));
    for (guint i = 0; i < t->entries->len; i++) {
        g_autofree char *as = registered_as(t->entries->pdata[i]);
        g_variant_builder_add(&items, "s", as);
    }
    return g_variant_builder_end(&items);
}

static void
on_name(GDBusConnection *bus, const char *name, gpointer user)
{
    emit(user, "StatusNotifierHostRegistered", NULL);
}

static void
serve(RaTray *t)
{
    static const GDBusInterfaceVTable vtable = {.method_call = on_call,
                                                .get_property = on_property};
    g_autoptr(GDBusNodeInfo) node = g_dbus_node_info_new_for_xml(xml, NULL);
    g_autoptr(GError) error = NULL;

    t->object = g_dbus_connection_register_object(t->host.bus, PATH, node->interfaces[0], &vtable,
                                                  t, NULL, &error);
    if (t->object == 0) {
        g_warning("icons of programs do not reach the tray: %s", error->message);
        return;
    }
    t->name = g_bus_own_name_on_connection(
        t->host.bus, NAME, G_BUS_NAME_OWNER_FLAGS_ALLOW_REPLACEMENT, on_name, NULL, t, NULL);
}

static gboolean connect_to_bus(gpointer user);

static void
on_connected(GObject *source, GAsyncResult *result, gpointer user)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GDBusConnection) bus = g_dbus_connection_new_for_address_finish(result, &error);

    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return; // the tray is gone
    RaTray *t = user;
    if (bus) {
        t->host.bus = g_steal_pointer(&bus);
        serve(t);
    } else if (++t->tries < CONNECT_TRIES) {
        t->again = chan_timer_new(t->host.context, CONNECT_AGAIN_MS, connect_to_bus, t);
    } else {
        g_warning("icons of programs do not reach the tray: %s", error->message);
    }
}

static gboolean
connect_to_bus(gpointer user)
{
    RaTray *t = user;

    chan_timer_clear(&t->again);
    g_dbus_connection_new_for_address(g_getenv("DBUS_SESSION_BUS_ADDRESS"),
                                      G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                          G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                      NULL, t->connecting, on_connected, t);
    return G_SOURCE_REMOVE;
}

RaTray *
ra_tray_new(GMainContext *context, const RaTrayEvents *events, gpointer user)
{
    RaTray *t = g_new0(RaTray, 1);

    t->host = (RaTrayHost){.context = context,
                           .theme = agent_icon_theme_new(),
                           .changed = on_changed,
                           .menu_changed = on_menu_changed,
                           .user = t};
    t->events = events;
    t->user = user;
    t->connecting = g_cancellable_new();
    t->entries = g_ptr_array_new_with_free_func(entry_free);
    if (g_getenv("DBUS_SESSION_BUS_ADDRESS"))
        (void)connect_to_bus(t);
    return t;
}

void
ra_tray_free(RaTray *t)
{
    if (!t)
        return;
    g_cancellable_cancel(t->connecting);
    g_object_unref(t->connecting);
    chan_timer_clear(&t->again);
    g_ptr_array_unref(t->entries);
    if (t->name)
        g_bus_unown_name(t->name);
    if (t->object)
        (void)g_dbus_connection_unregister_object(t->host.bus, t->object);
    g_clear_object(&t->host.bus);
    agent_icon_theme_free(t->host.theme);
    g_free(t);
}

// ---- what is there

GDBusConnection *
ra_tray_bus(const RaTray *t)
{
    return t->host.bus;
}

const RaTrayLook *
ra_tray_look(const RaTray *t, guint32 id)
{
    const Entry *e = find(t, id);

    return e && e->item ? ra_tray_item_look(e->item) : NULL;
}

const RaTrayLook *
ra_tray_nth(const RaTray *t, guint n, bool *there)
{
    const Entry *e = n < t->entries->len ? t->entries->pdata[n] : NULL;

    *there = e != NULL;
    return e && e->item ? ra_tray_item_look(e->item) : NULL;
}

void
ra_tray_event(RaTray *t, guint32 id, const RaTrayEvent *event)
{
    const Entry *e = find(t, id);

    if (e && e->item)
        ra_tray_item_event(e->item, event);
}
