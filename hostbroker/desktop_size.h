// SPDX-License-Identifier: Apache-2.0
#pragma once

// The size that the user gave the window of a guest's whole desktop, for the next time it is
// opened: in $XDG_STATE_HOME/casement/NAME/desktop. One that the window only began with, and that
// of a maximised or full-screen one, is not kept.

#include "channel/control.h"
#include "hostbroker/host.h"

typedef struct BrokerDesktopSize BrokerDesktopSize;

// host is borrowed.
BrokerDesktopSize *broker_desktop_size_new(const BrokerHost *host, const char *guest);
// Writes what is not written yet. NULL-safe.
void broker_desktop_size_free(BrokerDesktopSize *size);

// 0, 0: none is known.
void broker_desktop_size_get(const BrokerDesktopSize *size, guint32 *width, guint32 *height);

// The window appeared or changed; it went.
void broker_desktop_size_window(BrokerDesktopSize *size, const CtlWindow *untrusted_window);
void broker_desktop_size_gone(BrokerDesktopSize *size);
