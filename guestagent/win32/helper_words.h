// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the service and its helper in a session say to each other: words, each a size (u32 LE, of
// what follows), a kind (u8) and a payload. Pure. The helper runs with its user's rights, so the
// service trusts none of its words: here is what one may be, in helper_talk.h which may come when.

#include "channel/msg.h"

// All limits of what a helper may tell.
#define WIN_ENTRIES_MAX 4000 // CHAN_APPS_MAX, and a little less
#define WIN_LIST_BYTES_MAX (16 * 1024 * 1024)
#define WIN_ID_MAX 80            // with its NUL
#define WIN_ENTRY_TEXT_MAX 3072  // a text of a shortcut, 1,024 characters of UTF-16
#define WIN_WANTS_MAX (4096 * 8) // icons that one host may ask for: all there are of seven sides
#define WIN_WORD_MAX (CHAN_ICON_SIDE_MAX * CHAN_ICON_SIDE_MAX * 4 + 64) // an icon is the longest
#define WIN_WORD_HEAD 5

typedef enum {
    // to the service
    WIN_WORD_REPORT = 1,  // helper_report.h
    WIN_WORD_BEGIN = 2,   // a whole list follows; empty
    WIN_WORD_ENTRY = 3,   // WinHelperEntry; after the list: one of it that is another now
    WIN_WORD_END = 4,     // empty
    WIN_WORD_ICON = 5,    // ChanIcon
    WIN_WORD_NO_ICON = 6, // a hash: there is no such icon any more
    // to the helper
    WIN_WORD_LIST = 16, // tell the list, from now on again when it changes; empty
    WIN_WORD_WANT = 17, // a hash; each is answered by one icon, in this order
} WinWordKind;

typedef struct {
    uint8_t kind; // WinWordKind, or anything
    ChanSpan untrusted_payload;
} WinWord;

// Puts words together from pieces of any size.
typedef struct {
    uint8_t *bytes; // room for one
    size_t n;
} WinWords;

typedef enum { WIN_WORDS_MORE, WIN_WORDS_ONE, WIN_WORDS_BAD } WinWordsState;

// Takes from the piece what belongs to one word. ONE: here it is, borrowed until the next call, and
// more of the piece may be left. MORE: the piece is used up. BAD: no word can be so long or short.
WinWordsState win_words_next(WinWords *words, ChanSpan *untrusted_piece, WinWord *word);
void win_words_clear(WinWords *words);

// Writes it with its head. Empty: no room.
ChanSpan win_word_encode(WinWordKind kind, ChanSpan payload, void *buffer, size_t capacity);

typedef struct {
    ChanApp app;
    ChanSpan target, arguments, icon; // of its alias (allowlist.h)
    int32_t icon_index;
} WinHelperEntry;

// Empty: it has no room, or is past a limit.
ChanSpan win_entry_encode(const WinHelperEntry *entry, void *buffer, size_t capacity);
// Texts are without NUL, the id is one (win_id_valid), lists that no Windows has are empty.
bool win_entry_decode(WinHelperEntry *entry, ChanSpan untrusted_payload);

// Letters as menu.h makes ids of: a to z, 0 to 9, and '-' between them.
bool win_id_valid(ChanSpan untrusted_id);
