// SPDX-License-Identifier: Apache-2.0
#pragma once

// Desktop entries by their id, read fresh at each launch: no monitor, no cache to be out of date.

#include <glib.h>

typedef struct {
    char *id, *action;        // action: NULL for the entry itself
    char *path;               // of the .desktop file
    char *name, *icon, *exec; // exec: of the entry or the action; NULL when D-Bus activated only
    char *directory;          // Path, or NULL
    gboolean terminal, dbus_activatable;
} SupAppFile;

// id: without suffix, or "id:action". env decides the data folders. NULL with error set:
// G_IO_ERROR_NOT_FOUND when there is no such entry (or it is hidden, or its program is not
// installed), other codes when it cannot be used.
SupAppFile *sup_app_file_find(const char *id, char **env, GError **error);
void sup_app_file_free(SupAppFile *file);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SupAppFile, sup_app_file_free)
