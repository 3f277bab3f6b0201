// SPDX-License-Identifier: Apache-2.0
#pragma once

// One icon on the desktop's tray: an org.kde.StatusNotifierItem on the session bus, announced to
// the watcher (org.kde.StatusNotifierWatcher) when there is one. Each has a connection of its own:
// a tray drops an item when its owner leaves the bus, and there is no other way to end one. What is
// set is the caller's to clean and to bound; it is told on the bus at most ten times a second.

#include "channel/tray_menu.h"

#include <gio/gio.h>

typedef struct BrokerStatusItem BrokerStatusItem;

typedef struct {
    const char *id;    // for the desktop's settings: the same for a program each time
    const char *title; // the program's name
    const char *tip, *subtip;
    gboolean hidden;
    gboolean has_menu, is_menu; // broker_status_item_set_menu; it does nothing but open it
    const char *icon_name;      // of the desktop's theme, or NULL
    const guint8 *bgra;         // straight BGRA8, or NULL
    guint32 width, height;
} BrokerStatusLook;

typedef enum {
    BROKER_STATUS_ACTIVATE, // the clicks have a place
    BROKER_STATUS_SECONDARY,
    BROKER_STATUS_CONTEXT_MENU,
    BROKER_STATUS_SCROLL, // the others a value
    BROKER_STATUS_SCROLL_RIGHT,
    BROKER_STATUS_MENU_CLICKED,
    BROKER_STATUS_MENU_OPENS,
    BROKER_STATUS_MENU_CLOSED,
} BrokerClick;

typedef struct {
    BrokerClick click;
    gint32 x, y; // on the screen
    gint32 value;
} BrokerStatusEvent;

typedef void (*BrokerStatusClicked)(const BrokerStatusEvent *event, gpointer user);

// context is borrowed, and the caller's default one.
BrokerStatusItem *broker_status_item_new(GMainContext *context, const BrokerStatusLook *look,
                                         BrokerStatusClicked clicked, gpointer user);
// It leaves the tray.
void broker_status_item_free(BrokerStatusItem *item);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BrokerStatusItem, broker_status_item_free)

void broker_status_item_set(BrokerStatusItem *item, const BrokerStatusLook *look);

// Of one that has one; labels are cleaned here.
void broker_status_item_set_menu(BrokerStatusItem *item, const ChanTrayMenu *untrusted);

// A watcher is there, or a new one: announces itself, as soon as it can.
void broker_status_item_announce(BrokerStatusItem *item);
