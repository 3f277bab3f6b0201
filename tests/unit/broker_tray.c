// SPDX-License-Identifier: Apache-2.0

// Icons of the tray on a real session bus, with a small watcher and host of its own.

#include "hostbroker/tray.h"

#include "channel/tray_menu.h"
#include "tests/unit/wait_for.h"

#include <gio/gio.h>
#include <string.h>

#define ITEM "org.kde.StatusNotifierItem"
#define WATCHER "org.kde.StatusNotifierWatcher"

typedef struct {
    GTestDBus *daemon;
    BrokerHost *host;
    BrokerTray *tray;
    GDBusConnection *desktop; // the tray's, not the broker's
    guint object, owner;
    GPtrArray *items; // names that were registered
    GPtrArray *gone;
    CtlTrayEvent event;
    guint events, signals, notes;
    char *note;
    GVariant *answer;
} Rig;

// ---- the desktop

static const char desktop_xml[] =
    "<node><interface name='" WATCHER "'><method name='RegisterStatusNotifierItem'>"
    "<arg type='s' direction='in'/></method></interface>"
    "<interface name='org.freedesktop.Notifications'><method name='Notify'>"
    "<arg type='s' direction='in'/><arg type='u' direction='in'/><arg type='s' direction='in'/>"
    "<arg type='s' direction='in'/><arg type='s' direction='in'/><arg type='as' direction='in'/>"
    "<arg type='a{sv}' direction='in'/><arg type='i' direction='in'/>"
    "<arg type='u' direction='out'/></method></interface></node>";

static void
on_gone(GDBusConnection *bus, const char *name, gpointer user)
{
    g_ptr_array_add(((Rig *)user)->gone, g_strdup(name));
}

static void // NOLINTNEXTLINE(readability-function-size)
on_desktop(GDBusConnection *bus, const char *sender, const char *path, const char *interface,
           const char *method, GVariant *arguments, GDBusMethodInvocation *call, gpointer user)
{
    Rig *rig = user;
    const char *name, *summary, *body;

    if (strcmp(method, "Notify") == 0) {
        g_variant_get(arguments, "(&su&s&s&s@asa{sv}i)", NULL, NULL, NULL, &summary, &body, NULL,
                      NULL, NULL);
        g_free(rig->note);
        rig->note = g_strdup_printf("%s|%s", summary, body);
        rig->notes++;
        g_dbus_method_invocation_return_value(call, g_variant_new("(u)", 1));
        return;
    }
    g_variant_get(arguments, "(&s)", &name);
    g_ptr_array_add(rig->items, g_strdup(name));
    g_bus_watch_name_on_connection(bus, name, G_BUS_NAME_WATCHER_FLAGS_NONE, NULL, on_gone, rig,
                                   NULL);
    g_dbus_method_invocation_return_value(call, NULL);
}

static guint export(Rig *rig, guint number, const char *path)
{
    static const GDBusInterfaceVTable vtable = {.method_call = on_desktop};
    static GDBusNodeInfo *node;

    if (!node)
        node = g_dbus_node_info_new_for_xml(desktop_xml, NULL);
    return g_dbus_connection_register_object(rig->desktop, path, node->interfaces[number], &vtable,
                                             rig, NULL, NULL);
}

static void
start_watcher(Rig *rig)
{
    rig->object = export(rig, 0, "/StatusNotifierWatcher");
    rig->owner = g_bus_own_name_on_connection(rig->desktop, WATCHER, G_BUS_NAME_OWNER_FLAGS_NONE,
                                              NULL, NULL, NULL, NULL);
}

static void
stop_watcher(Rig *rig)
{
    g_bus_unown_name(rig->owner);
    g_dbus_connection_unregister_object(rig->desktop, rig->object);
}

static void // NOLINTNEXTLINE(readability-function-size)
on_signal(GDBusConnection *bus, const char *sender, const char *path, const char *interface,
          const char *signal, GVariant *arguments, gpointer user)
{
    ((Rig *)user)->signals++;
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

static void
on_answer(GObject *source, GAsyncResult *result, gpointer user)
{
    g_autoptr(GError) error = NULL;
    Rig *rig = user;

    rig->answer = g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);
    g_assert_no_error(error);
}

