// SPDX-License-Identifier: Apache-2.0
#include "hostbroker/status_menu.h"

#include "channel/utf8.h"

#include <string.h>

#define INTERFACE "com.canonical.dbusmenu"
#define VERSION 3

static const char xml[] =
    "<node><interface name='" INTERFACE "'>"
    "<property name='Version' type='u' access='read'/>"
    "<property name='TextDirection' type='s' access='read'/>"
    "<property name='Status' type='s' access='read'/>"
    "<property name='IconThemePath' type='as' access='read'/>"
    "<method name='GetLayout'><arg type='i' direction='in'/><arg type='i' direction='in'/>"
    "<arg type='as' direction='in'/><arg type='u' direction='out'/>"
    "<arg type='(ia{sv}av)' direction='out'/></method>"
    "<method name='GetGroupProperties'><arg type='ai' direction='in'/>"
    "<arg type='as' direction='in'/><arg type='a(ia{sv})' direction='out'/></method>"
    "<method name='GetProperty'><arg type='i' direction='in'/><arg type='s' direction='in'/>"
    "<arg type='v' direction='out'/></method>"
    "<method name='Event'><arg type='i' direction='in'/><arg type='s' direction='in'/>"
    "<arg type='v' direction='in'/><arg type='u' direction='in'/></method>"
    "<method name='EventGroup'><arg type='a(isvu)' direction='in'/>"
    "<arg type='ai' direction='out'/></method>"
    "<method name='AboutToShow'><arg type='i' direction='in'/><arg type='b' direction='out'/>"
    "</method>"
    "<method name='AboutToShowGroup'><arg type='ai' direction='in'/>"
    "<arg type='ai' direction='out'/><arg type='ai' direction='out'/></method>"
    "<signal name='ItemsPropertiesUpdated'><arg type='a(ia{sv})'/><arg type='a(ias)'/></signal>"
    "<signal name='LayoutUpdated'><arg type='u'/><arg type='i'/></signal>"
    "</interface></node>";

typedef struct {
    gint32 id;
    guint depth, flags;
    char label[CHAN_TRAY_LABEL_MAX + 1];
} Entry;

struct BrokerStatusMenu {
    const BrokerStatusMenuEvents *events;
    gpointer user;
    GDBusConnection *bus; // NULL until exported
    guint object;
    guint32 revision;
    guint count;
    Entry entries[CHAN_TRAY_MENU_MAX];
};

// ---- what it holds

// Index of an entry, -1 for the menu itself, -2 for what is not there.
static int
find(const BrokerStatusMenu *m, gint32 id)
{
    for (guint i = 0; i < m->count; i++)
        if (m->entries[i].id == id)
            return (int)i;
    return id == 0 ? -1 : -2;
}

static void
add(GVariantBuilder *dict, const char *name, GVariant *value)
{
    g_variant_builder_add(dict, "{sv}", name, value);
}

// What is not there has the standard's default.
static GVariant *
properties_of(const BrokerStatusMenu *m, int index)
{
    GVariantBuilder dict;

    g_variant_builder_init(&dict, G_VARIANT_TYPE_VARDICT);
    guint flags = index < 0 ? CHAN_TRAY_MENU_SUBMENU : m->entries[index].flags;
    if (flags & CHAN_TRAY_MENU_SUBMENU)
        add(&dict, "children-display", g_variant_new_string("submenu"));
    if (flags & CHAN_TRAY_MENU_SEPARATOR)
        add(&dict, "type", g_variant_new_string("separator"));
    if (index >= 0 && !(flags & CHAN_TRAY_MENU_SEPARATOR))
        add(&dict, "label", g_variant_new_string(m->entries[index].label));
    if (flags & CHAN_TRAY_MENU_DISABLED)
        add(&dict, "enabled", g_variant_new_boolean(FALSE));
    if (flags & (CHAN_TRAY_MENU_CHECK | CHAN_TRAY_MENU_RADIO)) {
        add(&dict, "toggle-type",
            g_variant_new_string(flags & CHAN_TRAY_MENU_RADIO ? "radio" : "checkmark"));
        add(&dict, "toggle-state", g_variant_new_int32((flags & CHAN_TRAY_MENU_CHECKED) != 0));
    }
    return g_variant_builder_end(&dict);
}

