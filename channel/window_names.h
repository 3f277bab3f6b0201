// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a program calls its window, and its role, as they go from the guest to the host's view: the
// same bytes all the way, read by whoever takes them over. Little-endian.
//
//   u8 said, u8 same, for each name that is said and not same: u16 length, text
//
// Programs mostly have one text for all of them, which goes once.

#include "channel/span.h"

#include <stdbool.h>

#define CHAN_WINDOW_NAME_MAX 4096 // bytes of each; cut at a character

typedef enum {
    CHAN_NAME_TITLE = 0,     // _NET_WM_NAME (EWMH 1.5)
    CHAN_NAME_OLD_TITLE = 1, // WM_NAME (ICCCM 4.1.2.1)
    CHAN_NAME_ICON = 2,      // _NET_WM_ICON_NAME
    CHAN_NAME_OLD_ICON = 3,  // WM_ICON_NAME
    CHAN_NAME_ROLE = 4,      // WM_WINDOW_ROLE (ICCCM 5.1): which of its program's windows it is
    CHAN_NAMES,
} ChanWindowName;

typedef struct {
    uint8_t said; // bit n: the program has set name n
    uint8_t same; // and it reads as the first that is said; never the first itself
    ChanSpan untrusted_text[CHAN_NAMES]; // of all that are said; not known to be UTF-8
} ChanWindowNames;

#define CHAN_WINDOW_NAMES_BYTES_MAX (2 + CHAN_NAMES * (2 + CHAN_WINDOW_NAME_MAX))

// Adds a name of at most CHAN_WINDOW_NAME_MAX bytes; the lower ones first. The text is borrowed.
void chan_window_names_add(ChanWindowNames *m, ChanWindowName which, ChanSpan text);

// What was written, borrowed from buffer; an empty span when it is too small.
ChanSpan chan_window_names_pack(const ChanWindowNames *m, void *buffer, size_t capacity);

// False for anything that is not exactly one valid set of names. Texts are borrowed from the bytes.
bool chan_window_names_unpack(ChanSpan untrusted_bytes, ChanWindowNames *m);
