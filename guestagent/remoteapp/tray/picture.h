// SPDX-License-Identifier: Apache-2.0
#pragma once

// The picture of an item of the tray: the pixels that come along, a file, or an icon's name. All of
// it is a program's of the guest: sizes are checked, and what cannot be read is no picture.

#include "guestagent/linux/icontheme.h"

#include <glib.h>

#define RA_TRAY_SIDE_MAX 96

typedef struct {
    guint width, height; // 0: none; at most RA_TRAY_SIDE_MAX
    GBytes *bgra;        // straight BGRA8
} RaTrayPicture;

void ra_tray_picture_clear(RaTrayPicture *picture);

// Of a(iiay), each straight ARGB32 in network byte order: the largest that is not too large, else
// the smallest one, made smaller.
RaTrayPicture ra_tray_picture_of_pixmaps(GVariant *untrusted_pixmaps);

// By name, first in the item's own folder of icons (NULL or "": none), or by path.
RaTrayPicture ra_tray_picture_named(AgentIconTheme *theme, const char *untrusted_folder,
                                    const char *untrusted_name);
