// SPDX-License-Identifier: Apache-2.0
#include "guestagent/supervisor/dbusapp.h"

#include "guestagent/supervisor/environment.h"

#include <gio/gio.h>
#include <string.h>

#define INTERFACE "org.freedesktop.Application"
// Long enough for a program on a loaded machine; then its Exec line is tried.
#define TIMEOUT_MS 15000

struct SupDbusApps {
    char *address;
    GDBusConnection *connection; // NULL: not yet, or it closed
    GCancellable *cancellable;
    gboolean method, told_method;
};

typedef struct {
    SupDbusApps *apps;
    char *name, *path;
    const char *method;
    GVariant *arguments;
    SupActivated activated;
    gpointer user;
} Call;

SupDbusApps *
sup_dbus_apps_new(const char *bus_address)
{
    SupDbusApps *a = g_new0(SupDbusApps, 1);

    a->address = g_strdup(bus_address);
    a->cancellable = g_cancellable_new();
    return a;
}

void
sup_dbus_apps_free(SupDbusApps *a)
{
    if (!a)
        return;
    g_cancellable_cancel(a->cancellable);
    g_clear_object(&a->connection);
    g_object_unref(a->cancellable);
    g_free(a->address);
    g_free(a);
}

static void
finish(Call *c, const GError *error)
{
    c->activated(error, c->user);
    g_variant_unref(c->arguments);
    g_free(c->name);
    g_free(c->path);
    g_free(c);
}

static void
on_answer(GObject *source, GAsyncResult *result, gpointer user)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) answer =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);

    finish(user, error);
}

// The bus has no way to take a variable back; toolkits take an empty one for none.
static void
tell_method(SupDbusApps *a)
{
    GVariantBuilder variables;

    if (a->method == a->told_method)
        return;
    a->told_method = a->method;
    g_variant_builder_init(&variables, G_VARIANT_TYPE("a{ss}"));
    for (const char *const *v = sup_method_variables; *v; v += 2)
        g_variant_builder_add(&variables, "{ss}", v[0], a->method ? v[1] : "");
    g_dbus_connection_call(a->connection, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                           "org.freedesktop.DBus", "UpdateActivationEnvironment",
                           g_variant_new("(a{ss})", &variables), NULL, G_DBUS_CALL_FLAGS_NONE,
                           TIMEOUT_MS, NULL, NULL, NULL);
}

static void
call(Call *c, GDBusConnection *connection, GCancellable *cancellable)
{
    tell_method(c->apps);
    g_dbus_connection_call(connection, c->name, c->path, INTERFACE, c->method, c->arguments, NULL,
                           G_DBUS_CALL_FLAGS_NONE, TIMEOUT_MS, cancellable, on_answer, c);
}

static void
on_connected(GObject *source, GAsyncResult *result, gpointer user)
{
    Call *c = user;
    g_autoptr(GError) error = NULL;
    g_autoptr(GDBusConnection) connection =
        g_dbus_connection_new_for_address_finish(result, &error);

    if (!connection) {
        finish(c, error);
        return;
    }
    g_dbus_connection_set_exit_on_close(connection, FALSE);
    g_set_object(&c->apps->connection, connection);
    call(c, connection, c->apps->cancellable);
}

static GVariant *
platform_data(const char *startup_id)
{
    GVariantBuilder data;

    g_variant_builder_init(&data, G_VARIANT_TYPE_VARDICT);
    if (*startup_id) {
        g_variant_builder_add(&data, "{sv}", "desktop-startup-id",
                              g_variant_new_string(startup_id));
        g_variant_builder_add(&data, "{sv}", "activation-token", g_variant_new_string(startup_id));
    }
    return g_variant_builder_end(&data);
}

static GVariant *
uris_of(const char *const *files)
{
    GVariantBuilder uris;

    g_variant_builder_init(&uris, G_VARIANT_TYPE_STRING_ARRAY);
    for (; *files; files++) {
        g_autofree char *uri =
            g_path_is_absolute(*files) ? g_filename_to_uri(*files, NULL, NULL) : NULL;
        g_variant_builder_add(&uris, "s", uri ? uri : *files);
    }
    return g_variant_builder_end(&uris);
}

static void
fill_call(Call *c, const SupAppFile *file, const char *const *files, const char *startup_id)
{
    GVariant *data = platform_data(startup_id);

    if (file->action) {
        c->method = "ActivateAction";
        c->arguments = g_variant_new("(s@av@a{sv})", file->action,
                                     g_variant_new_array(G_VARIANT_TYPE_VARIANT, NULL, 0), data);
    } else if (files[0]) {
        c->method = "Open";
        c->arguments = g_variant_new("(@as@a{sv})", uris_of(files), data);
    } else {
        c->method = "Activate";
        c->arguments = g_variant_new("(@a{sv})", data);
    }
    g_variant_ref_sink(c->arguments);
    // The object's path is the name, with '.' as '/' and '-' as '_'.
    c->name = g_strdup(file->id);
    c->path = g_strconcat("/", file->id, NULL);
    g_strdelimit(c->path, ".", '/');
    g_strdelimit(c->path, "-", '_');
}

static gboolean
on_bad_name(gpointer user)
{
    Call *c = user;
    g_autoptr(GError) error =
        g_error_new(G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                    "%s is to be activated over D-Bus, but its id is no bus name", c->name);

    finish(c, error);
    return G_SOURCE_REMOVE;
}

void
sup_dbus_apps_set_method(SupDbusApps *a, gboolean there)
{
    a->method = there;
}

void
sup_dbus_apps_activate(SupDbusApps *a, const SupAppFile *file, const char *const *files,
                       const char *startup_id, SupActivated activated, gpointer user)
{
    Call *c = g_new0(Call, 1);

    c->apps = a;
    c->activated = activated;
    c->user = user;
    fill_call(c, file, files, startup_id);
    if (a->connection && g_dbus_connection_is_closed(a->connection))
        g_clear_object(&a->connection);
    if (!g_dbus_is_name(c->name) || !g_variant_is_object_path(c->path))
        g_idle_add(on_bad_name, c);
    else if (a->connection)
        call(c, a->connection, a->cancellable);
    else
        g_dbus_connection_new_for_address(a->address,
                                          G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                              G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                          NULL, a->cancellable, on_connected, c);
}
