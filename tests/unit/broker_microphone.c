// SPDX-License-Identifier: Apache-2.0

// What is shown while a guest records, on a real session bus with a desktop of its own.

#include "hostbroker/microphone.h"

#include "tests/unit/wait_for.h"

#include <string.h>

#define WATCHER "org.kde.StatusNotifierWatcher"
#define NOTIFICATIONS "org.freedesktop.Notifications"

typedef struct {
    GTestDBus *daemon;
    BrokerHost *host;
    BrokerMicrophone *microphone;
    GDBusConnection *desktop;
    guint watcher, owner;
    guint notes, items;
    GHashTable *up; // notifications
    gboolean slow;  // to answer; then:
    GDBusMethodInvocation *call;
    char *summary;
    gint32 expires;
    gboolean item_gone;
} Rig;

#define WAIT_FOR(condition) WAIT_FOR_IN(NULL, condition)

static const char desktop_xml[] =
    "<node><interface name='" WATCHER "'><method name='RegisterStatusNotifierItem'>"
    "<arg type='s' direction='in'/></method></interface>"
    "<interface name='" NOTIFICATIONS "'><method name='Notify'>"
    "<arg type='s' direction='in'/><arg type='u' direction='in'/><arg type='s' direction='in'/>"
    "<arg type='s' direction='in'/><arg type='s' direction='in'/><arg type='as' direction='in'/>"
    "<arg type='a{sv}' direction='in'/><arg type='i' direction='in'/>"
    "<arg type='u' direction='out'/></method>"
    "<method name='CloseNotification'><arg type='u' direction='in'/></method></interface></node>";

static void
answer_note(Rig *rig)
{
    rig->notes++;
    g_hash_table_add(rig->up, GUINT_TO_POINTER(rig->notes));
    g_dbus_method_invocation_return_value(g_steal_pointer(&rig->call),
                                          g_variant_new("(u)", rig->notes));
}

static void
on_item_gone(GDBusConnection *bus, const char *name, gpointer user)
{
    ((Rig *)user)->item_gone = TRUE;
}

static void // NOLINTNEXTLINE(readability-function-size)
on_desktop(GDBusConnection *bus, const char *sender, const char *path, const char *interface,
           const char *method, GVariant *arguments, GDBusMethodInvocation *call, gpointer user)
{
    Rig *rig = user;
    guint32 id;

    if (strcmp(method, "Notify") == 0) {
        g_free(rig->summary);
        g_variant_get(arguments, "(&su&ss&s@asa{sv}i)", NULL, NULL, NULL, &rig->summary, NULL, NULL,
                      NULL, &rig->expires);
        rig->call = call;
        if (!rig->slow)
            answer_note(rig);
        return;
    }
    if (strcmp(method, "CloseNotification") == 0) {
        g_variant_get(arguments, "(u)", &id);
        g_assert_true(g_hash_table_remove(rig->up, GUINT_TO_POINTER(id)));
    } else {
        const char *name;
        g_variant_get(arguments, "(&s)", &name);
        rig->items++;
        rig->item_gone = FALSE;
        g_bus_watch_name_on_connection(bus, name, G_BUS_NAME_WATCHER_FLAGS_NONE, NULL, on_item_gone,
                                       rig, NULL);
    }
    g_dbus_method_invocation_return_value(call, NULL);
}

static void
own(Rig *rig, guint number, const char *path, const char *name)
{
    static const GDBusInterfaceVTable vtable = {.method_call = on_desktop};
    static GDBusNodeInfo *node;

    if (!node)
        node = g_dbus_node_info_new_for_xml(desktop_xml, NULL);
    guint object = g_dbus_connection_register_object(rig->desktop, path, node->interfaces[number],
                                                     &vtable, rig, NULL, NULL);
    g_assert_cmpuint(object, >, 0);
    guint owner = g_bus_own_name_on_connection(rig->desktop, name, G_BUS_NAME_OWNER_FLAGS_NONE,
                                               NULL, NULL, NULL, NULL);
    if (number == 0)
        rig->owner = owner;
}

static GDBusConnection *
new_connection(const Rig *rig)
{
    GDBusConnection *bus =
        g_dbus_connection_new_for_address_sync(g_test_dbus_get_bus_address(rig->daemon),
                                               G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                                   G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                               NULL, NULL, NULL);

    g_assert_nonnull(bus);
    return bus;
}

static Rig *
rig_new(gboolean notifications, gboolean tray)
{
    Rig *rig = g_new0(Rig, 1);

    rig->daemon = g_test_dbus_new(G_TEST_DBUS_NONE);
    g_test_dbus_up(rig->daemon);
    rig->host = broker_host_new(g_main_context_default(), NULL);
    g_assert_nonnull(rig->host);
    rig->host->bus = new_connection(rig);
    rig->desktop = new_connection(rig);
    rig->up = g_hash_table_new(NULL, NULL);
    if (notifications)
        own(rig, 1, "/org/freedesktop/Notifications", NOTIFICATIONS);
    if (tray)
        own(rig, 0, "/StatusNotifierWatcher", WATCHER);
    rig->microphone = broker_microphone_new(rig->host, "demo", "The guest");
    return rig;
}

