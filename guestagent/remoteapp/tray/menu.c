// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/tray/menu.h"

#include "channel/glib/timer.h"

#include <string.h>

#define INTERFACE "com.canonical.dbusmenu"
#define ANSWER_MS 10000
#define LAYOUT "(ia{sv}av)"

struct RaTrayMenu {
    GMainContext *context;
    GDBusConnection *bus;
    char *owner, *path;
    RaTrayMenuChanged changed;
    gpointer user;
    GCancellable *gone;
    guint signals;
    gboolean asked, stale;
    GSource *rest; // until it may be asked for again
};

// ---- what a layout says

static guint8
flags_of(GVariant *properties)
{
    const char *text = NULL;
    gboolean enabled = TRUE;
    gint32 state = 0;
    guint flags = 0;

    if (g_variant_lookup(properties, "type", "&s", &text) && strcmp(text, "separator") == 0)
        flags |= CHAN_TRAY_MENU_SEPARATOR;
    if (g_variant_lookup(properties, "enabled", "b", &enabled) && !enabled)
        flags |= CHAN_TRAY_MENU_DISABLED;
    if (g_variant_lookup(properties, "children-display", "&s", &text) &&
        strcmp(text, "submenu") == 0)
        flags |= CHAN_TRAY_MENU_SUBMENU;
    if (!g_variant_lookup(properties, "toggle-type", "&s", &text))
        return (guint8)flags;
    if (strcmp(text, "checkmark") == 0)
        flags |= CHAN_TRAY_MENU_CHECK;
    else if (strcmp(text, "radio") == 0)
        flags |= CHAN_TRAY_MENU_RADIO;
    if (g_variant_lookup(properties, "toggle-state", "i", &state) && state == 1)
        flags |= CHAN_TRAY_MENU_CHECKED;
    return (guint8)flags;
}

// Cut between characters.
static ChanSpan
label_of(GVariant *properties, GStringChunk *chunk)
{
    const char *label = "";

    (void)g_variant_lookup(properties, "label", "&s", &label);
    gsize size = strlen(label);
    if (size > CHAN_TRAY_LABEL_MAX)
        for (size = CHAN_TRAY_LABEL_MAX; size > 0 && ((guint8)label[size] & 0xc0) == 0x80;)
            size--;
    return CHAN_SPAN(g_string_chunk_insert_len(chunk, label, (gssize)size), size);
}

// depth: of its children. No deeper than CHAN_TRAY_MENU_DEPTH_MAX.
static void // NOLINTNEXTLINE(misc-no-recursion)
add_children(GVariant *children, guint8 depth, ChanTrayMenu *menu, GStringChunk *chunk)
{
    gsize count = g_variant_n_children(children);

    for (gsize i = 0; i < count && menu->count < CHAN_TRAY_MENU_MAX; i++) {
        g_autoptr(GVariant) boxed = g_variant_get_child_value(children, i);
        g_autoptr(GVariant) child = g_variant_get_variant(boxed);
        gboolean visible = TRUE;
        gint32 id;
        if (!g_variant_is_of_type(child, G_VARIANT_TYPE(LAYOUT)))
            continue;
        g_autoptr(GVariant) properties = g_variant_get_child_value(child, 1);
        g_autoptr(GVariant) below = g_variant_get_child_value(child, 2);
        g_variant_get_child(child, 0, "i", &id);
        (void)g_variant_lookup(properties, "visible", "b", &visible);
        if (!visible || id == 0)
            continue;
        ChanTrayMenuEntry *e = &menu->entries[menu->count++];
        *e = (ChanTrayMenuEntry){.id = id,
                                 .depth = depth,
                                 .flags = flags_of(properties),
                                 .untrusted_label = label_of(properties, chunk)};
        if ((e->flags & CHAN_TRAY_MENU_SUBMENU) && depth < CHAN_TRAY_MENU_DEPTH_MAX)
            add_children(below, depth + 1, menu, chunk);
    }
}

void
ra_tray_menu_read(GVariant *untrusted_layout, ChanTrayMenu *menu, GStringChunk *chunk)
{
    menu->count = 0;
    if (!g_variant_is_of_type(untrusted_layout, G_VARIANT_TYPE(LAYOUT)))
        return;
    g_autoptr(GVariant) children = g_variant_get_child_value(untrusted_layout, 2);
    add_children(children, 1, menu, chunk);
}

// ---- asking for it

static void ask(RaTrayMenu *m);

static gboolean
on_rested(gpointer user)
{
    RaTrayMenu *m = user;

    chan_timer_clear(&m->rest);
    if (m->stale)
        ask(m);
    return G_SOURCE_REMOVE;
}

