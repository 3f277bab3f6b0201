// SPDX-License-Identifier: Apache-2.0
#include "hostbroker/microphone.h"

#include "channel/glib/timer.h"
#include "hostbroker/notification_file.h"
#include "hostbroker/status_item.h"

#define WATCHER "org.kde.StatusNotifierWatcher"
#define NOTIFICATIONS "org.freedesktop.Notifications"
#define NOTIFICATIONS_PATH "/org/freedesktop/Notifications"
#define ICON "audio-input-microphone"
#define SHOWN_US (2 * G_USEC_PER_SEC) // at least: what was only just heard is seen

struct BrokerMicrophone {
    const BrokerHost *host;
    char *guest, *label;
    gboolean used;
    gint64 since; // when it was shown; 0: it is not
    GSource *over;
    BrokerStatusItem *item;
    guint watch, server_watch;
    gboolean looked, watched; // whether there is a tray is known; there is
    GCancellable *asking;     // while a notification is on its way
    char *server;             // who shows notifications, or NULL
    guint32 notification;     // 0: none is up
};

static void
on_clicked(const BrokerStatusEvent *event, gpointer user)
{
}

static void
show_item(BrokerMicrophone *m)
{
    g_autofree char *id = g_strdup_printf("casement.%s.microphone", m->guest);
    g_autofree char *title = g_strdup_printf("%s is using the microphone", m->label);
    BrokerStatusLook look = {
        .id = id, .title = title, .tip = title, .subtip = "", .icon_name = ICON};

    if (m->item)
        return;
    m->item = broker_status_item_new(m->host->context, &look, on_clicked, m);
    broker_status_item_announce(m->item);
}

// ---- where there is no tray

static void
close_notification(GDBusConnection *bus, guint32 id)
{
    g_dbus_connection_call(bus, NOTIFICATIONS, NOTIFICATIONS_PATH, NOTIFICATIONS,
                           "CloseNotification", g_variant_new("(u)", id), NULL,
                           G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL, NULL);
}

static void
set_notification(BrokerMicrophone *m, guint32 id)
{
    m->notification = id;
    broker_notification_file_write(m->host, m->guest, BROKER_MICROPHONE_FILE, m->server, &id,
                                   id != 0);
}

// One that is not wanted any more is let come, to be closed: its answer has the number.
static void
on_notified(GObject *source, GAsyncResult *result, gpointer user)
{
    GDBusConnection *bus = G_DBUS_CONNECTION(source);
    g_autoptr(GCancellable) asking = user;
    BrokerMicrophone *m = g_object_get_data(G_OBJECT(asking), "microphone");
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply = g_dbus_connection_call_finish(bus, result, &error);
    guint32 id = 0;

    if (reply)
        g_variant_get(reply, "(u)", &id);
    else
        g_debug("no notification: %s", error->message);
    if (m) {
        set_notification(m, id);
        g_clear_object(&m->asking);
    } else if (id != 0) {
        close_notification(bus, id);
    }
}

static void
show_notification(BrokerMicrophone *m)
{
    GVariantBuilder hints;

    if (m->notification != 0 || m->asking)
        return;
    g_autofree char *summary = g_strdup_printf("%s is using the microphone", m->label);
    g_variant_builder_init(&hints, G_VARIANT_TYPE_VARDICT);
    g_variant_builder_add(&hints, "{sv}", "desktop-entry", g_variant_new_string("casement"));
    g_variant_builder_add(&hints, "{sv}", "resident", g_variant_new_boolean(TRUE));
    m->asking = g_cancellable_new();
    g_object_set_data(G_OBJECT(m->asking), "microphone", m);
    g_dbus_connection_call(m->host->bus, NOTIFICATIONS, NOTIFICATIONS_PATH, NOTIFICATIONS, "Notify",
                           g_variant_new("(susss@asa{sv}i)", "Casement", 0u, ICON, summary, "",
                                         g_variant_new_strv(NULL, 0), &hints, 0),
                           G_VARIANT_TYPE("(u)"), G_DBUS_CALL_FLAGS_NONE, -1, NULL, on_notified,
                           g_object_ref(m->asking));
}