static GVariant *
ask(Rig *rig, guint item, const char *interface, const char *method, GVariant *arguments)
{
    g_dbus_connection_call(rig->desktop, rig->items->pdata[item], "/StatusNotifierItem", interface,
                           method, arguments, NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, on_answer,
                           rig);
    WAIT_FOR_IN(NULL, rig->answer != NULL);
    return g_steal_pointer(&rig->answer);
}

static GVariant *
property(Rig *rig, guint item, const char *name)
{
    g_autoptr(GVariant) answer =
        ask(rig, item, "org.freedesktop.DBus.Properties", "Get", g_variant_new("(ss)", ITEM, name));
    GVariant *value;

    g_variant_get(answer, "(v)", &value);
    return value;
}

static void
assert_text(Rig *rig, guint item, const char *name, const char *text)
{
    g_autoptr(GVariant) value = property(rig, item, name);

    g_assert_cmpstr(g_variant_get_string(value, NULL), ==, text);
}

// ---- the broker

static const BrokerApp *
on_app(guint32 index, gpointer user)
{
    static const BrokerApp app = {.id = "notes", .name = "Notes"};

    return index == 3 ? &app : NULL;
}

static void
on_event(const CtlTrayEvent *event, gpointer user)
{
    Rig *rig = user;

    rig->event = *event;
    rig->events++;
}

static const BrokerTrayEvents events = {on_app, on_event};

static Rig *
rig_new(void)
{
    Rig *rig = g_new0(Rig, 1);

    rig->daemon = g_test_dbus_new(G_TEST_DBUS_NONE);
    g_test_dbus_up(rig->daemon); // and has its address in the environment
    rig->host = broker_host_new(g_main_context_default(), NULL);
    g_assert_nonnull(rig->host);
    rig->host->bus = new_connection(rig);
    rig->desktop = new_connection(rig);
    rig->items = g_ptr_array_new_with_free_func(g_free);
    rig->gone = g_ptr_array_new_with_free_func(g_free);
    g_dbus_connection_signal_subscribe(rig->desktop, NULL, ITEM, NULL, NULL, NULL,
                                       G_DBUS_SIGNAL_FLAGS_NONE, on_signal, rig, NULL);
    rig->tray = broker_tray_new(rig->host, "demo", "The guest", &events, rig);
    return rig;
}

static void
rig_free(Rig *rig)
{
    broker_tray_free(rig->tray);
    WAIT_FOR_IN(NULL, rig->gone->len == rig->items->len); // all have left the tray
    g_dbus_connection_close_sync(rig->desktop, NULL, NULL);
    g_object_unref(rig->desktop);
    broker_host_free(rig->host);
    g_ptr_array_unref(rig->items);
    g_ptr_array_unref(rig->gone);
    g_free(rig->note);
    g_test_dbus_stop(rig->daemon);
    g_object_unref(rig->daemon);
    g_free(rig);
}

static void
tell(Rig *rig, guint32 icon, guint32 app, const char *tip, gboolean hidden)
{
    struct {
        CtlTray head;
        guint8 bgra[2][4];
    } m = {.head = {.window_id = 7,
                    .icon_id = icon,
                    .app_index = app,
                    .hidden = (guint32)hidden,
                    .width = 2,
                    .height = 1},
           .bgra = {{1, 2, 3, 4}, {5, 6, 7, 8}}};

    m.head.header = (CtlHeader){CTL_TRAY, sizeof m};
    CTL_SET_TEXT(m.head.untrusted_tip, tip);
    g_assert_true(ctl_check(CHAN_SPAN(&m, sizeof m)));
    broker_tray_message(rig->tray, CHAN_SPAN(&m, sizeof m));
}

static void
tell_gone(Rig *rig, guint32 icon)
{
    CtlTrayId m = {.window_id = 7, .icon_id = icon};

    CTL_INIT(&m, CTL_TRAY_GONE);
    broker_tray_message(rig->tray, CHAN_SPAN(&m, sizeof m));
}

// ---- tests

