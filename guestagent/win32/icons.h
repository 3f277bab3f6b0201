// SPDX-License-Identifier: Apache-2.0
#pragma once

// The icons that the host was told of, by file and index: a file is opened again only when it
// changed, however many entries have its icon and however often the menu is read. What was drawn is
// kept for a while, as a host that does not have it asks for it at once.

#include "guestagent/win32/icon.h"

typedef struct {
    WCHAR *file;
    int index;
    uint32_t key; // of file and index
    FILETIME written;
    bool seen, drawn;
    unsigned n; // 0 before it is drawn
    ChanIconRef refs[CHAN_ICONS_MAX];
    uint8_t *pixels[CHAN_ICONS_MAX]; // of refs; NULL: to be drawn again
} WinKnownIcon;

typedef struct {
    WinKnownIcon *icons;
    unsigned n, room;
    size_t kept; // bytes of pixels
} WinIcons;

// A round: begin, get for each entry, end, which forgets what no entry has any more.
void win_icons_begin(WinIcons *icons);
// Draws it if need be and told to, which takes a few milliseconds. Borrowed until the next call; no
// sizes where the file has no icon.
const WinKnownIcon *win_icons_get(WinIcons *icons, const WCHAR *file, int index, bool draw);
void win_icons_end(WinIcons *icons);
void win_icons_clear(WinIcons *icons);

// Its pixels, kept or read again. False: there is no such icon any more. The caller clears it.
bool win_icons_load(WinIcons *icons, const uint8_t hash[CHAN_ICON_HASH_SIZE], WinIcon *icon);
// Nobody is likely to ask for what is still kept.
void win_icons_drop_pixels(WinIcons *icons);
