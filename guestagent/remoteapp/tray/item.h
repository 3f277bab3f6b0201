// SPDX-License-Identifier: Apache-2.0
#pragma once

// One item of the guest's tray (org.kde.StatusNotifierItem): what its program says of it, read
// again when the program says that it changed, at most RA_TRAY_REST_MS apart, and what the user
// does with it. All calls are asynchronous; a program that does not answer has an item without
// looks, which is not told of.

#include "channel/rail.h"
#include "guestagent/linux/icontheme.h"
#include "guestagent/remoteapp/tray/picture.h"

#include <gio/gio.h>
#include <stdbool.h>

// As it is to be shown.
typedef struct {
    guint32 id;
    guint32 pid;   // of its program; 0: unknown
    char *name;    // its own id, as a WM_CLASS; ""
    char *tip;     // UTF-8, never NULL
    bool hidden;   // it is passive
    guint32 flags; // ChanRailItemFlags
    RaTrayPicture picture;
    GBytes *menu; // encoded (channel/tray_menu.h); NULL: none has come
} RaTrayLook;

typedef struct RaTrayItem RaTrayItem;

typedef struct {
    GMainContext *context;
    GDBusConnection *bus;
    AgentIconTheme *theme;
    // Its looks are known, or changed; from the loop.
    void (*changed)(const RaTrayLook *look, gpointer user);
    void (*menu_changed)(const RaTrayLook *look, gpointer user);
    gpointer user;
} RaTrayHost;

// host is borrowed. owner: the program's unique name on the bus.
RaTrayItem *
ra_tray_item_new(const RaTrayHost *host, guint32 id, const char *owner, const char *path);
void ra_tray_item_free(RaTrayItem *item);

// NULL as long as it has not said how it looks.
const RaTrayLook *ra_tray_item_look(const RaTrayItem *item);

// Reads it again.
void ra_tray_item_refresh(RaTrayItem *item);

typedef struct {
    ChanRailItemEvent kind;
    gint32 value;
    int x, y; // of a click, on the desktop
} RaTrayEvent;

void ra_tray_item_event(RaTrayItem *item, const RaTrayEvent *event);
