// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/x11/ibus_bus.h"

#include "guestagent/remoteapp/x11/ibus_text.h"

#include <string.h>

#define NAME "org.freedesktop.portal.IBus"
#define PATH "/org/freedesktop/IBus"
#define PORTAL "org.freedesktop.IBus.Portal"
#define CONTEXT "org.freedesktop.IBus.InputContext"
#define SERVICE "org.freedesktop.IBus.Service"
#define EVDEV_TO_X 8
#define BUS_MS 1000      // that the bus itself may take for an answer
#define PREEDIT_COMMIT 1 // IBusPreeditFocusMode: a program that loses the focus writes it

enum { CAPABILITY_PREEDIT = 1 };        // IBusCapabilite
enum { NAME_REPLACE_NO_QUEUE = 2 | 4 }; // of RequestName
enum { NAME_IS_OURS = 1 };

static const char interface_xml[] =
    "<node><interface name='" PORTAL "'>"
    "<method name='CreateInputContext'><arg type='s' direction='in'/>"
    "<arg type='o' direction='out'/></method>"
    "</interface><interface name='" CONTEXT "'>"
    "<method name='ProcessKeyEvent'><arg type='u' direction='in'/><arg type='u' direction='in'/>"
    "<arg type='u' direction='in'/><arg type='b' direction='out'/></method>"
    "<method name='SetCursorLocation'><arg type='i' direction='in'/><arg type='i' direction='in'/>"
    "<arg type='i' direction='in'/><arg type='i' direction='in'/></method>"
    "<method name='SetCursorLocationRelative'><arg type='i' direction='in'/>"
    "<arg type='i' direction='in'/><arg type='i' direction='in'/>"
    "<arg type='i' direction='in'/></method>"
    "<method name='ProcessHandWritingEvent'><arg type='ad' direction='in'/></method>"
    "<method name='CancelHandWriting'><arg type='u' direction='in'/></method>"
    "<method name='FocusIn'/><method name='FocusOut'/><method name='Reset'/>"
    "<method name='SetCapabilities'><arg type='u' direction='in'/></method>"
    "<method name='PropertyActivate'><arg type='s' direction='in'/>"
    "<arg type='u' direction='in'/></method>"
    "<method name='SetEngine'><arg type='s' direction='in'/></method>"
    "<method name='SetSurroundingText'><arg type='v' direction='in'/>"
    "<arg type='u' direction='in'/><arg type='u' direction='in'/></method>"
    "<signal name='CommitText'><arg type='v'/></signal>"
    "<signal name='UpdatePreeditText'><arg type='v'/><arg type='u'/><arg type='b'/></signal>"
    "<signal name='UpdatePreeditTextWithMode'><arg type='v'/><arg type='u'/><arg type='b'/>"
    "<arg type='u'/></signal>"
    "<property name='PostProcessKeyEvent' type='(a(yv))' access='read'/>"
    "<property name='ContentType' type='(uu)' access='write'/>"
    "<property name='ClientCommitPreedit' type='(b)' access='write'/>"
    "<property name='EffectivePostProcessKeyEvent' type='(b)' access='write'/>"
    "</interface><interface name='" SERVICE "'><method name='Destroy'/></interface></node>";

typedef struct {
    RaIbusContext pub;
    RaIbusBus *bus;
    char *path, *owner; // its name on the bus
    guint object, service, watch;
} Context;

struct RaIbusBus {
    const RaIbusEvents *events;
    gpointer user;
    GMainContext *loop;
    GDBusConnection *connection;
    GDBusNodeInfo *node;
    guint portal;
    GHashTable *contexts; // a set of Context *
    guint last;
};

static void
context_free(gpointer data)
{
    Context *c = data;

    g_bus_unwatch_name(c->watch);
    if (c->object)
        (void)g_dbus_connection_unregister_object(c->bus->connection, c->object);
    if (c->service)
        (void)g_dbus_connection_unregister_object(c->bus->connection, c->service);
    g_free(c->path);
    g_free(c->owner);
    g_free(c);
}

