// SPDX-License-Identifier: Apache-2.0
#include "hostbroker/notification_file.h"

#include <glib/gstdio.h>

#define NAME "org.freedesktop.Notifications"
#define PATH "/org/freedesktop/Notifications"
#define GROUP "Notifications"
#define IDS_MAX 256

typedef struct {
    char *server;
    GArray *ids; // guint32
} Left;

static void
left_free(Left *left)
{
    g_free(left->server);
    g_array_unref(left->ids);
    g_free(left);
}

static char *
path_of(const BrokerHost *host, const char *guest, const char *file)
{
    return broker_host_guest_run(host, guest, file);
}

void
broker_notification_file_write(const BrokerHost *host, const char *guest, const char *file_name,
                               const char *server, const guint32 *ids, guint count)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autoptr(GError) error = NULL;
    g_autofree char *path = path_of(host, guest, file_name);
    gint values[IDS_MAX];

    if (count == 0 || !server) {
        g_unlink(path);
        return;
    }
    for (guint i = 0; i < MIN(count, IDS_MAX); i++)
        values[i] = (gint)ids[i];
    g_key_file_set_string(file, GROUP, "bus", g_dbus_connection_get_guid(host->bus));
    g_key_file_set_string(file, GROUP, "server", server);
    g_key_file_set_integer_list(file, GROUP, "ids", values, MIN(count, IDS_MAX));
    g_autofree char *text = g_key_file_to_data(file, NULL, NULL);
    if (!g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &error))
        g_debug("guest %s: its notifications are not written down: %s", guest, error->message);
}

static Left *
read_left(const BrokerHost *host, const char *path)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    gsize n = 0;

    if (!g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, NULL))
        return NULL;
    g_autofree char *bus = g_key_file_get_string(file, GROUP, "bus", NULL);
    g_autofree char *server = g_key_file_get_string(file, GROUP, "server", NULL);
    g_autofree gint *ids = g_key_file_get_integer_list(file, GROUP, "ids", &n, NULL);
    if (!server || !ids || g_strcmp0(bus, g_dbus_connection_get_guid(host->bus)) != 0)
        return NULL;
    Left *left = g_new0(Left, 1);
    left->server = g_steal_pointer(&server);
    left->ids = g_array_new(FALSE, FALSE, sizeof(guint32));
    g_array_append_vals(left->ids, ids, (guint)n);
    return left;
}

static void
on_owner(GObject *source, GAsyncResult *result, gpointer user)
{
    GDBusConnection *bus = G_DBUS_CONNECTION(source);
    g_autoptr(GVariant) reply = g_dbus_connection_call_finish(bus, result, NULL);
    const char *owner = NULL;
    Left *left = user;

    if (reply)
        g_variant_get(reply, "(&s)", &owner);
    for (guint i = 0; g_strcmp0(owner, left->server) == 0 && i < left->ids->len; i++)
        g_dbus_connection_call(bus, owner, PATH, NAME, "CloseNotification",
                               g_variant_new("(u)", g_array_index(left->ids, guint32, i)), NULL,
                               G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL, NULL);
    left_free(left);
}

void
broker_notification_file_close(const BrokerHost *host, const char *guest, const char *file)
{
    g_autofree char *path = path_of(host, guest, file);
    Left *left = host->bus ? read_left(host, path) : NULL;

    g_unlink(path);
    if (left)
        g_dbus_connection_call(host->bus, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                               "org.freedesktop.DBus", "GetNameOwner", g_variant_new("(s)", NAME),
                               G_VARIANT_TYPE("(s)"), G_DBUS_CALL_FLAGS_NONE, -1, NULL, on_owner,
                               left);
}
