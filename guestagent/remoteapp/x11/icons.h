// SPDX-License-Identifier: Apache-2.0
#pragma once

// Icons of a window from the bytes of _NET_WM_ICON (EWMH 1.5). Pure: no X11.
//
// The bytes are a program's own and hostile: sizes are bounded, what does not add up ends the
// reading, and no more than sixteen square icons of at most 256² come out.

#include "guestagent/remoteapp/desktop.h"

#define RA_ICON_SIDE_MAX 256
#define RA_ICONS_MAX CHAN_WINDOW_ICONS_MAX

typedef struct {
    RaIcon icon[RA_ICONS_MAX]; // largest first; argb is owned
    guint count;
} RaIcons;

void ra_icons_clear(RaIcons *icons);

// Replaces icons by what the property's 32-bit items hold. An icon that is not square is centred
// in a square; one larger than 256² is halved until it fits.
void ra_icons_parse(RaIcons *icons, const guint32 *untrusted_items, gsize count);

// Adds one image of width × height straight ARGB; does nothing for sizes outside 1 to 2048 and
// when eight are there.
void ra_icons_add(RaIcons *icons, const guint32 *argb, guint width, guint height);