static void
drop(Context *c)
{
    RaIbusBus *b = c->bus;

    b->events->gone(&c->pub, b->user);
    g_hash_table_remove(b->contexts, c);
}

static void
on_owner_gone(GDBusConnection *connection, const char *name, gpointer user)
{
    drop(user);
}

static void
on_key(Context *c, GVariant *arguments, GDBusMethodInvocation *call)
{
    RaIbusBus *b = c->bus;
    RaIbusKey key = {0};

    g_variant_get(arguments, "(uuu)", &key.keysym, &key.keycode, &key.state);
    key.keycode += EVDEV_TO_X;
    bool kept = b->events->key(&c->pub, &key, b->user);
    g_dbus_method_invocation_return_value(call, g_variant_new("(b)", kept));
    b->events->answered(b->user);
}

static void
take_place(Context *c, GVariant *arguments, bool in_window)
{
    g_variant_get(arguments, "(iiii)", &c->pub.untrusted_x, &c->pub.untrusted_y,
                  &c->pub.untrusted_width, &c->pub.untrusted_height);
    c->pub.placed = true;
    c->pub.in_window = in_window;
    c->bus->events->changed(&c->pub, c->bus->user);
}

static void
on_place(Context *c, GVariant *arguments, GDBusMethodInvocation *call)
{
    take_place(c, arguments, false);
    g_dbus_method_invocation_return_value(call, NULL);
}

static void
on_place_in_window(Context *c, GVariant *arguments, GDBusMethodInvocation *call)
{
    take_place(c, arguments, true);
    g_dbus_method_invocation_return_value(call, NULL);
}

static void
on_focus_in(Context *c, GVariant *arguments, GDBusMethodInvocation *call)
{
    c->bus->events->focused(&c->pub, true, c->bus->user);
    g_dbus_method_invocation_return_value(call, NULL);
}

static void
on_focus_out(Context *c, GVariant *arguments, GDBusMethodInvocation *call)
{
    c->bus->events->focused(&c->pub, false, c->bus->user);
    g_dbus_method_invocation_return_value(call, NULL);
}

static void
on_reset(Context *c, GVariant *arguments, GDBusMethodInvocation *call)
{
    c->bus->events->reset(&c->pub, c->bus->user);
    g_dbus_method_invocation_return_value(call, NULL);
}

static void
on_capabilities(Context *c, GVariant *arguments, GDBusMethodInvocation *call)
{
    guint32 capabilities;

    g_variant_get(arguments, "(u)", &capabilities);
    c->pub.on_spot = (capabilities & CAPABILITY_PREEDIT) != 0;
    c->bus->events->changed(&c->pub, c->bus->user);
    g_dbus_method_invocation_return_value(call, NULL);
}

static const struct {
    const char *method;
    void (*handle)(Context *c, GVariant *arguments, GDBusMethodInvocation *call);
} handlers[] = {
    {"ProcessKeyEvent", on_key},
    {"SetCursorLocation", on_place},
    {"SetCursorLocationRelative", on_place_in_window},
    {"FocusIn", on_focus_in},
    {"FocusOut", on_focus_out},
    {"Reset", on_reset},
    {"SetCapabilities", on_capabilities},
};

// What is for the method itself, which is the host's, is heard and no more.
static void // NOLINTNEXTLINE(readability-function-size): the library's parameters
on_context_call(GDBusConnection *connection, const char *sender, const char *path,
                const char *interface, const char *method, GVariant *arguments,
                GDBusMethodInvocation *call, gpointer user)
{
    Context *c = user;

    if (g_strcmp0(sender, c->owner) != 0) {
        g_dbus_method_invocation_return_error(call, G_DBUS_ERROR, G_DBUS_ERROR_ACCESS_DENIED,
                                              "%s is another program's", path);
        return;
    }
    if (g_str_equal(interface, SERVICE)) {
        drop(c);
        g_dbus_method_invocation_return_value(call, NULL);
        return;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(handlers); i++) {
        if (g_str_equal(method, handlers[i].method)) {
            handlers[i].handle(c, arguments, call);
            return;
        }
    }
    g_dbus_method_invocation_return_value(call, NULL);
}

