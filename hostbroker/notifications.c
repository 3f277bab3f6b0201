// SPDX-License-Identifier: Apache-2.0
#include "hostbroker/notifications.h"

#include "channel/glib/timer.h"
#include "channel/utf8.h"
#include "hostbroker/markup.h"
#include "hostbroker/notification_file.h"
#include "hostbroker/publish.h"

#include <string.h>

#define NAME "org.freedesktop.Notifications"
#define PATH "/org/freedesktop/Notifications"
#define BURST 8
#define EVERY_US (G_USEC_PER_SEC / 4) // one more after the burst
#define UNDEFINED 4                   // reason for CLOSED

// One of the guest's. A copy of what it told last is kept until it has been sent.
typedef struct {
    BrokerNotifications *all;        // NULL: nobody waits for the answer under way any more
    guint32 id, host_id;             // host_id 0: not up yet
    GBytes *due;                     // NOTIFICATION that is to be sent, decoded before
    guint n_actions, default_action; // which is a click on it; n_actions: none
    gboolean calling;                // Notify was called and has not answered
    gboolean gone;                   // closed as soon as the answer is there
} Note;

struct BrokerNotifications {
    const BrokerHost *host;
    BrokerCatalog *catalog;
    const BrokerNotificationEvents *events;
    gpointer user;
    char *guest, *label, *prefix;
    char *server;     // who shows them on the bus, or NULL
    GPtrArray *notes; // of Note
    guint subscription, watch;
    gint64 tokens_us; // how much of the burst is used up, as time
    gint64 filled_us;
    GSource *later;
};

static void
note_free(Note *note)
{
    g_clear_pointer(&note->due, g_bytes_unref);
    g_free(note);
}

static void
call(const BrokerNotifications *n, const char *method, GVariant *arguments)
{
    g_dbus_connection_call(n->host->bus, NAME, PATH, NAME, method, arguments, NULL,
                           G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL, NULL);
}

// For the next broker, if this one crashes.
static void
write_down(const BrokerNotifications *n)
{
    guint32 ids[CHAN_NOTIFICATIONS_MAX];
    guint count = 0;

    for (guint i = 0; i < n->notes->len && count < G_N_ELEMENTS(ids); i++) {
        const Note *note = g_ptr_array_index(n->notes, i);
        if (note->host_id)
            ids[count++] = note->host_id;
    }
    broker_notification_file_write(n->host, n->guest, BROKER_NOTIFICATIONS_FILE, n->server, ids,
                                   count);
}

// Out of the table. While its call is under way the answer's handler has it.
static void
drop(BrokerNotifications *n, guint index)
{
    Note *note = g_ptr_array_index(n->notes, index);

    g_ptr_array_remove_index(n->notes, index);
    if (note->host_id)
        call(n, "CloseNotification", g_variant_new("(u)", note->host_id));
    write_down(n);
    note->gone = TRUE;
    note->all = NULL;
    if (!note->calling)
        note_free(note);
}

static gboolean
find(const BrokerNotifications *n, guint32 id, guint *index)
{
    for (*index = 0; *index < n->notes->len; ++*index)
        if (((Note *)g_ptr_array_index(n->notes, *index))->id == id)
            return TRUE;
    return FALSE;
}

static void
tell(BrokerNotifications *n, guint16 type, guint32 id, guint32 what)
{
    ChanNotificationEvent m = {.id = id, .what = what};

    n->events->tell(type, &m, n->user);
}

static void send_due(BrokerNotifications *n);

// By the desktop: not to be closed again.
static void
closed(BrokerNotifications *n, Note *note, guint32 reason)
{
    guint32 id = note->id;
    guint index;

    note->host_id = 0;
    if (find(n, id, &index))
        drop(n, index);
    tell(n, CHAN_MSG_NOTIFICATION_CLOSED, id, reason);
}

