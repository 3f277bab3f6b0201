// SPDX-License-Identifier: Apache-2.0
#include "guestagent/linux/notifications.h"

#include "guestagent/linux/notificationimage.h"

#include <gio/gio.h>
#include <string.h>

#define NAME "org.freedesktop.Notifications"
#define PATH "/org/freedesktop/Notifications"
#define EXPIRE_MAX_MS (3600 * 1000)
#define UNDEFINED 4 // reason of NotificationClosed
#define BY_PROGRAM 3

static const char interface_xml[] =
    "<node><interface name='" NAME "'>"
    "<method name='GetCapabilities'><arg type='as' direction='out'/></method>"
    "<method name='Notify'><arg type='s' direction='in'/><arg type='u' direction='in'/>"
    "<arg type='s' direction='in'/><arg type='s' direction='in'/><arg type='s' direction='in'/>"
    "<arg type='as' direction='in'/><arg type='a{sv}' direction='in'/>"
    "<arg type='i' direction='in'/><arg type='u' direction='out'/></method>"
    "<method name='CloseNotification'><arg type='u' direction='in'/></method>"
    "<method name='GetServerInformation'><arg type='s' direction='out'/>"
    "<arg type='s' direction='out'/><arg type='s' direction='out'/>"
    "<arg type='s' direction='out'/></method>"
    "<signal name='NotificationClosed'><arg type='u'/><arg type='u'/></signal>"
    "<signal name='ActionInvoked'><arg type='u'/><arg type='s'/></signal>"
    "</interface></node>";

struct AgentNotifications {
    Agent *agent;
    GDBusConnection *bus;
    GDBusNodeInfo *node;
    guint object, name;
    guint32 last_id;
    GHashTable *keys; // id → char **: of its actions, in the order that the host knows
    AgentIconTheme *theme;
};

static void
emit(AgentNotifications *n, const char *signal, GVariant *arguments)
{
    (void)g_dbus_connection_emit_signal(n->bus, NULL, PATH, NAME, signal, arguments, NULL);
}

static void
on_closed(uint32_t id, uint32_t reason, void *user)
{
    AgentNotifications *n = user;

    g_hash_table_remove(n->keys, GUINT_TO_POINTER(id));
    emit(n, "NotificationClosed", g_variant_new("(uu)", id, CLAMP(reason, 1u, UNDEFINED)));
}

static void
on_action(uint32_t id, uint32_t which, void *user)
{
    AgentNotifications *n = user;
    char **keys = g_hash_table_lookup(n->keys, GUINT_TO_POINTER(id));

    if (keys && which < g_strv_length(keys))
        emit(n, "ActionInvoked", g_variant_new("(us)", id, keys[which]));
}

static const AgentNotificationEvents events = {on_closed, on_action};

// As long as the message takes it, cut between characters.
static ChanSpan
cut(const char *text, gsize max)
{
    gsize size = strlen(text);

    if (size > max) {
        size = max;
        while (size > 0 && ((guint8)text[size] & 0xc0) == 0x80)
            size--;
    }
    return CHAN_SPAN(text, size);
}

// Pairs of key and name.
static char **
take_actions(const char *const *pairs, ChanNotification *m)
{
    g_autoptr(GStrvBuilder) keys = g_strv_builder_new();

    for (; pairs[0] && pairs[1] && m->n_actions < CHAN_NOTIFICATION_ACTIONS_MAX; pairs += 2) {
        ChanNotificationAction *a = &m->actions[m->n_actions++];
        a->is_default = g_str_equal(pairs[0], "default");
        a->name = cut(pairs[1], CHAN_NAME_MAX);
        g_strv_builder_add(keys, pairs[0]);
    }
    return g_strv_builder_end(keys);
}

static void
take_hints(GVariant *hints, ChanNotification *m)
{
    const char *entry = NULL;
    gboolean flag = FALSE;

    m->urgency = 1;
    if (g_variant_lookup(hints, "urgency", "y", &m->urgency) && m->urgency > 2)
        m->urgency = 2;
    if (g_variant_lookup(hints, "transient", "b", &flag) && flag)
        m->flags |= CHAN_NOTIFICATION_TRANSIENT;
    if (g_variant_lookup(hints, "resident", "b", &flag) && flag)
        m->flags |= CHAN_NOTIFICATION_RESIDENT;
    if (g_variant_lookup(hints, "desktop-entry", "&s", &entry) && strlen(entry) <= CHAN_ID_MAX)
        m->app_id = CHAN_SPAN_TEXT(entry);
}

static guint32
id_for(AgentNotifications *n, guint32 replaces)
{
    if (replaces && g_hash_table_contains(n->keys, GUINT_TO_POINTER(replaces)))
        return replaces;
    do
        n->last_id++;
    while (n->last_id == 0 || g_hash_table_contains(n->keys, GUINT_TO_POINTER(n->last_id)));
    return n->last_id;
}

