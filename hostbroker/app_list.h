// SPDX-License-Identifier: Apache-2.0
#pragma once

// A guest's applications in a file, for the broker that comes next and has not heard the guest yet.
// They are kept as messages of the guest, so that there is one reader that checks them.

#include "hostbroker/catalog.h"

// Writes the applications (of const BrokerApp *, by their index, NULL where there is none); atomic.
// FALSE with error set: the file is as it was.
gboolean
broker_app_list_write(const char *path, const char *guest, GPtrArray *apps, GError **error);

// What was written for this guest: payloads of CHAN_MSG_APP (aay) by index, empty where there is no
// application, to be checked as if the guest sent them. Caller unrefs. NULL with error set when the
// file is none of these, or another guest's.
GVariant *broker_app_list_read(const char *path, const char *guest, GError **error);
