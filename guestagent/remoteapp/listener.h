// SPDX-License-Identifier: Apache-2.0
#pragma once

// A listening Unix socket of this user's in the file system.

#include <glib.h>

typedef struct RaListener RaListener;

typedef enum { RA_LISTENER_STREAM, RA_LISTENER_PACKETS } RaListenerKind;

typedef void (*RaListenerAccepted)(int take_fd, gpointer user);

// Binds path with mode 0600; a socket that is left over there is replaced. NULL with error set.
RaListener *ra_listener_new(GMainContext *context, const char *path, RaListenerKind kind,
                            RaListenerAccepted accepted, gpointer user, GError **error);

// Removes the socket's file as well, unless another process has replaced it. NULL-safe.
void ra_listener_free(RaListener *listener);
