// SPDX-License-Identifier: Apache-2.0
#pragma once

// The text of what a guest's menu is made of on the host: an application's .desktop file (desktop
// entry specification 1.5), the menu folder and its name (desktop menu specification 1.1). Each
// carries a mark with the guest's name, by which it is known again as Casement's own.

#include "hostbroker/publish.h"

#define BROKER_ENTRY_MARK "X-Casement-Guest" // key in .desktop and .directory, comment in .menu

// The application's .desktop file. icon is the name of a published icon, or NULL.
GBytes *broker_desktop_entry(const char *guest, const BrokerApp *app,
                             const BrokerPublishPolicy *policy, const char *icon);

// The file types and URL schemes that are offered of the application. The strings are its own, the
// list is the caller's to g_free.
char **broker_entry_types(const BrokerApp *app, const BrokerPublishPolicy *policy);

// menus/applications-merged/casement-GUEST.menu and desktop-directories/casement-GUEST.directory.
GBytes *broker_menu_file(const char *guest);
GBytes *broker_directory_file(const char *guest, const char *label);

// TRUE when the content is of one of the three kinds of files above and of this guest.
gboolean broker_entry_is_ours(const char *guest, GBytes *content);

// Name of the icon that is published for an application.
char *broker_icon_name(const char *guest, const char *app_id);
