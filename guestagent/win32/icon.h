// SPDX-License-Identifier: Apache-2.0
#pragma once

// Icons of programs, libraries, .ico files and apps of the Store (store.h) as the channel has them:
// straight BGRA8, without gaps.

#include "channel/msg.h"

#include <stdbool.h>
#include <windows.h>

typedef struct {
    uint8_t hash[CHAN_ICON_HASH_SIZE];
    uint16_t side;
    uint8_t *pixels; // side × side × 4; NULL where only the hash was asked for
} WinIcon;

// Opens what hashing needs. False with GetLastError.
bool win_icon_init(void);

// The icon at 16, 24, 32 and 48, scaled by Windows where it has no such picture, and at 64, 128 and
// 256 where it has one of its own. Returns how many; the caller frees their pixels
// (win_icon_clear).
unsigned win_icon_load(const WCHAR *file, int index, WinIcon *icons, unsigned most);
// The same at icon->side only.
bool win_icon_load_side(const WCHAR *file, int index, WinIcon *icon);
void win_icon_clear(WinIcon *icons, unsigned n);
