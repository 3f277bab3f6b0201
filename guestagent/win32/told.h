// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the service publishes: the list that the helper in the session in use tells, which has read
// it with its user's rights (helpers.h). Before anybody was logged on, or where no helper can be
// had, the programs of all users, read by the service itself. A list that was told once stays while
// nobody is there to tell another.

#include "guestagent/agent.h"
#include "guestagent/win32/catalog.h"
#include "guestagent/win32/helpers.h"

typedef struct WinTold WinTold;

// Both are borrowed.
WinTold *win_told_new(Agent *agent, WinHelpers *helpers);
void win_told_free(WinTold *told);

// The session in use, again and again; in_use false: nobody is logged on.
void win_told_session(WinTold *told, bool in_use, uint32_t session);

// As agent_platform_* (../platform.h).
void win_told_collect(WinTold *told);
void win_told_want(WinTold *told, const uint8_t hash[CHAN_ICON_HASH_SIZE]);
void win_told_forget(WinTold *told);

// As those of a catalog.
unsigned win_told_handles(const WinTold *told, HANDLE handles[WIN_CATALOG_HANDLES_MAX]);
void win_told_changed(WinTold *told, unsigned handle);
void win_told_look(WinTold *told);

// Does what is due. *news: who is there is to be looked at again. Returns in how many milliseconds
// to call it again.
DWORD win_told_run(WinTold *told, bool pipe_is_busy, size_t queued, bool *news);
