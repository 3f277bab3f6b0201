// SPDX-License-Identifier: Apache-2.0
#pragma once

// Who is at this guest: what Windows, its notifications and the helpers say of a session, put
// together. Pure, so that what no test machine has is tested anywhere.

#include "channel/msg.h"
#include "guestagent/win32/helper_report.h"

typedef enum {
    WIN_SESSION_OTHER,
    WIN_SESSION_ACTIVE,       // somebody is logged on and looks at it
    WIN_SESSION_CONNECTED,    // a screen or a client, and nobody logged on
    WIN_SESSION_DISCONNECTED, // nobody looks at it
} WinSessionUse;

typedef struct {
    uint32_t id;
    WinSessionUse use;
    char user[CHAN_NAME_MAX + 1]; // "" for nobody
    ChanLock asked;               // what Windows says when it is asked (win_lock_of)
    ChanLock heard;               // what it told last (win_locks_of)
    WinHelperReport report;       // zeroes: none
} WinPerson;

// False: a session that is no person's, nor a log-on screen. session borrows the name.
bool win_person_tell(const WinPerson *person, unsigned windows_major, ChanSession *session);

// Whose programs are published: somebody who looks at the session, by Remote Desktop or at the
// console, else somebody who left one disconnected. NULL: nobody is logged on.
const WinPerson *win_people_in_use(const WinPerson *people, unsigned n, unsigned windows_major);

// From WTSINFOEX_LEVEL1's SessionFlags: Windows 7 and Server 2008 R2 (6.1) have them inverted.
ChanLock win_lock_of(uint32_t session_flags, unsigned windows_major, unsigned windows_minor);

// What notifications (WM_WTSSESSION_CHANGE's codes) told of locks.
typedef struct {
    unsigned n;
    struct {
        uint32_t id;
        ChanLock lock;
    } of[CHAN_SESSIONS_MAX];
} WinLocks;

void win_locks_heard(WinLocks *locks, uint32_t code, uint32_t id);
ChanLock win_locks_of(const WinLocks *locks, uint32_t id);

// Whether it is of locks alone, and nobody came or went.
bool win_locks_only(uint32_t code);