static void
handle_notify(AgentNotifications *n, GVariant *arguments, GDBusMethodInvocation *call)
{
    const char *app_name, *icon, *summary, *body;
    g_autofree const char **actions = NULL;
    g_autoptr(GVariant) hints = NULL;
    guint32 replaces;
    ChanNotification m = {0};

    g_variant_get(arguments, "(&su&s&s&s^a&s@a{sv}i)", &app_name, &replaces, &icon, &summary, &body,
                  &actions, &hints, &m.expire_ms);
    m.id = id_for(n, replaces);
    m.expire_ms = CLAMP(m.expire_ms, -1, EXPIRE_MAX_MS);
    m.app_name = cut(app_name, CHAN_NAME_MAX);
    m.summary = cut(summary, CHAN_NAME_MAX);
    m.body = cut(body, CHAN_COMMENT_MAX);
    take_hints(hints, &m);
    char **keys = take_actions(actions, &m);
    agent_icon_theme_refresh(n->theme);
    AgentNotificationImage image = agent_notification_image(n->theme, icon, hints);
    if (image.bgra) {
        gsize size = 0;
        const guint8 *pixels = g_bytes_get_data(image.bgra, &size);
        m.width = (guint16)image.width;
        m.height = (guint16)image.height;
        m.pixels = CHAN_SPAN(pixels, size);
    }
    g_hash_table_replace(n->keys, GUINT_TO_POINTER(m.id), keys);
    g_dbus_method_invocation_return_value(call, g_variant_new("(u)", m.id));
    if (!agent_notification(n->agent, &m)) {
        agent_notification_gone(n->agent, m.id);
        on_closed(m.id, UNDEFINED, n);
    }
    g_clear_pointer(&image.bgra, g_bytes_unref);
}

static void
handle_close(AgentNotifications *n, GVariant *arguments, GDBusMethodInvocation *call)
{
    guint32 id;

    g_variant_get(arguments, "(u)", &id);
    g_dbus_method_invocation_return_value(call, NULL);
    if (!g_hash_table_contains(n->keys, GUINT_TO_POINTER(id)))
        return;
    agent_notification_gone(n->agent, id);
    on_closed(id, BY_PROGRAM, n);
}

static void // NOLINTNEXTLINE(readability-function-size)
on_call(GDBusConnection *bus, const char *sender, const char *path, const char *interface,
        const char *method, GVariant *arguments, GDBusMethodInvocation *call, gpointer user)
{
    static const char *const can[] = {"actions",     "body",        "body-markup",
                                      "icon-static", "persistence", NULL};

    if (g_str_equal(method, "Notify"))
        handle_notify(user, arguments, call);
    else if (g_str_equal(method, "CloseNotification"))
        handle_close(user, arguments, call);
    else if (g_str_equal(method, "GetCapabilities"))
        g_dbus_method_invocation_return_value(call, g_variant_new("(^as)", can));
    else
        g_dbus_method_invocation_return_value(
            call, g_variant_new("(ssss)", "Casement", "Casement", CASEMENT_VERSION, "1.2"));
}

static const GDBusInterfaceVTable vtable = {.method_call = on_call};

AgentNotifications *
agent_notifications_new(Agent *agent, GError **error)
{
    g_autoptr(GDBusConnection) bus = g_bus_get_sync(G_BUS_TYPE_SESSION, NULL, error);

    if (!bus)
        return NULL;
    g_dbus_connection_set_exit_on_close(bus, FALSE);
    AgentNotifications *n = g_new0(AgentNotifications, 1);
    n->agent = agent;
    n->bus = g_steal_pointer(&bus);
    n->keys = g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)g_strfreev);
    n->theme = agent_icon_theme_new();
    n->node = g_dbus_node_info_new_for_xml(interface_xml, NULL);
    n->object = g_dbus_connection_register_object(n->bus, PATH, n->node->interfaces[0], &vtable, n,
                                                  NULL, error);
    if (n->object == 0) {
        agent_notifications_free(n);
        return NULL;
    }
    agent_set_notification_events(agent, &events, n);
    // Behind whoever has it, and before whoever comes for it.
    n->name = g_bus_own_name_on_connection(n->bus, NAME, G_BUS_NAME_OWNER_FLAGS_ALLOW_REPLACEMENT,
                                           NULL, NULL, NULL, NULL);
    return n;
}

void
agent_notifications_free(AgentNotifications *n)
{
    if (!n)
        return;
    if (n->name) {
        agent_set_notification_events(n->agent, NULL, NULL);
        g_bus_unown_name(n->name);
    }
    if (n->object)
        (void)g_dbus_connection_unregister_object(n->bus, n->object);
    g_object_unref(n->bus);
    g_dbus_node_info_unref(n->node);
    g_hash_table_unref(n->keys);
    agent_icon_theme_free(n->theme);
    g_free(n);
}
