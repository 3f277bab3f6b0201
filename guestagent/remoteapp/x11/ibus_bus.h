// SPDX-License-Identifier: Apache-2.0
#pragma once

// org.freedesktop.portal.IBus on the guest's session bus: what libibus and Qt's plugin of that name
// ask an input method of (org.freedesktop.IBus.Portal and .InputContext, libibus'
// portal/org.freedesktop.IBus.Portal.xml). Knows contexts and messages; what they are for is the
// caller's (method_ibus.c).
//
// A context is its creator's alone and goes when that leaves the bus; there are at most
// RA_IBUS_CONTEXTS_MAX.

#include "channel/window_channel.h"

#include <gio/gio.h>
#include <stdbool.h>

#define RA_IBUS_CONTEXTS_MAX 4096

typedef struct RaIbusBus RaIbusBus;

// A place in a program where text is written.
typedef struct {
    guint32 pid;            // of the program; 0: not known
    bool is_gtk;            // libibus' module: the program handles dead keys itself
    bool on_spot;           // and shows what is being made,
    bool commits;           // which it writes itself when its caret goes elsewhere
    bool placed, in_window; // the caret is known; from the window's corner instead of the screen's
    gint32 untrusted_x, untrusted_y, untrusted_width, untrusted_height;
} RaIbusContext;

typedef struct {
    guint32 keysym, state; // of IBusModifierType
    guint keycode;         // of X
} RaIbusKey;

typedef struct {
    void (*focused)(RaIbusContext *context, bool in, gpointer user);
    // TRUE: the program is not to have the key.
    bool (*key)(RaIbusContext *context, const RaIbusKey *key, gpointer user);
    void (*answered)(gpointer user);                        // it has been told that
    void (*changed)(RaIbusContext *context, gpointer user); // on_spot or the caret
    void (*reset)(RaIbusContext *context, gpointer user);
    void (*gone)(RaIbusContext *context, gpointer user); // and is freed after that
} RaIbusEvents;

// Connects to $DBUS_SESSION_BUS_ADDRESS and takes the name. NULL with error set: there is no bus,
// or somebody has the name and keeps it.
RaIbusBus *
ra_ibus_bus_new(GMainContext *loop, const RaIbusEvents *events, gpointer user, GError **error);
// Contexts go without events.
void ra_ibus_bus_free(RaIbusBus *bus);

// Valid UTF-8. The program has it before what it is told later.
void ra_ibus_bus_commit(RaIbusBus *bus, RaIbusContext *context, const char *text);
void ra_ibus_bus_preedit(RaIbusBus *bus, RaIbusContext *context, const ChanWindowPreedit *preedit);
