// SPDX-License-Identifier: Apache-2.0
#pragma once

// The menu of an icon of a guest's tray (com.canonical.dbusmenu), as it goes from the guest to the
// host's tray: the same bytes all the way, read by whoever takes them over. Little-endian.
//
//   u16 count, count times: i32 id, u8 depth, u8 flags, u16 length, label
//
// Entries come depth first: one that is deeper by 1 than a submenu's before it belongs to that.

#include "channel/span.h"

#include <stdbool.h>

#define CHAN_TRAY_MENU_MAX 256     // entries
#define CHAN_TRAY_MENU_DEPTH_MAX 8 // 1: of the menu itself
#define CHAN_TRAY_LABEL_MAX 200    // bytes; an underscore marks the access key
#define CHAN_TRAY_MENU_BYTES_MAX (2 + CHAN_TRAY_MENU_MAX * (8 + CHAN_TRAY_LABEL_MAX))

typedef enum {
    CHAN_TRAY_MENU_SEPARATOR = 1u << 0,
    CHAN_TRAY_MENU_DISABLED = 1u << 1,
    CHAN_TRAY_MENU_SUBMENU = 1u << 2,
    CHAN_TRAY_MENU_CHECK = 1u << 3,
    CHAN_TRAY_MENU_RADIO = 1u << 4,
    CHAN_TRAY_MENU_CHECKED = 1u << 5,
    CHAN_TRAY_MENU_FLAGS_ALL = (1u << 6) - 1,
} ChanTrayMenuFlags;

typedef struct {
    int32_t id; // the program's; never 0, which is the menu itself
    uint8_t depth, flags;
    ChanSpan untrusted_label; // not known to be UTF-8
} ChanTrayMenuEntry;

typedef struct {
    uint16_t count;
    ChanTrayMenuEntry entries[CHAN_TRAY_MENU_MAX];
} ChanTrayMenu;

// What was written, borrowed from buffer; an empty span when it is too small.
ChanSpan chan_tray_menu_encode(const ChanTrayMenu *m, void *buffer, size_t capacity);

// False for anything that is not exactly one valid menu. Labels are borrowed from the bytes.
bool chan_tray_menu_decode(ChanSpan untrusted_bytes, ChanTrayMenu *m);