static void
tell(RaTrayMenu *m, GVariant *answer)
{
    g_autoptr(GVariant) layout = g_variant_get_child_value(answer, 1);
    g_autoptr(GStringChunk) chunk = g_string_chunk_new(4096);
    ChanTrayMenu menu;
    guint8 buffer[CHAN_TRAY_MENU_BYTES_MAX];

    ra_tray_menu_read(layout, &menu, chunk);
    ChanSpan bytes = chan_tray_menu_encode(&menu, buffer, sizeof buffer);
    g_autoptr(GBytes) encoded = g_bytes_new(bytes.data, bytes.size);
    m->changed(encoded, m->user);
}

static void
on_layout(GObject *source, GAsyncResult *result, gpointer user)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) answer =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);

    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return; // the menu is gone
    RaTrayMenu *m = user;
    m->asked = FALSE;
    m->rest = chan_timer_new(m->context, RA_TRAY_REST_MS, on_rested, m);
    if (answer)
        tell(m, answer);
    else
        g_info("a menu of the tray cannot be read: %s", error->message);
}

static void
ask(RaTrayMenu *m)
{
    m->stale = m->asked || m->rest != NULL;
    if (m->stale)
        return;
    m->asked = TRUE;
    g_dbus_connection_call(m->bus, m->owner, m->path, INTERFACE, "GetLayout",
                           g_variant_new("(iias)", 0, -1, NULL), G_VARIANT_TYPE("(u" LAYOUT ")"),
                           G_DBUS_CALL_FLAGS_NO_AUTO_START, ANSWER_MS, m->gone, on_layout, m);
}

static void // NOLINTNEXTLINE(readability-function-size)
on_signal(GDBusConnection *bus, const char *sender, const char *path, const char *interface,
          const char *signal, GVariant *arguments, gpointer user)
{
    if (strcmp(signal, "LayoutUpdated") == 0 || strcmp(signal, "ItemsPropertiesUpdated") == 0)
        ask(user);
}

RaTrayMenu *
ra_tray_menu_new(GMainContext *context, GDBusConnection *bus, const char *owner, const char *path,
                 RaTrayMenuChanged changed, gpointer user)
{
    RaTrayMenu *m = g_new0(RaTrayMenu, 1);

    m->context = context;
    m->bus = bus;
    m->owner = g_strdup(owner);
    m->path = g_strdup(path);
    m->changed = changed;
    m->user = user;
    m->gone = g_cancellable_new();
    m->signals = g_dbus_connection_signal_subscribe(bus, owner, INTERFACE, NULL, path, NULL,
                                                    G_DBUS_SIGNAL_FLAGS_NONE, on_signal, m, NULL);
    ask(m);
    return m;
}

void
ra_tray_menu_free(RaTrayMenu *m)
{
    if (!m)
        return;
    g_cancellable_cancel(m->gone);
    g_object_unref(m->gone);
    g_dbus_connection_signal_unsubscribe(m->bus, m->signals);
    chan_timer_clear(&m->rest);
    g_free(m->owner);
    g_free(m->path);
    g_free(m);
}

const char *
ra_tray_menu_path(const RaTrayMenu *m)
{
    return m->path;
}

// ---- what the user does

static void
event(RaTrayMenu *m, gint32 id, const char *what)
{
    g_dbus_connection_call(m->bus, m->owner, m->path, INTERFACE, "Event",
                           g_variant_new("(isvu)", id, what, g_variant_new_int32(0),
                                         (guint32)(g_get_monotonic_time() / 1000)),
                           NULL, G_DBUS_CALL_FLAGS_NO_AUTO_START, ANSWER_MS, NULL, NULL, NULL);
}

void
ra_tray_menu_clicked(RaTrayMenu *m, gint32 id)
{
    event(m, id, "clicked");
}

void
ra_tray_menu_closed(RaTrayMenu *m, gint32 id)
{
    event(m, id, "closed");
}

static void
on_about_to_show(GObject *source, GAsyncResult *result, gpointer user)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) answer =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);
    gboolean changed = FALSE;

    if (!answer)
        return; // gone, or a program that does not know it
    g_variant_get(answer, "(b)", &changed);
    if (changed)
        ask(user);
}

void
ra_tray_menu_opens(RaTrayMenu *m, gint32 id)
{
    g_dbus_connection_call(m->bus, m->owner, m->path, INTERFACE, "AboutToShow",
                           g_variant_new("(i)", id), G_VARIANT_TYPE("(b)"),
                           G_DBUS_CALL_FLAGS_NO_AUTO_START, ANSWER_MS, m->gone, on_about_to_show,
                           m);
    event(m, id, "opened");
}