// Text is told when there is some: none is kept until a key has been answered.
static GVariant * // NOLINTNEXTLINE(readability-function-size): the library's parameters
on_get(GDBusConnection *connection, const char *sender, const char *path, const char *interface,
       const char *property, GError **error, gpointer user)
{
    return g_variant_new("(a(yv))", NULL);
}

static gboolean // NOLINTNEXTLINE(readability-function-size): the library's parameters
on_set(GDBusConnection *connection, const char *sender, const char *path, const char *interface,
       const char *property, GVariant *value, GError **error, gpointer user)
{
    Context *c = user;
    gboolean on = FALSE;

    if (g_strcmp0(sender, c->owner) != 0) {
        g_set_error(error, G_DBUS_ERROR, G_DBUS_ERROR_ACCESS_DENIED, "%s is another program's",
                    path);
        return FALSE;
    }
    if (g_str_equal(property, "ClientCommitPreedit")) {
        g_variant_get(value, "(b)", &on);
        c->pub.commits = on;
    }
    return TRUE;
}

static const GDBusInterfaceVTable context_vtable = {
    .method_call = on_context_call, .get_property = on_get, .set_property = on_set};

// The process behind a name of the bus; 0: not known.
static guint32
pid_of(RaIbusBus *b, const char *name)
{
    g_autoptr(GVariant) reply = g_dbus_connection_call_sync(
        b->connection, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
        "GetConnectionUnixProcessID", g_variant_new("(s)", name), G_VARIANT_TYPE("(u)"),
        G_DBUS_CALL_FLAGS_NONE, BUS_MS, NULL, NULL);
    guint32 pid = 0;

    if (reply)
        g_variant_get(reply, "(u)", &pid);
    return pid;
}

// NULL: it could not be.
static Context *
context_new(RaIbusBus *b, const char *owner, const char *untrusted_client)
{
    Context *c = g_new0(Context, 1);

    c->bus = b;
    c->owner = g_strdup(owner);
    c->path = g_strdup_printf(PATH "/InputContext_%u", ++b->last);
    c->pub.pid = pid_of(b, owner);
    c->pub.is_gtk = g_str_has_prefix(untrusted_client, "gtk");
    g_main_context_push_thread_default(b->loop);
    c->object = g_dbus_connection_register_object(
        b->connection, c->path, g_dbus_node_info_lookup_interface(b->node, CONTEXT),
        &context_vtable, c, NULL, NULL);
    c->service = g_dbus_connection_register_object(
        b->connection, c->path, g_dbus_node_info_lookup_interface(b->node, SERVICE),
        &context_vtable, c, NULL, NULL);
    c->watch = g_bus_watch_name_on_connection(b->connection, owner, G_BUS_NAME_WATCHER_FLAGS_NONE,
                                              NULL, on_owner_gone, c, NULL);
    g_main_context_pop_thread_default(b->loop);
    g_hash_table_add(b->contexts, c);
    return c;
}

static void // NOLINTNEXTLINE(readability-function-size): the library's parameters
on_portal_call(GDBusConnection *connection, const char *sender, const char *path,
               const char *interface, const char *method, GVariant *arguments,
               GDBusMethodInvocation *call, gpointer user)
{
    RaIbusBus *b = user;
    const char *untrusted_client;

    if (g_hash_table_size(b->contexts) >= RA_IBUS_CONTEXTS_MAX) {
        g_dbus_method_invocation_return_error(call, G_DBUS_ERROR, G_DBUS_ERROR_LIMITS_EXCEEDED,
                                              "There are %d contexts", RA_IBUS_CONTEXTS_MAX);
        return;
    }
    g_variant_get(arguments, "(&s)", &untrusted_client);
    const Context *c = context_new(b, sender, untrusted_client);
    g_dbus_method_invocation_return_value(call, g_variant_new("(o)", c->path));
}

