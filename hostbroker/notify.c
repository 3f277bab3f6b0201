// SPDX-License-Identifier: Apache-2.0
#include "hostbroker/notify.h"

static void
on_notified(GObject *source, GAsyncResult *result, gpointer user)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);

    if (!reply)
        g_debug("no notification: %s", error->message);
}

void
broker_notify(const BrokerHost *host, const char *summary, const char *text)
{
    g_autofree char *markup = g_markup_escape_text(text, -1);
    GVariantBuilder hints;

    if (!host->bus)
        return;
    g_variant_builder_init(&hints, G_VARIANT_TYPE_VARDICT);
    g_variant_builder_add(&hints, "{sv}", "desktop-entry", g_variant_new_string("casement"));
    g_dbus_connection_call(host->bus, "org.freedesktop.Notifications",
                           "/org/freedesktop/Notifications", "org.freedesktop.Notifications",
                           "Notify",
                           g_variant_new("(susss@asa{sv}i)", "Casement", 0u, "computer", summary,
                                         markup, g_variant_new_strv(NULL, 0), &hints, -1),
                           NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, on_notified, NULL);
}
