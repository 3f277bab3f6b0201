// SPDX-License-Identifier: Apache-2.0
#pragma once

// The menu of an item of the tray, as its program exports it: com.canonical.dbusmenu. Read whole,
// and again when the program says that it changed, at most RA_TRAY_REST_MS apart; what is beyond
// channel/tray_menu.h's limits is left out. Nothing waits for the program.

#include "channel/tray_menu.h"

#include <gio/gio.h>

#define RA_TRAY_REST_MS 250

typedef struct RaTrayMenu RaTrayMenu;

// menu: encoded, all of it.
typedef void (*RaTrayMenuChanged)(GBytes *menu, gpointer user);

// Asks for it at once. owner: the program's unique name on the bus, which is borrowed.
RaTrayMenu *ra_tray_menu_new(GMainContext *context, GDBusConnection *bus, const char *owner,
                             const char *path, RaTrayMenuChanged changed, gpointer user);
void ra_tray_menu_free(RaTrayMenu *menu);
const char *ra_tray_menu_path(const RaTrayMenu *menu);

// What the user does with it. 0: the menu itself.
void ra_tray_menu_clicked(RaTrayMenu *menu, gint32 id);
void ra_tray_menu_opens(RaTrayMenu *menu, gint32 id);
void ra_tray_menu_closed(RaTrayMenu *menu, gint32 id);

// A layout's (ia{sv}av) as entries; labels are kept in chunk. Other types are no menu.
void ra_tray_menu_read(GVariant *untrusted_layout, ChanTrayMenu *menu, GStringChunk *chunk);
