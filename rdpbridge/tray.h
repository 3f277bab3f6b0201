// SPDX-License-Identifier: Apache-2.0
#pragma once

// The guest's notification icons: what its orders say of them, told to the broker, which shows them
// (casement-session has no D-Bus), and the user's clicks back to the guest. No FreeRDP, no I/O of
// its own. An icon of a guest of ours (channel/rail.h) may have a menu, and its clicks go to it as
// they are instead of as a mouse's messages. Bounded: BRIDGE_TRAY_MAX icons, each told at most four
// times a second and only as fast as the broker takes it, pictures no larger than CTL_TRAY_SIDE_MAX
// (larger ones are halved).

#include "channel/control.h"

#include <glib.h>

typedef struct BridgeTray BridgeTray;

typedef enum {
    BRIDGE_TRAY_VERSION = 1u << 0,
    BRIDGE_TRAY_TIP = 1u << 1,
    BRIDGE_TRAY_STATE = 1u << 2,
    BRIDGE_TRAY_ICON = 1u << 3,
} BridgeTrayFields;

// An order, new or update: what `fields` names.
typedef struct {
    gboolean is_new;
    guint32 fields;
    guint32 version; // of the messages that the icon's window understands (NOTIFYICON_VERSION)
    gboolean hidden;
    const char *tip;    // cleaned
    const guint8 *bgra; // straight BGRA8
    guint32 width, height;
} BridgeTrayOrder;

typedef struct {
    void (*tell)(gconstpointer message, gsize size, gpointer user); // the broker
    gsize (*queued)(gpointer user);                                 // bytes it has not taken
    // Whose window is it? Answer by bridge_tray_set_app.
    void (*ask_app)(guint32 window, gpointer user);
    void (*notify)(guint32 window, guint32 icon, guint32 message, gpointer user);
    void (*point)(gint32 x, gint32 y, gpointer user); // moves the guest's pointer
} BridgeTrayOut;

// context and out are borrowed.
BridgeTray *bridge_tray_new(GMainContext *context, const BridgeTrayOut *out, gpointer user);
void bridge_tray_free(BridgeTray *tray);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BridgeTray, bridge_tray_free)

// A new icon that is known is an update; an update of an unknown one is ignored, and so is one too
// many.
void
bridge_tray_order(BridgeTray *tray, guint32 window, guint32 icon, const BridgeTrayOrder *order);
void bridge_tray_delete(BridgeTray *tray, guint32 window, guint32 icon);
// Texts are cleaned. Of an icon that is known; at most one a second is told.
void bridge_tray_balloon(BridgeTray *tray, guint32 window, guint32 icon, const char *title,
                         const char *text);
// Of an icon of a guest of ours, which the window is for; one that chan_tray_menu_decode takes.
void bridge_tray_menu(BridgeTray *tray, guint32 window, ChanSpan menu);
void bridge_tray_set_app(BridgeTray *tray, guint32 window, guint32 app_index);

// A new broker: tells it everything.
void bridge_tray_tell_all(BridgeTray *tray);

// What the user did: as the mouse messages that Windows has for it, or as it is.
void bridge_tray_event(BridgeTray *tray, const CtlTrayEvent *event);
