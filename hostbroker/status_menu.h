// SPDX-License-Identifier: Apache-2.0
#pragma once

// The menu of an icon on the desktop's tray, as trays read it: com.canonical.dbusmenu, version 3,
// exported beside the icon. Labels are cleaned here; entries have no icons and no shortcuts.

#include "channel/tray_menu.h"

#include <gio/gio.h>

#define BROKER_STATUS_MENU_PATH "/MenuBar"

typedef struct BrokerStatusMenu BrokerStatusMenu;

typedef struct {
    void (*clicked)(gint32 id, gpointer user);
    // 0: of the menu itself. What it holds may change then.
    void (*opens)(gint32 id, gpointer user);
    void (*closed)(gint32 id, gpointer user);
} BrokerStatusMenuEvents;

// Empty. events is borrowed.
BrokerStatusMenu *broker_status_menu_new(const BrokerStatusMenuEvents *events, gpointer user);
void broker_status_menu_free(BrokerStatusMenu *menu);

// bus is borrowed, and outlives the menu. FALSE with error set.
gboolean broker_status_menu_export(BrokerStatusMenu *menu, GDBusConnection *bus, GError **error);
void broker_status_menu_set(BrokerStatusMenu *menu, const ChanTrayMenu *untrusted);
// On the bus, once what was set is to be seen.
void broker_status_menu_tell(BrokerStatusMenu *menu);