static void
hide_notification(BrokerMicrophone *m)
{
    if (m->asking)
        g_object_set_data(G_OBJECT(m->asking), "microphone", NULL);
    g_clear_object(&m->asking);
    if (m->notification == 0)
        return;
    close_notification(m->host->bus, m->notification);
    set_notification(m, 0);
}

// ----

static void
update(BrokerMicrophone *m)
{
    gboolean shown = m->since != 0;

    if (!m->host->bus)
        return;
    if (shown && m->watched)
        show_item(m);
    else
        g_clear_pointer(&m->item, broker_status_item_free);
    if (shown && m->looked && !m->watched)
        show_notification(m);
    else
        hide_notification(m);
}

static void
on_watcher(GDBusConnection *bus, const char *name, const char *owner, gpointer user)
{
    BrokerMicrophone *m = user;

    m->looked = m->watched = TRUE;
    update(m);
}

static void
on_no_watcher(GDBusConnection *bus, const char *name, gpointer user)
{
    BrokerMicrophone *m = user;

    m->looked = TRUE;
    m->watched = FALSE;
    update(m);
}

static void
on_server(GDBusConnection *bus, const char *name, const char *owner, gpointer user)
{
    BrokerMicrophone *m = user;

    g_free(m->server);
    m->server = g_strdup(owner);
    update(m); // what could not be shown before is now
}

// What was up ended with it; its next one is told anew.
static void
on_no_server(GDBusConnection *bus, const char *name, gpointer user)
{
    BrokerMicrophone *m = user;

    g_clear_pointer(&m->server, g_free);
    if (m->notification == 0)
        return;
    set_notification(m, 0);
    update(m);
}

BrokerMicrophone *
broker_microphone_new(const BrokerHost *host, const char *guest, const char *label)
{
    BrokerMicrophone *m = g_new0(BrokerMicrophone, 1);

    m->host = host;
    m->guest = g_strdup(guest);
    m->label = g_strdup(label);
    if (!host->bus)
        return m;
    m->server_watch = g_bus_watch_name_on_connection(
        host->bus, NOTIFICATIONS, G_BUS_NAME_WATCHER_FLAGS_NONE, on_server, on_no_server, m, NULL);
    m->watch = g_bus_watch_name_on_connection(host->bus, WATCHER, G_BUS_NAME_WATCHER_FLAGS_NONE,
                                              on_watcher, on_no_watcher, m, NULL);
    return m;
}

void
broker_microphone_free(BrokerMicrophone *m)
{
    if (!m)
        return;
    if (m->watch)
        g_bus_unwatch_name(m->watch);
    if (m->server_watch)
        g_bus_unwatch_name(m->server_watch);
    chan_timer_clear(&m->over);
    m->since = 0;
    update(m);
    g_free(m->server);
    g_free(m->guest);
    g_free(m->label);
    g_free(m);
}

static gboolean
on_over(gpointer user)
{
    BrokerMicrophone *m = user;

    chan_timer_clear(&m->over);
    m->since = 0;
    update(m);
    return G_SOURCE_REMOVE;
}

void
broker_microphone_set(BrokerMicrophone *m, gboolean used)
{
    gint64 now = g_get_monotonic_time();

    if (m->used == used)
        return;
    m->used = used;
    chan_timer_clear(&m->over);
    if (used) {
        m->since = m->since != 0 ? m->since : now;
        update(m);
        return;
    }
    gint64 left_us = MAX(m->since + SHOWN_US - now, 0);
    m->over = chan_timer_new(m->host->context, (guint)(left_us / 1000), on_over, m);
}

gboolean
broker_microphone_used(const BrokerMicrophone *m)
{
    return m->used;
}
