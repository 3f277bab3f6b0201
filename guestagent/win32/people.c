// SPDX-License-Identifier: Apache-2.0
#include "guestagent/win32/people.h"

#include <string.h>

#define VISTA 6 // from which on session 0 has services only

// Of wtsapi32.h and winuser.h, which a test of this has not.
enum { SESSION_LOGON = 5, SESSION_LOGOFF = 6, SESSION_LOCK = 7, SESSION_UNLOCK = 8 };
enum { FLAG_LOCKED = 0, FLAG_OPEN = 1 };

bool
win_person_tell(const WinPerson *p, unsigned windows_major, ChanSession *s)
{
    bool looked_at = p->use == WIN_SESSION_ACTIVE || p->use == WIN_SESSION_CONNECTED;

    if (p->use == WIN_SESSION_OTHER || (p->id == 0 && windows_major >= VISTA))
        return false;
    if (!*p->user && !looked_at)
        return false;
    *s = (ChanSession){.id = p->id,
                       .state = *p->user ? CHAN_SESSION_LOGGED_ON : CHAN_SESSION_LOG_ON_SCREEN,
                       .connected = looked_at};
    if (!*p->user)
        return true;
    s->lock = (uint8_t)(p->heard ? p->heard : p->asked ? p->asked : (ChanLock)p->report.lock);
    s->dpi = p->report.dpi;
    s->keyboard = p->report.keyboard;
    s->user = CHAN_SPAN_TEXT(p->user);
    return true;
}

static const WinPerson *
logged_on(const WinPerson *people, unsigned n, unsigned windows_major, WinSessionUse use)
{
    ChanSession told;

    for (unsigned i = 0; i < n; i++)
        if (people[i].use == use && *people[i].user &&
            win_person_tell(&people[i], windows_major, &told))
            return &people[i];
    return NULL;
}

const WinPerson *
win_people_in_use(const WinPerson *people, unsigned n, unsigned windows_major)
{
    const WinPerson *active = logged_on(people, n, windows_major, WIN_SESSION_ACTIVE);

    return active ? active : logged_on(people, n, windows_major, WIN_SESSION_DISCONNECTED);
}

ChanLock
win_lock_of(uint32_t session_flags, unsigned windows_major, unsigned windows_minor)
{
    if (session_flags != FLAG_LOCKED && session_flags != FLAG_OPEN)
        return CHAN_LOCK_UNKNOWN;
    bool inverted = windows_major == 6 && windows_minor == 1;
    return (session_flags == FLAG_LOCKED) != inverted ? CHAN_LOCK_LOCKED : CHAN_LOCK_OPEN;
}

bool
win_locks_only(uint32_t code)
{
    return code == SESSION_LOCK || code == SESSION_UNLOCK;
}

static unsigned
find(const WinLocks *l, uint32_t id)
{
    unsigned i = 0;

    while (i < l->n && l->of[i].id != id)
        i++;
    return i;
}

void
win_locks_heard(WinLocks *l, uint32_t code, uint32_t id)
{
    unsigned i = find(l, id);

    if (code == SESSION_LOGON || code == SESSION_LOGOFF) {
        if (i < l->n)
            l->of[i] = l->of[--l->n];
        return;
    }
    if (!win_locks_only(code) || i == CHAN_SESSIONS_MAX)
        return;
    if (i == l->n)
        l->n++;
    l->of[i].id = id;
    l->of[i].lock = code == SESSION_LOCK ? CHAN_LOCK_LOCKED : CHAN_LOCK_OPEN;
}

ChanLock
win_locks_of(const WinLocks *l, uint32_t id)
{
    unsigned i = find(l, id);

    return i < l->n ? l->of[i].lock : CHAN_LOCK_UNKNOWN;
}
