// SPDX-License-Identifier: Apache-2.0
#pragma once

// Notices when a helper of the guest has made its socket in the guest's folder.

#include <glib.h>

typedef struct SupSocketWatch SupSocketWatch;

// path: of the socket, in the watched folder; accepts connections now.
typedef void (*SupSocketReady)(const char *path, gpointer user);

SupSocketWatch *sup_socket_watch_new(GMainContext *context, const char *dir, SupSocketReady ready,
                                     gpointer user, GError **error);
void sup_socket_watch_free(SupSocketWatch *watch);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SupSocketWatch, sup_socket_watch_free)