static void
on_notified(GObject *source, GAsyncResult *result, gpointer user)
{
    GDBusConnection *bus = G_DBUS_CONNECTION(source);
    g_autoptr(GVariant) reply = g_dbus_connection_call_finish(bus, result, NULL);
    Note *note = user;
    guint32 host_id = 0;

    if (reply)
        g_variant_get(reply, "(u)", &host_id);
    note->calling = FALSE;
    if (note->gone) {
        if (host_id && host_id != note->host_id)
            g_dbus_connection_call(bus, NAME, PATH, NAME, "CloseNotification",
                                   g_variant_new("(u)", host_id), NULL, G_DBUS_CALL_FLAGS_NONE, -1,
                                   NULL, NULL, NULL);
        note_free(note);
        return;
    }
    gboolean other = note->host_id != host_id;
    note->host_id = host_id;
    if (host_id == 0) {
        closed(note->all, note, UNDEFINED); // nothing shows notifications here
        return;
    }
    if (other)
        write_down(note->all);
    send_due(note->all);
}

static GVariant *arguments_of(BrokerNotifications *n, const ChanNotification *m, guint32 replaces);

static void
send(BrokerNotifications *n, Note *note)
{
    g_autoptr(GBytes) due = g_steal_pointer(&note->due);
    ChanNotification m = {0};
    gsize size;
    const guint8 *data = g_bytes_get_data(due, &size);

    if (!chan_notification_decode(&m, CHAN_SPAN(data, size)))
        return;
    note->n_actions = m.n_actions;
    note->default_action = 0;
    while (note->default_action < m.n_actions && !m.actions[note->default_action].is_default)
        note->default_action++;
    note->calling = TRUE;
    g_dbus_connection_call(n->host->bus, NAME, PATH, NAME, "Notify",
                           arguments_of(n, &m, note->host_id), G_VARIANT_TYPE("(u)"),
                           G_DBUS_CALL_FLAGS_NONE, -1, NULL, on_notified, note);
}

static gboolean
on_later(gpointer user)
{
    BrokerNotifications *n = user;

    g_clear_pointer(&n->later, g_source_unref);
    send_due(n);
    return G_SOURCE_REMOVE;
}

// A token's worth of time is used up by each; what is used up comes back as time goes.
static gboolean
take_token(BrokerNotifications *n)
{
    gint64 now = g_get_monotonic_time();

    n->tokens_us = MAX(0, n->tokens_us - (now - n->filled_us));
    n->filled_us = now;
    if (n->tokens_us + EVERY_US > BURST * EVERY_US)
        return FALSE;
    n->tokens_us += EVERY_US;
    return TRUE;
}

static void
send_due(BrokerNotifications *n)
{
    for (guint i = 0; i < n->notes->len; i++) {
        Note *note = g_ptr_array_index(n->notes, i);
        if (!note->due || note->calling)
            continue;
        if (!take_token(n)) {
            if (n->later)
                return;
            n->later = chan_timer_new(n->host->context, EVERY_US / 1000, on_later, n);
            return;
        }
        send(n, note);
    }
}

static Note *
by_host_id(const BrokerNotifications *n, guint32 host_id)
{
    for (guint i = 0; host_id && i < n->notes->len; i++) {
        Note *note = g_ptr_array_index(n->notes, i);
        if (note->host_id == host_id)
            return note;
    }
    return NULL;
}

static void // NOLINTNEXTLINE(readability-function-size)
on_signal(GDBusConnection *bus, const char *sender, const char *path, const char *interface,
          const char *signal, GVariant *arguments, gpointer user)
{
    BrokerNotifications *n = user;
    const char *key = NULL;
    guint32 host_id = 0, reason = 0;

    if (g_str_equal(signal, "NotificationClosed") &&
        g_variant_is_of_type(arguments, G_VARIANT_TYPE("(uu)"))) {
        g_variant_get(arguments, "(uu)", &host_id, &reason);
        Note *note = by_host_id(n, host_id);
        if (note)
            closed(n, note, reason);
    } else if (g_str_equal(signal, "ActionInvoked") &&
               g_variant_is_of_type(arguments, G_VARIANT_TYPE("(us)"))) {
        g_variant_get(arguments, "(u&s)", &host_id, &key);
        const Note *note = by_host_id(n, host_id);
        guint64 which = 0;
        if (note &&
            g_ascii_string_to_unsigned(key[0] == 'a' ? key + 1 : "x", 10, 0,
                                       CHAN_NOTIFICATION_ACTIONS_MAX, &which, NULL) &&
            which < note->n_actions)
            tell(n, CHAN_MSG_NOTIFICATION_ACTION, note->id, (guint32)which);
        else if (note && g_str_equal(key, "default") && note->default_action < note->n_actions)
            tell(n, CHAN_MSG_NOTIFICATION_ACTION, note->id, note->default_action);
    }
}

