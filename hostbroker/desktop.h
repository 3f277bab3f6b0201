// SPDX-License-Identifier: Apache-2.0
#pragma once

// The desktop that a guest's windows are on, as a launch's platform_data tells of it: NAME=VALUE.

#include "hostbroker/host.h"

// DISPLAY; NULL when it is not set or empty. Borrowed.
const char *broker_desktop_display(const char *const *environment);

// Whether two values of DISPLAY name the same screen of the same server.
gboolean broker_desktop_same_display(const char *a, const char *b);

// The next broker may have to start a view again, and was not told of the desktop by a launch: its
// environment is kept beside the guest's state. Caller frees what is recalled with g_strfreev; NULL
// if there is none.
void broker_desktop_keep(const BrokerHost *host, const char *guest, char **environment);
char **broker_desktop_recall(const BrokerHost *host, const char *guest);
