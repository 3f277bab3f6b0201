// SPDX-License-Identifier: Apache-2.0
#pragma once

// The desktop of whoever runs `casement`, for the broker, which has none of its own: it was started
// by D-Bus.

#include <glib.h>

// platform_data of Launch (org.casement.Broker1.xml), floating. notify: tell of a failure by a
// notification.
GVariant *launcher_platform_data(char *const *environment, gboolean notify);

// What to open, as typed: an address (a URI) as it is, of a file its absolute path, or a file: URI
// where the path is no UTF-8. NULL with *problem set (caller frees) for an address that is no
// UTF-8.
char *launcher_platform_file(const char *typed, char **problem);
