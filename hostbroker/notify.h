// SPDX-License-Identifier: Apache-2.0
#pragma once

// Messages to the user on the desktop (org.freedesktop.Notifications). One call is one message,
// lost where nothing shows notifications: the caller sees to the log.

#include "hostbroker/host.h"

void broker_notify(const BrokerHost *host, const char *summary, const char *text);
