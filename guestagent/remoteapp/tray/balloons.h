// SPDX-License-Identifier: Apache-2.0
#pragma once

// What tray icons of the older kind say to the user (balloons), as notifications on the guest's
// session bus (org.freedesktop.Notifications), from where they go on as all do. At most
// RA_BALLOONS_MAX are known, and as many on their way; further ones are left out.

#include <gio/gio.h>
#include <stdbool.h>

#define RA_BALLOONS_MAX 16

typedef struct RaBalloons RaBalloons;

typedef struct {
    guint32 icon, id;                             // the two together name it
    gint32 timeout_ms;                            // 0: until it is closed
    const char *app_id, *app_name, *title, *text; // UTF-8, "" where unknown; not markup
    GBytes *bgra;                                 // straight BGRA8, side² pixels; NULL: none
    int side;
} RaBalloonLook;

RaBalloons *ra_balloons_new(void);
void ra_balloons_free(RaBalloons *balloons);

// bus may be NULL: nobody hears of it then.
void ra_balloons_show(RaBalloons *balloons, GDBusConnection *bus, const RaBalloonLook *look);
void ra_balloons_cancel(RaBalloons *balloons, GDBusConnection *bus, guint32 icon, guint32 id);
// The icon is gone, and what it said with it.
void ra_balloons_icon_gone(RaBalloons *balloons, GDBusConnection *bus, guint32 icon);