// levels: of what is below it; negative: all. No deeper than CHAN_TRAY_MENU_DEPTH_MAX.
static GVariant * // NOLINTNEXTLINE(misc-no-recursion)
layout_of(const BrokerStatusMenu *m, int index, gint32 levels)
{
    guint depth = index < 0 ? 0 : m->entries[index].depth;
    GVariantBuilder children;

    g_variant_builder_init(&children, G_VARIANT_TYPE("av"));
    for (guint i = (guint)(index + 1); levels != 0 && i < m->count; i++) {
        if (m->entries[i].depth <= depth)
            break;
        if (m->entries[i].depth == depth + 1)
            g_variant_builder_add(&children, "v",
                                  layout_of(m, (int)i, levels < 0 ? levels : levels - 1));
    }
    return g_variant_new("(i@a{sv}av)", index < 0 ? 0 : m->entries[index].id,
                         properties_of(m, index), &children);
}

void
broker_status_menu_set(BrokerStatusMenu *m, const ChanTrayMenu *untrusted)
{
    m->revision++;
    m->count = untrusted->count;
    for (guint i = 0; i < m->count; i++) {
        const ChanTrayMenuEntry *from = &untrusted->entries[i];
        Entry *e = &m->entries[i];
        e->id = from->id;
        e->depth = from->depth;
        e->flags = from->flags;
        chan_utf8_clean(from->untrusted_label, e->label, sizeof e->label);
    }
}

void
broker_status_menu_tell(BrokerStatusMenu *m)
{
    if (m->bus)
        g_dbus_connection_emit_signal(m->bus, NULL, BROKER_STATUS_MENU_PATH, INTERFACE,
                                      "LayoutUpdated", g_variant_new("(ui)", m->revision, 0), NULL);
}

// ---- on the bus

static void
happened(const BrokerStatusMenu *m, gint32 id, const char *event)
{
    int index = find(m, id);

    if (index == -2)
        return;
    if (strcmp(event, "clicked") == 0 && index >= 0)
        m->events->clicked(id, m->user);
    else if (strcmp(event, "opened") == 0)
        m->events->opens(id, m->user);
    else if (strcmp(event, "closed") == 0)
        m->events->closed(id, m->user);
}

static GVariant *
get_layout(const BrokerStatusMenu *m, GVariant *arguments)
{
    gint32 parent, levels;

    g_variant_get(arguments, "(iias)", &parent, &levels, NULL);
    int index = find(m, parent);
    return index == -2 ? NULL
                       : g_variant_new("(u@(ia{sv}av))", m->revision, layout_of(m, index, levels));
}

static GVariant *
get_group(const BrokerStatusMenu *m, GVariant *arguments)
{
    g_autoptr(GVariantIter) ids = NULL;
    GVariantBuilder all;
    gint32 id;
    guint n = 0;

    g_variant_get(arguments, "(aias)", &ids, NULL);
    g_variant_builder_init(&all, G_VARIANT_TYPE("a(ia{sv})"));
    while (n++ <= CHAN_TRAY_MENU_MAX && g_variant_iter_next(ids, "i", &id))
        if (find(m, id) != -2)
            g_variant_builder_add(&all, "(i@a{sv})", id, properties_of(m, find(m, id)));
    return g_variant_new("(a(ia{sv}))", &all);
}

static GVariant *
get_property(const BrokerStatusMenu *m, GVariant *arguments)
{
    const char *name;
    gint32 id;

    g_variant_get(arguments, "(i&s)", &id, &name);
    if (find(m, id) == -2)
        return NULL;
    g_autoptr(GVariant) all = g_variant_ref_sink(properties_of(m, find(m, id)));
    g_autoptr(GVariant) value = g_variant_lookup_value(all, name, NULL);
    return g_variant_new("(v)", value ? value : g_variant_new_string(""));
}