static void
test_item(void)
{
    Rig *rig = rig_new();

    start_watcher(rig);
    tell(rig, 1, 3, "  Two \xe2\x80\xaemessages\n", FALSE); // turned around, and broken
    WAIT_FOR_IN(NULL, rig->items->len == 1);
    assert_text(rig, 0, "Id", "casement.demo.notes");
    assert_text(rig, 0, "Title", "Notes");
    assert_text(rig, 0, "Status", "Active");
    g_autoptr(GVariant) tip = property(rig, 0, "ToolTip");
    g_autofree char *tip_text = g_variant_print(tip, FALSE);
    g_assert_cmpstr(tip_text, ==, "('', [], 'Two messages', 'The guest')");
    g_autoptr(GVariant) pixmap = property(rig, 0, "IconPixmap");
    g_autofree char *pixels = g_variant_print(pixmap, FALSE);
    g_assert_cmpstr(pixels, ==, "[(2, 1, [0x04, 0x03, 0x02, 0x01, 0x08, 0x07, 0x06, 0x05])]");
    g_autoptr(GVariant) all =
        ask(rig, 0, "org.freedesktop.DBus.Properties", "GetAll", g_variant_new("(s)", ITEM));
    rig_free(rig);
}

static void
test_changes(void)
{
    Rig *rig = rig_new();

    start_watcher(rig);
    tell(rig, 1, CTL_APP_NONE, "", FALSE);
    WAIT_FOR_IN(NULL, rig->items->len == 1);
    tell(rig, 2, 3, "Second", FALSE);
    WAIT_FOR_IN(NULL, rig->items->len == 2);
    assert_text(rig, 0, "Id", "casement.demo");
    assert_text(rig, 0, "Title", "The guest"); // of no application of the list
    g_assert_cmpuint(broker_tray_count(rig->tray), ==, 2);
    for (guint i = 0; i < 100; i++)
        tell(rig, 1, 3, "Changed", TRUE);
    WAIT_FOR_IN(NULL, rig->signals >= 4);
    assert_text(rig, 0, "Status", "Passive");
    assert_text(rig, 0, "Title", "Notes");
    g_assert_cmpuint(rig->signals, ==, 4); // together
    g_assert_cmpuint(broker_tray_count(rig->tray), ==, 1);
    tell_gone(rig, 1);
    tell_gone(rig, 1);
    WAIT_FOR_IN(NULL, rig->gone->len == 1);
    g_assert_cmpstr(rig->gone->pdata[0], ==, rig->items->pdata[0]);
    assert_text(rig, 1, "Title", "Notes");
    rig_free(rig);
}

static void
test_clicks(void)
{
    static const struct {
        const char *method;
        CtlTrayEventKind kind;
    } clicks[] = {{"Activate", CTL_TRAY_ACTIVATE},
                  {"SecondaryActivate", CTL_TRAY_SECONDARY},
                  {"ContextMenu", CTL_TRAY_CONTEXT_MENU}};
    Rig *rig = rig_new();

    start_watcher(rig);
    tell(rig, 9, 3, "Clicks", FALSE);
    WAIT_FOR_IN(NULL, rig->items->len == 1);
    for (guint i = 0; i < G_N_ELEMENTS(clicks); i++) {
        g_variant_unref(ask(rig, 0, ITEM, clicks[i].method, g_variant_new("(ii)", -3, 400)));
        g_assert_cmpuint(rig->events, ==, i + 1);
        g_assert_cmpuint(rig->event.kind, ==, clicks[i].kind);
        g_assert_cmpuint(rig->event.window_id, ==, 7);
        g_assert_cmpuint(rig->event.icon_id, ==, 9);
        g_assert_cmpint(rig->event.x, ==, -3);
        g_assert_cmpint(rig->event.y, ==, 400);
    }
    g_variant_unref(ask(rig, 0, ITEM, "Scroll", g_variant_new("(is)", 1, "vertical")));
    g_assert_cmpuint(rig->event.kind, ==, CTL_TRAY_SCROLL);
    g_assert_cmpint(rig->event.value, ==, 1);
    g_variant_unref(ask(rig, 0, ITEM, "Scroll", g_variant_new("(is)", -120, "Horizontal")));
    g_assert_cmpuint(rig->event.kind, ==, CTL_TRAY_SCROLL_RIGHT);
    g_assert_cmpint(rig->event.value, ==, -120);
    g_assert_cmpuint(rig->events, ==, G_N_ELEMENTS(clicks) + 2);
    rig_free(rig);
}

