// SPDX-License-Identifier: Apache-2.0
#pragma once

// Starts programs that are activated over the guest's session bus (DBusActivatable=true,
// org.freedesktop.Application of the Desktop Entry Specification).

#include "guestagent/supervisor/appfile.h"

typedef struct SupDbusApps SupDbusApps;

// Connects with the first use.
SupDbusApps *sup_dbus_apps_new(const char *bus_address);
// Calls that are under way end with G_IO_ERROR_CANCELLED, when the context runs again.
void sup_dbus_apps_free(SupDbusApps *apps);

// Whether programs that the bus starts from now on find casement-remoteapp's input method.
void sup_dbus_apps_set_method(SupDbusApps *apps, gboolean there);

// error is NULL when the program took the call.
typedef void (*SupActivated)(const GError *error, gpointer user);

// Activate, Open when there are files (paths or URIs), or ActivateAction for an entry's action.
// activated is called once, later.
void sup_dbus_apps_activate(SupDbusApps *apps, const SupAppFile *file, const char *const *files,
                            const char *startup_id, SupActivated activated, gpointer user);