static void
on_appeared(GDBusConnection *bus, const char *name, const char *owner, gpointer user)
{
    BrokerNotifications *n = user;

    g_free(n->server);
    n->server = g_strdup(owner);
    write_down(n);
}

// The desktop's notifications ended with their server, whose next one counts from 1 again.
static void
on_vanished(GDBusConnection *bus, const char *name, gpointer user)
{
    BrokerNotifications *n = user;

    g_clear_pointer(&n->server, g_free);
    for (guint i = n->notes->len; i-- > 0;) {
        Note *note = g_ptr_array_index(n->notes, i);
        if (note->host_id && !note->calling)
            closed(n, note, UNDEFINED);
    }
}

BrokerNotifications *
broker_notifications_new(const BrokerHost *host, BrokerCatalog *catalog, const BrokerConfig *config,
                         const BrokerNotificationEvents *events, gpointer user)
{
    BrokerNotifications *n = g_new0(BrokerNotifications, 1);

    n->host = host;
    n->catalog = catalog;
    n->guest = g_strdup(config->name);
    n->label = g_strdup(config->label);
    n->prefix = g_strdup(config->title_prefix);
    n->events = events;
    n->user = user;
    n->notes = g_ptr_array_new();
    if (!host->bus)
        return n;
    n->subscription = g_dbus_connection_signal_subscribe(
        host->bus, NAME, NAME, NULL, PATH, NULL, G_DBUS_SIGNAL_FLAGS_NONE, on_signal, n, NULL);
    n->watch = g_bus_watch_name_on_connection(host->bus, NAME, G_BUS_NAME_WATCHER_FLAGS_NONE,
                                              on_appeared, on_vanished, n, NULL);
    return n;
}

void
broker_notifications_close_all(BrokerNotifications *n)
{
    while (n->notes->len > 0)
        drop(n, n->notes->len - 1);
}

void
broker_notifications_free(BrokerNotifications *n)
{
    if (!n)
        return;
    broker_notifications_close_all(n);
    if (n->subscription)
        g_dbus_connection_signal_unsubscribe(n->host->bus, n->subscription);
    if (n->watch)
        g_bus_unwatch_name(n->watch);
    chan_timer_clear(&n->later);
    g_ptr_array_unref(n->notes);
    g_free(n->server);
    g_free(n->guest);
    g_free(n->label);
    g_free(n->prefix);
    g_free(n);
}

// ---- what the guest tells, made fit

static char *
clean_text(ChanSpan untrusted)
{
    char *text = g_malloc(3 * untrusted.size + 1); // U+FFFD for a byte is three

    chan_utf8_clean(untrusted, text, 3 * untrusted.size + 1);
    return text;
}

static char *
clean_body(ChanSpan untrusted)
{
    g_autofree char *text = g_utf8_make_valid((const char *)untrusted.data, (gssize)untrusted.size);

    return broker_markup_clean(text);
}

// By the id that it says, or by the name that people read.
static const BrokerApp *
program_of(BrokerNotifications *n, ChanSpan untrusted_id, const char *name)
{
    g_autofree char *id = clean_text(untrusted_id);
    g_autoptr(GPtrArray) apps = broker_catalog_apps(n->catalog);
    const BrokerApp *app = *id ? broker_catalog_find(n->catalog, id) : NULL;

    for (guint i = 0; !app && *name && i < apps->len; i++) {
        const BrokerApp *other = g_ptr_array_index(apps, i);
        if (g_ascii_strcasecmp(other->name, name) == 0 || g_ascii_strcasecmp(other->id, name) == 0)
            app = other;
    }
    return app;
}

static GVariant *
picture(const ChanNotification *m)
{
    GByteArray *rgba = g_byte_array_sized_new((guint)m->pixels.size);

    for (gsize i = 0; i < m->pixels.size; i += 4) {
        const guint8 *from = m->pixels.data + i;
        const guint8 to[4] = {from[2], from[1], from[0], from[3]};
        g_byte_array_append(rgba, to, sizeof to);
    }
    g_autoptr(GBytes) bytes = g_byte_array_free_to_bytes(rgba);
    return g_variant_new("(iiibii@ay)", (gint32)m->width, (gint32)m->height, (gint32)m->width * 4,
                         TRUE, 8, 4, g_variant_new_from_bytes(G_VARIANT_TYPE("ay"), bytes, TRUE));
}