static void
tell_menu(Rig *rig, guint32 icon)
{
    const ChanTrayMenu menu = {
        .count = 5,
        .entries = {{1, 1, CHAN_TRAY_MENU_SUBMENU, CHAN_SPAN_TEXT("Mo\x1bre")},
                    {-5, 2, CHAN_TRAY_MENU_RADIO | CHAN_TRAY_MENU_CHECKED, CHAN_SPAN_TEXT("Deep")},
                    {3, 1, CHAN_TRAY_MENU_SEPARATOR, CHAN_SPAN_TEXT("")},
                    {4, 1, CHAN_TRAY_MENU_DISABLED, CHAN_SPAN_TEXT("Never")},
                    {5, 1, CHAN_TRAY_MENU_CHECK, CHAN_SPAN_TEXT("Check")}}};
    struct {
        CtlTrayMenu head;
        guint8 bytes[CHAN_TRAY_MENU_BYTES_MAX];
    } m = {.head = {.window_id = 7, .icon_id = icon}};
    ChanSpan bytes = chan_tray_menu_encode(&menu, m.bytes, sizeof m.bytes);

    m.head.header = (CtlHeader){CTL_TRAY_MENU, (guint32)(sizeof m.head + bytes.size)};
    g_assert_true(ctl_check(CHAN_SPAN(&m, m.head.header.size)));
    broker_tray_message(rig->tray, CHAN_SPAN(&m, m.head.header.size));
}

static GVariant *
ask_menu(Rig *rig, const char *method, GVariant *arguments)
{
    g_autoptr(GError) error = NULL;

    g_clear_pointer(&rig->answer, g_variant_unref);
    g_dbus_connection_call(rig->desktop, rig->items->pdata[0], "/MenuBar", "com.canonical.dbusmenu",
                           method, arguments, NULL, G_DBUS_CALL_FLAGS_NONE, WAIT_FOR_MS, NULL,
                           on_answer, rig);
    WAIT_FOR_IN(NULL, rig->answer != NULL);
    return g_steal_pointer(&rig->answer);
}

static void
assert_menu(Rig *rig, const char *method, GVariant *arguments, const char *expected)
{
    g_autoptr(GVariant) answer = ask_menu(rig, method, arguments);
    g_autofree char *text = g_variant_print(answer, FALSE);

    g_assert_cmpstr(text, ==, expected);
}

static void
test_menu(void)
{
    Rig *rig = rig_new();

    start_watcher(rig);
    tell_menu(rig, 1); // of none
    tell(rig, 1, 3, "Menu", FALSE);
    WAIT_FOR_IN(NULL, rig->items->len == 1);
    tell_menu(rig, 1);
    assert_menu(rig, "GetLayout", g_variant_new("(iias)", 0, -1, NULL),
                "(2, (0, {'children-display': <'submenu'>}, ["
                "<(1, {'children-display': <'submenu'>, 'label': <'More'>}, ["
                "<(-5, {'label': <'Deep'>, 'toggle-type': <'radio'>, 'toggle-state': <1>}, @av [])>"
                "])>, "
                "<(3, {'type': <'separator'>}, @av [])>, "
                "<(4, {'label': <'Never'>, 'enabled': <false>}, @av [])>, "
                "<(5, {'label': <'Check'>, 'toggle-type': <'checkmark'>, 'toggle-state': <0>}, "
                "@av [])>]))");
    assert_menu(rig, "GetLayout", g_variant_new("(iias)", 1, 0, NULL),
                "(2, (1, {'children-display': <'submenu'>, 'label': <'More'>}, []))");
    assert_menu(rig, "GetProperty", g_variant_new("(is)", 4, "label"), "(<'Never'>,)");
    g_variant_unref(
        ask_menu(rig, "Event", g_variant_new("(isvu)", -5, "clicked", g_variant_new_int32(0), 0)));
    g_assert_cmpuint(rig->event.kind, ==, CTL_TRAY_MENU_CLICKED);
    g_assert_cmpint(rig->event.value, ==, -5);
    assert_menu(rig, "AboutToShow", g_variant_new("(i)", 1), "(false,)");
    g_assert_cmpuint(rig->event.kind, ==, CTL_TRAY_MENU_OPENS);
    g_assert_cmpuint(rig->events, ==, 2);
    // Of an entry that is not there nothing is told.
    g_variant_unref(
        ask_menu(rig, "Event", g_variant_new("(isvu)", 77, "clicked", g_variant_new_int32(0), 0)));
    g_assert_cmpuint(rig->events, ==, 2);
    rig_free(rig);
}

