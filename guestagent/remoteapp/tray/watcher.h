// SPDX-License-Identifier: Apache-2.0
#pragma once

// The guest's tray: org.kde.StatusNotifierWatcher on its session bus, and the host that shows what
// is registered there. Only where nobody else has the name, and given to whoever wants it. At most
// RA_TRAY_MAX items; one goes when its program leaves the bus or gives its name up.

#include "guestagent/remoteapp/tray/item.h"

#define RA_TRAY_MAX 32
// Of ids: windows count from 1 on, and do not come here.
#define RA_TRAY_ID_FIRST 0xc0000000u

typedef struct RaTray RaTray;

typedef struct {
    void (*changed)(const RaTrayLook *look, gpointer user); // or new
    void (*menu_changed)(const RaTrayLook *look, gpointer user);
    void (*gone)(guint32 id, gpointer user);
} RaTrayEvents;

// Connects to $DBUS_SESSION_BUS_ADDRESS as soon as that is there. events is borrowed.
RaTray *ra_tray_new(GMainContext *context, const RaTrayEvents *events, gpointer user);
void ra_tray_free(RaTray *tray);

// The guest's session bus, borrowed; NULL: not connected yet.
GDBusConnection *ra_tray_bus(const RaTray *tray);
// NULL: there is none, or it has not said how it looks.
const RaTrayLook *ra_tray_look(const RaTray *tray, guint32 id);
const RaTrayLook *ra_tray_nth(const RaTray *tray, guint n, bool *there); // of all, looks or not
void ra_tray_event(RaTray *tray, guint32 id, const RaTrayEvent *event);