static GVariant *
hints_of(BrokerNotifications *n, const ChanNotification *m, const BrokerApp *app)
{
    g_autofree char *entry = app ? broker_desktop_id(n->guest, app->id) : g_strdup("casement");
    GVariantBuilder hints;

    g_variant_builder_init(&hints, G_VARIANT_TYPE_VARDICT);
    g_variant_builder_add(&hints, "{sv}", "urgency", g_variant_new_byte(m->urgency));
    g_variant_builder_add(&hints, "{sv}", "desktop-entry", g_variant_new_string(entry));
    if (m->flags & CHAN_NOTIFICATION_TRANSIENT)
        g_variant_builder_add(&hints, "{sv}", "transient", g_variant_new_boolean(TRUE));
    if (m->flags & CHAN_NOTIFICATION_RESIDENT)
        g_variant_builder_add(&hints, "{sv}", "resident", g_variant_new_boolean(TRUE));
    if (m->width > 0 && m->height > 0)
        g_variant_builder_add(&hints, "{sv}", "image-data", picture(m));
    return g_variant_builder_end(&hints);
}

// Keys of ours, so that those of the guest's program never leave it.
static GVariant *
actions_of(const ChanNotification *m)
{
    GVariantBuilder actions;

    g_variant_builder_init(&actions, G_VARIANT_TYPE("as"));
    for (guint i = 0; i < m->n_actions; i++) {
        g_autofree char *name = clean_text(m->actions[i].name);
        g_autofree char *key =
            m->actions[i].is_default ? g_strdup("default") : g_strdup_printf("a%u", i);
        g_variant_builder_add(&actions, "s", key);
        g_variant_builder_add(&actions, "s", name);
    }
    return g_variant_builder_end(&actions);
}

static GVariant *
arguments_of(BrokerNotifications *n, const ChanNotification *m, guint32 replaces)
{
    g_autofree char *told = clean_text(m->app_name), *text = clean_text(m->summary);
    g_autofree char *summary = g_strdup_printf("%s%s%s", n->prefix, *n->prefix ? " " : "", text);
    g_autofree char *body = clean_body(m->body);
    const BrokerApp *app = program_of(n, m->app_id, told);
    const char *program = app ? app->name : told;
    g_autofree char *name = *program && strcmp(program, n->label) != 0
                                ? g_strdup_printf("%s (%s)", program, n->label)
                                : g_strdup(n->label);
    g_autofree char *icon = app ? broker_desktop_id(n->guest, app->id) : g_strdup("computer");

    return g_variant_new("(susss@as@a{sv}i)", name, replaces, icon, summary, body, actions_of(m),
                         hints_of(n, m, app), m->expire_ms);
}

static void
take(BrokerNotifications *n, const ChanNotification *m, ChanSpan payload)
{
    guint index;

    if (!find(n, m->id, &index)) {
        if (index >= CHAN_NOTIFICATIONS_MAX || !n->host->bus) {
            tell(n, CHAN_MSG_NOTIFICATION_CLOSED, m->id, UNDEFINED);
            return;
        }
        Note *new = g_new0(Note, 1);
        *new = (Note){.all = n, .id = m->id};
        g_ptr_array_add(n->notes, new);
    }
    Note *note = g_ptr_array_index(n->notes, index);
    g_clear_pointer(&note->due, g_bytes_unref);
    note->due = g_bytes_new(payload.data, payload.size);
    send_due(n);
}

gboolean
broker_notifications_message(BrokerNotifications *n, guint16 type, ChanSpan untrusted_payload)
{
    ChanNotification m = {0};
    guint32 id;
    guint index;

    if (type == CHAN_MSG_NOTIFICATION) {
        if (!chan_notification_decode(&m, untrusted_payload))
            return FALSE;
        take(n, &m, untrusted_payload);
        return TRUE;
    }
    if (!chan_notification_gone_decode(&id, untrusted_payload))
        return FALSE;
    if (find(n, id, &index))
        drop(n, index);
    return TRUE;
}