// Nothing breaks without a watcher, and one that comes or is replaced is told.
static void
test_watcher_comes_later(void)
{
    Rig *rig = rig_new();

    tell(rig, 1, 3, "Early", FALSE);
    tell(rig, 2, 3, "Early, too", FALSE);
    start_watcher(rig);
    WAIT_FOR_IN(NULL, rig->items->len == 2);
    g_autofree char *name = g_strdup(rig->items->pdata[0]);
    stop_watcher(rig);
    start_watcher(rig);
    WAIT_FOR_IN(NULL, rig->items->len == 4);
    g_assert_true(g_ptr_array_find_with_equal_func(rig->items, name, g_str_equal, NULL));
    rig_free(rig);
}

static void
test_limits(void)
{
    Rig *rig = rig_new();

    start_watcher(rig);
    for (guint i = 0; i < 2 * BROKER_TRAY_MAX; i++)
        tell(rig, i, 3, "One of many", FALSE);
    g_assert_cmpuint(broker_tray_count(rig->tray), ==, BROKER_TRAY_MAX);
    WAIT_FOR_IN(NULL, rig->items->len == BROKER_TRAY_MAX);
    tell_gone(rig, 5);
    tell(rig, 1000, 3, "The last", FALSE); // there is room again
    WAIT_FOR_IN(NULL, rig->items->len == BROKER_TRAY_MAX + 1);
    g_autoptr(GVariant) tip = property(rig, BROKER_TRAY_MAX, "ToolTip");
    g_autofree char *text = g_variant_print(tip, FALSE);
    g_assert_nonnull(strstr(text, "The last"));
    rig_free(rig);
}

static void
balloon(Rig *rig, guint32 icon, const char *title, const char *text)
{
    CtlTrayBalloon m = {.window_id = 7, .icon_id = icon};

    CTL_INIT(&m, CTL_TRAY_BALLOON);
    CTL_SET_TEXT(m.untrusted_title, title);
    CTL_SET_TEXT(m.untrusted_text, text);
    broker_tray_message(rig->tray, CHAN_SPAN(&m, sizeof m));
}

static void
test_balloon(void)
{
    Rig *rig = rig_new();

    export(rig, 1, "/org/freedesktop/Notifications");
    g_bus_own_name_on_connection(rig->desktop, "org.freedesktop.Notifications",
                                 G_BUS_NAME_OWNER_FLAGS_NONE, NULL, NULL, NULL, NULL);
    start_watcher(rig);
    balloon(rig, 1, "Nobody", "of no icon");
    tell(rig, 1, 3, "Mail", FALSE);
    WAIT_FOR_IN(NULL, rig->items->len == 1); // the names are owned
    balloon(rig, 1, "Mail <b>", "Three\x1b new");
    for (guint i = 0; i < 20; i++)
        balloon(rig, 1, "Mail", "again and again");
    WAIT_FOR_IN(NULL, rig->notes == 1);
    g_assert_cmpstr(rig->note, ==, "Notes (The guest)|Mail &lt;b&gt;: Three new");
    assert_text(rig, 0, "Title", "Notes"); // what was sent before this has come
    g_assert_cmpuint(rig->notes, ==, 1);
    rig_free(rig);
}

int
main(int argc, char **argv)
{
    g_autofree char *base = g_dir_make_tmp("broker-tray-XXXXXX", NULL);
    const char *const folders[] = {"XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_DATA_HOME",
                                   "XDG_STATE_HOME"};

    for (guint i = 0; i < G_N_ELEMENTS(folders); i++)
        g_setenv(folders[i], base, TRUE);
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/broker/tray/item", test_item);
    g_test_add_func("/broker/tray/menu", test_menu);
    g_test_add_func("/broker/tray/changes", test_changes);
    g_test_add_func("/broker/tray/clicks", test_clicks);
    g_test_add_func("/broker/tray/watcher-comes-later", test_watcher_comes_later);
    g_test_add_func("/broker/tray/limits", test_limits);
    g_test_add_func("/broker/tray/balloon", test_balloon);
    return g_test_run();
}
