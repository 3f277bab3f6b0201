// SPDX-License-Identifier: Apache-2.0
#include "guestagent/win32/people_watch.h"

#include "guestagent/win32/helper.h"
#include "guestagent/win32/session.h"
#include "guestagent/win32/text.h"
#include "guestagent/win32/version.h"

#include <stdlib.h>

#define LISTED_MAX (CHAN_SESSIONS_MAX + 8) // with those that are no person's

struct WinPeopleWatch {
    const WinServe *options;
    WinVersion version;
    HANDLE changed;
    WinHelpers *helpers; // NULL: not of a service
    unsigned n;
    WinPerson people[LISTED_MAX];
};

WinPeopleWatch *
win_people_watch_new(const WinServe *options)
{
    WinPeopleWatch *w = win_alloc(sizeof *w);

    w->options = options;
    w->changed = CreateEventW(NULL, FALSE, FALSE, NULL);
    win_version_get(&w->version);
    if (options->user_changed)
        w->helpers = win_helpers_new(w->changed);
    return w;
}

void
win_people_watch_free(WinPeopleWatch *w)
{
    if (!w)
        return;
    win_helpers_free(w->helpers);
    win_version_clear(&w->version);
    CloseHandle(w->changed);
    free(w);
}

HANDLE
win_people_watch_changed(const WinPeopleWatch *w)
{
    return w->changed;
}

static void
list_all(WinPeopleWatch *w)
{
    uint32_t with_helper[CHAN_SESSIONS_MAX];
    unsigned n = 0;
    WinLocks locks;

    w->options->locks(&locks);
    w->n = win_session_list(&w->version.edition, w->people, LISTED_MAX);
    for (unsigned i = 0; i < w->n; i++) {
        WinPerson *p = &w->people[i];
        ChanSession told;
        p->heard = win_locks_of(&locks, p->id);
        if (*p->user && n < CHAN_SESSIONS_MAX &&
            win_person_tell(p, w->version.edition.major, &told))
            with_helper[n++] = p->id;
        if (!win_helpers_report(w->helpers, p->id, &p->report))
            p->report = (WinHelperReport){0};
    }
    win_helpers_keep(w->helpers, with_helper, n);
}

void
win_people_watch_look(WinPeopleWatch *w, ChanSessions *sessions)
{
    if (w->helpers) {
        list_all(w);
    } else {
        w->n = 1;
        win_session_own(&w->people[0]);
        win_helper_look(&w->people[0].report);
    }
    *sessions = (ChanSessions){0};
    for (unsigned i = 0; i < w->n && sessions->n < CHAN_SESSIONS_MAX; i++)
        if (win_person_tell(&w->people[i], w->version.edition.major,
                            &sessions->sessions[sessions->n]))
            sessions->n++;
}

static const WinPerson *
in_use(const WinPeopleWatch *w)
{
    return win_people_in_use(w->people, w->n, w->version.edition.major);
}

bool
win_people_watch_in_use(const WinPeopleWatch *w, uint32_t *session)
{
    const WinPerson *person = in_use(w);

    if (person)
        *session = person->id;
    return person != NULL;
}

const char *
win_people_watch_user(const WinPeopleWatch *w)
{
    const WinPerson *person = in_use(w);

    return person ? person->user : "";
}

WinHelpers *
win_people_watch_helpers(WinPeopleWatch *w)
{
    return w->helpers;
}
