// SPDX-License-Identifier: Apache-2.0
#pragma once

// Asks Windows, and the helpers that it keeps in the sessions, who is at this guest. Of a service;
// else it knows this process's own session only.

#include "guestagent/win32/helpers.h"
#include "guestagent/win32/serve.h"

#include <windows.h>

typedef struct WinPeopleWatch WinPeopleWatch;

WinPeopleWatch *win_people_watch_new(const WinServe *options); // borrowed
void win_people_watch_free(WinPeopleWatch *watch);

// Signalled when it is worth a look; resets itself.
HANDLE win_people_watch_changed(const WinPeopleWatch *watch);

// Names live until the next look.
void win_people_watch_look(WinPeopleWatch *watch, ChanSessions *sessions);

// As of the last look: the session in use (people.h), and the name of its user; false and "" for
// nobody.
bool win_people_watch_in_use(const WinPeopleWatch *watch, uint32_t *session);
const char *win_people_watch_user(const WinPeopleWatch *watch);

// Of a service; else NULL.
WinHelpers *win_people_watch_helpers(WinPeopleWatch *watch);