static const GDBusInterfaceVTable portal_vtable = {.method_call = on_portal_call};

static bool
take_name(RaIbusBus *b, GError **error)
{
    guint32 result = 0;
    g_autoptr(GVariant) reply = g_dbus_connection_call_sync(
        b->connection, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
        "RequestName", g_variant_new("(su)", NAME, NAME_REPLACE_NO_QUEUE), G_VARIANT_TYPE("(u)"),
        G_DBUS_CALL_FLAGS_NONE, BUS_MS, NULL, error);

    if (!reply)
        return false;
    g_variant_get(reply, "(u)", &result);
    if (result == NAME_IS_OURS)
        return true;
    g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_EXISTS,
                        "another program is " NAME " on the session bus");
    return false;
}

static bool
start(RaIbusBus *b, GError **error)
{
    const char *address = g_getenv("DBUS_SESSION_BUS_ADDRESS");

    if (!address) {
        g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                            "DBUS_SESSION_BUS_ADDRESS is not set");
        return false;
    }
    // One of its own: that it ends is no reason to end, and nobody else's.
    b->connection =
        g_dbus_connection_new_for_address_sync(address,
                                               G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                                   G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                               NULL, NULL, error);
    if (!b->connection)
        return false;
    g_main_context_push_thread_default(b->loop);
    b->portal = g_dbus_connection_register_object(
        b->connection, PATH, g_dbus_node_info_lookup_interface(b->node, PORTAL), &portal_vtable, b,
        NULL, error);
    g_main_context_pop_thread_default(b->loop);
    return b->portal != 0 && take_name(b, error);
}

RaIbusBus *
ra_ibus_bus_new(GMainContext *loop, const RaIbusEvents *events, gpointer user, GError **error)
{
    RaIbusBus *b = g_new0(RaIbusBus, 1);

    b->events = events;
    b->user = user;
    b->loop = loop;
    b->node = g_dbus_node_info_new_for_xml(interface_xml, NULL);
    // Programs that had a context of one before us still listen to its path.
    b->last = g_random_int();
    b->contexts = g_hash_table_new_full(NULL, NULL, context_free, NULL);
    if (start(b, error))
        return b;
    ra_ibus_bus_free(b);
    return NULL;
}

void
ra_ibus_bus_free(RaIbusBus *b)
{
    if (!b)
        return;
    g_hash_table_unref(b->contexts);
    if (b->portal)
        (void)g_dbus_connection_unregister_object(b->connection, b->portal);
    if (b->connection)
        (void)g_dbus_connection_close_sync(b->connection, NULL, NULL); // the name goes with it
    g_clear_object(&b->connection);
    g_dbus_node_info_unref(b->node);
    g_free(b);
}

static void
tell(RaIbusBus *b, const Context *c, const char *signal, GVariant *arguments)
{
    // It fails where the bus is gone, and the guest with it.
    (void)g_dbus_connection_emit_signal(b->connection, c->owner, c->path, CONTEXT, signal,
                                        arguments, NULL);
}

void
ra_ibus_bus_commit(RaIbusBus *b, RaIbusContext *context, const char *text)
{
    tell(b, (Context *)context, "CommitText", g_variant_new("(v)", ra_ibus_text(text)));
}

void
ra_ibus_bus_preedit(RaIbusBus *b, RaIbusContext *context, const ChanWindowPreedit *preedit)
{
    const Context *c = (Context *)context;
    GVariant *text = ra_ibus_preedit(preedit);
    guint32 caret = preedit->caret;
    gboolean shown = preedit->count > 0;

    if (c->pub.commits)
        tell(b, c, "UpdatePreeditTextWithMode",
             g_variant_new("(vubu)", text, caret, shown, (guint32)PREEDIT_COMMIT));
    else
        tell(b, c, "UpdatePreeditText", g_variant_new("(vub)", text, caret, shown));
}
