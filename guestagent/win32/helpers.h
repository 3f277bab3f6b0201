// SPDX-License-Identifier: Apache-2.0
#pragma once

// The helpers of the service: one in each session in which somebody is logged on, with that user's
// rights. Each ends with its session, and with the service. What they say is checked here
// (helper_talk.h); one that breaks a rule is ended and logged, and so is none of the others.

#include "guestagent/win32/helper_talk.h"

#include <windows.h>

typedef struct WinHelpers WinHelpers;

// changed is borrowed, and set when a helper said something, or ended.
WinHelpers *win_helpers_new(HANDLE changed);
void win_helpers_free(WinHelpers *helpers);

// Starts those that are missing in the sessions, and ends the others. A helper that ended by itself
// is started again after a while.
void win_helpers_keep(WinHelpers *helpers, const uint32_t *sessions, unsigned n);

// What the session's helper said last. False: nothing yet.
bool win_helpers_report(WinHelpers *helpers, uint32_t session, WinHelperReport *report);

// The session whose list is told from now on; its helper is asked for it, and so is the next one if
// it ends. False: it has none at the moment.
bool win_helpers_attend(WinHelpers *helpers, uint32_t session);
// Nobody's.
void win_helpers_attend_none(WinHelpers *helpers);
// That session's list once more.
void win_helpers_list(WinHelpers *helpers);
// An icon of it, as soon as it can; where the helper ended, of the next one. Or none of them.
void win_helpers_want(WinHelpers *helpers, const uint8_t hash[CHAN_ICON_HASH_SIZE]);
void win_helpers_forget(WinHelpers *helpers);

// Of the session that is attended to. All are borrowed.
typedef struct {
    void (*begin)(void *user);                              // a whole list follows
    void (*entry)(const WinHelperEntry *entry, void *user); // also one that is another now
    void (*end)(void *user);
    void (*icon)(const ChanIcon *icon, void *user);
} WinHelperEvents;

// Hears a piece of each, and says what there is to say. True: a report is another one, or a helper
// ended.
bool win_helpers_hear(WinHelpers *helpers, const WinHelperEvents *events, void *user);
// Whether there is something to hear.
bool win_helpers_are_waiting(WinHelpers *helpers);
