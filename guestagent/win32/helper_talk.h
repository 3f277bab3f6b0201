// SPDX-License-Identifier: Apache-2.0
#pragma once

// The service's side of the talk with one helper: which word may come when, and how much of all.
// Pure.

#include "guestagent/win32/helper_report.h"
#include "guestagent/win32/helper_words.h"

typedef struct {
    bool listing, listed; // a list has begun; one was whole
    unsigned n;           // entries of the last list
    char (*ids)[WIN_ID_MAX];
    uint32_t *hashes; // of ids
    size_t bytes;     // of the entries since the list began
    // What the host wants; the first of them were asked for, and of those the first not for this
    // host.
    uint8_t (*wants)[CHAN_ICON_HASH_SIZE];
    unsigned first, wanted, asked, stale;
} WinTalk;

typedef struct {
    uint8_t kind; // WinWordKind
    WinHelperReport report;
    WinHelperEntry entry; // spans borrow from the word
    ChanIcon icon;
    bool wanted; // an ICON that somebody still wants
} WinHeard;

// False: no helper of ours says that now. It is then to be ended, and the talk restarted.
bool win_talk_hear(WinTalk *talk, const WinWord *word, WinHeard *heard);

// The host wants an icon; one too many is left out.
void win_talk_want(WinTalk *talk, const uint8_t hash[CHAN_ICON_HASH_SIZE]);
// It wants none of them any more.
void win_talk_forget(WinTalk *talk);
// The words that ask for what was not asked for yet, as many as there is room for; empty: none.
ChanSpan win_talk_ask(WinTalk *talk, void *buffer, size_t capacity);

// Another helper takes over: it knows of no list, and is asked for what the former did not answer.
void win_talk_restart(WinTalk *talk);
void win_talk_clear(WinTalk *talk);
