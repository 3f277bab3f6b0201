// SPDX-License-Identifier: Apache-2.0
#pragma once

// Icons of a window from the bytes of _NET_WM_ICON (EWMH 1.5). Pure: no X11.
//
// The bytes are a program's own and hostile: sizes are bounded, what does not add up ends the
// reading, and no more comes out than the window channel takes (CHAN_WINDOW_ICONS_MAX and its
// like).

#include "guestagent/remoteapp/desktop.h"

#define RA_ICONS_MAX CHAN_WINDOW_ICONS_MAX
// Items of _NET_WM_ICON that are read: as many as a program can set in one request.
#define RA_ICON_ITEMS_MAX (4u * 1024 * 1024)

typedef struct {
    RaIcon icon[RA_ICONS_MAX]; // argb is owned
    guint count;
} RaIcons;

void ra_icons_clear(RaIcons *icons);

// Replaces icons by what the property's 32-bit items hold, in their order and as they are; of a
// size that is there twice, the first. Where not all fit, the larger ones are left out; where none
// does, the smallest is halved until it is a usual one (256 pixels a side).
void ra_icons_parse(RaIcons *icons, const guint32 *untrusted_items, gsize count);

// Adds one image of straight ARGB, of 1 to CHAN_WINDOW_ICON_SIDE_MAX pixels a side; does nothing
// for another, or when there is no more room.
void ra_icons_add(RaIcons *icons, const guint32 *argb, guint width, guint height);