static GVariant *
event_group(const BrokerStatusMenu *m, GVariant *arguments)
{
    g_autoptr(GVariantIter) events = NULL;
    const char *event;
    gint32 id;

    g_variant_get(arguments, "(a(isvu))", &events);
    while (g_variant_iter_next(events, "(i&svu)", &id, &event, NULL, NULL))
        happened(m, id, event);
    return g_variant_new("(ai)", NULL);
}

static GVariant *
single_event(const BrokerStatusMenu *m, GVariant *arguments)
{
    const char *event;
    gint32 id;

    g_variant_get(arguments, "(i&svu)", &id, &event, NULL, NULL);
    happened(m, id, event);
    return g_variant_new("()");
}

// What is new by then is told as a change.
static GVariant *
about_to_show(const BrokerStatusMenu *m, GVariant *arguments)
{
    gint32 id;

    g_variant_get(arguments, "(i)", &id);
    happened(m, id, "opened");
    return g_variant_new("(b)", FALSE);
}

static GVariant *
about_to_show_group(const BrokerStatusMenu *m, GVariant *arguments)
{
    g_autoptr(GVariantIter) ids = NULL;
    gint32 id;

    g_variant_get(arguments, "(ai)", &ids);
    while (g_variant_iter_next(ids, "i", &id))
        happened(m, id, "opened");
    return g_variant_new("(aiai)", NULL, NULL);
}

// The signatures are GDBus'.
static void // NOLINTNEXTLINE(readability-function-size)
on_method(GDBusConnection *bus, const char *sender, const char *path, const char *interface,
          const char *method, GVariant *arguments, GDBusMethodInvocation *call, gpointer user)
{
    static const struct {
        const char *name;
        GVariant *(*answer)(const BrokerStatusMenu *m, GVariant *arguments);
    } methods[] = {{"GetLayout", get_layout},
                   {"GetGroupProperties", get_group},
                   {"GetProperty", get_property},
                   {"Event", single_event},
                   {"EventGroup", event_group},
                   {"AboutToShow", about_to_show},
                   {"AboutToShowGroup", about_to_show_group}};
    GVariant *answer = NULL;

    for (gsize i = 0; i < G_N_ELEMENTS(methods); i++)
        if (strcmp(method, methods[i].name) == 0)
            answer = methods[i].answer(user, arguments);
    if (answer)
        g_dbus_method_invocation_return_value(call, answer);
    else
        g_dbus_method_invocation_return_error_literal(call, G_DBUS_ERROR, G_DBUS_ERROR_INVALID_ARGS,
                                                      "the menu has no such entry");
}

static GVariant * // NOLINTNEXTLINE(readability-function-size)
on_property(GDBusConnection *bus, const char *sender, const char *path, const char *interface,
            const char *name, GError **error, gpointer user)
{
    if (strcmp(name, "Version") == 0)
        return g_variant_new_uint32(VERSION);
    if (strcmp(name, "IconThemePath") == 0)
        return g_variant_new_strv(NULL, 0);
    return g_variant_new_string(strcmp(name, "Status") == 0 ? "normal" : "ltr");
}

gboolean
broker_status_menu_export(BrokerStatusMenu *m, GDBusConnection *bus, GError **error)
{
    static const GDBusInterfaceVTable vtable = {.method_call = on_method,
                                                .get_property = on_property};
    static GDBusNodeInfo *node;

    if (!node)
        node = g_dbus_node_info_new_for_xml(xml, NULL);
    m->object = g_dbus_connection_register_object(bus, BROKER_STATUS_MENU_PATH, node->interfaces[0],
                                                  &vtable, m, NULL, error);
    if (m->object)
        m->bus = bus;
    return m->object != 0;
}

BrokerStatusMenu *
broker_status_menu_new(const BrokerStatusMenuEvents *events, gpointer user)
{
    BrokerStatusMenu *m = g_new0(BrokerStatusMenu, 1);

    m->events = events;
    m->user = user;
    m->revision = 1;
    return m;
}

void
broker_status_menu_free(BrokerStatusMenu *m)
{
    if (!m)
        return;
    if (m->object)
        g_dbus_connection_unregister_object(m->bus, m->object);
    g_free(m);
}