static void
rig_free(Rig *rig)
{
    broker_microphone_free(rig->microphone);
    WAIT_FOR(g_hash_table_size(rig->up) == 0);
    g_dbus_connection_close_sync(rig->desktop, NULL, NULL);
    g_object_unref(rig->desktop);
    broker_host_free(rig->host);
    g_hash_table_unref(rig->up);
    g_free(rig->summary);
    g_test_dbus_stop(rig->daemon);
    g_object_unref(rig->daemon);
    g_free(rig);
}

// What is over before anybody could see it is shown all the same, and goes.
static void
test_short(void)
{
    Rig *rig = rig_new(TRUE, FALSE);
    gint64 began = g_get_monotonic_time();

    broker_microphone_set(rig->microphone, TRUE);
    broker_microphone_set(rig->microphone, FALSE);
    g_assert_false(broker_microphone_used(rig->microphone));
    WAIT_FOR(g_hash_table_size(rig->up) == 1);
    g_assert_cmpstr(rig->summary, ==, "The guest is using the microphone");
    g_assert_cmpint(rig->expires, ==, 0); // never
    WAIT_FOR(g_hash_table_size(rig->up) == 0);
    g_assert_cmpint(g_get_monotonic_time() - began, >, G_USEC_PER_SEC);
    g_assert_cmpuint(rig->notes, ==, 1);
    rig_free(rig);
}

// However often a guest begins and ends, it is one, and stays.
static void
test_flicker(void)
{
    Rig *rig = rig_new(TRUE, TRUE);

    broker_microphone_set(rig->microphone, TRUE);
    WAIT_FOR(rig->items == 1);
    for (guint i = 0; i < 50; i++) {
        broker_microphone_set(rig->microphone, FALSE);
        broker_microphone_set(rig->microphone, TRUE);
        g_main_context_iteration(NULL, FALSE);
    }
    g_assert_false(rig->item_gone);
    broker_microphone_set(rig->microphone, FALSE);
    WAIT_FOR(rig->item_gone);
    g_assert_cmpuint(rig->items, ==, 1);
    g_assert_cmpuint(rig->notes, ==, 0);
    rig_free(rig);
}

// A desktop that answers late is told again, once it has said what of.
static void
test_late_answer(void)
{
    Rig *rig = rig_new(TRUE, FALSE);

    rig->slow = TRUE;
    broker_microphone_set(rig->microphone, TRUE);
    WAIT_FOR(rig->call != NULL);
    g_clear_pointer(&rig->microphone, broker_microphone_free);
    answer_note(rig);
    WAIT_FOR(g_hash_table_size(rig->up) == 0);
    rig_free(rig);
}

static void
test_tray_comes_and_goes(void)
{
    Rig *rig = rig_new(TRUE, FALSE);

    broker_microphone_set(rig->microphone, TRUE);
    WAIT_FOR(g_hash_table_size(rig->up) == 1);
    own(rig, 0, "/StatusNotifierWatcher", WATCHER);
    WAIT_FOR(rig->items == 1 && g_hash_table_size(rig->up) == 0);
    g_bus_unown_name(rig->owner);
    WAIT_FOR(rig->item_gone && g_hash_table_size(rig->up) == 1);
    rig_free(rig);
}

static void
on_answer(GObject *source, GAsyncResult *result, gpointer user)
{
    g_autoptr(GVariant) reply =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, NULL);

    g_assert_nonnull(reply);
    *(gboolean *)user = TRUE;
}

// The bus answers in order: what was asked of it before is answered, too.
static void
wait_for_answers(Rig *rig)
{
    gboolean answered = FALSE;

    g_dbus_connection_call(rig->host->bus, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                           "org.freedesktop.DBus", "GetId", NULL, NULL, G_DBUS_CALL_FLAGS_NONE, -1,
                           NULL, on_answer, &answered);
    WAIT_FOR(answered);
}

// A desktop that has nothing that could show it, until later.
static void
test_notifications_come_late(void)
{
    Rig *rig = rig_new(FALSE, FALSE);

    broker_microphone_set(rig->microphone, TRUE);
    wait_for_answers(rig); // there is no tray, for which it then asks to be notified,
    wait_for_answers(rig); // of which nobody hears
    own(rig, 1, "/org/freedesktop/Notifications", NOTIFICATIONS);
    WAIT_FOR(g_hash_table_size(rig->up) == 1);
    rig_free(rig);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/microphone/short", test_short);
    g_test_add_func("/microphone/flicker", test_flicker);
    g_test_add_func("/microphone/late-answer", test_late_answer);
    g_test_add_func("/microphone/tray-comes-and-goes", test_tray_comes_and_goes);
    g_test_add_func("/microphone/notifications-come-late", test_notifications_come_late);
    return g_test_run();
}
