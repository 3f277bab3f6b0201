// SPDX-License-Identifier: Apache-2.0
#include "guestagent/win32/told.h"

#include "guestagent/win32/allowlist.h"
#include "guestagent/win32/publish.h"
#include "guestagent/win32/text.h"
#include "guestagent/win32/turns.h"

#include <stdlib.h>

#define PATIENCE_MS 15000 // with a helper that is there and has told no list yet

struct WinTold {
    Agent *agent;
    WinHelpers *helpers;
    WinPublish publish;
    WinCatalog *common; // NULL: not needed up to now
    WinMenu menu;       // the aliases of the list that is being told
    bool listing;
    bool by_helper; // who told the list, or tells it; else this process
    bool asked;     // for a list, once
    bool waits;     // for the first one, or the first one of another session
    DWORD patient_until, hear_at;
    bool in_use, helped; // helped: its helper is there
    uint32_t session;
};

WinTold *
win_told_new(Agent *agent, WinHelpers *helpers)
{
    WinTold *t = win_alloc(sizeof *t);

    t->agent = agent;
    t->helpers = helpers;
    t->publish = (WinPublish){.agent = agent};
    return t;
}

void
win_told_free(WinTold *t)
{
    if (!t)
        return;
    win_catalog_free(t->common);
    win_menu_clear(&t->menu);
    free(t);
}

static void
begin_to_wait(WinTold *t)
{
    t->waits = true;
    t->patient_until = GetTickCount() + PATIENCE_MS;
}

void
win_told_session(WinTold *t, bool in_use, uint32_t session)
{
    bool another = in_use && (!t->in_use || session != t->session);

    t->in_use = in_use;
    t->session = session;
    t->helped = in_use && win_helpers_attend(t->helpers, session);
    if (!in_use)
        win_helpers_attend_none(t->helpers);
    if (another && t->asked)
        begin_to_wait(t); // what the former user's helper told is not this one's
}

// ---- a helper's list

static void
on_begin(void *user)
{
    WinTold *t = user;

    t->listing = t->by_helper = true;
    win_menu_clear(&t->menu);
    agent_list_begin(t->agent);
}

static void
on_entry(const WinHelperEntry *entry, void *user)
{
    WinTold *t = user;

    if (t->listing)
        win_menu_put_told(&t->menu, entry);
    agent_list_app(t->agent, &entry->app);
}

static void
on_end(void *user)
{
    WinTold *t = user;

    t->listing = t->waits = false;
    agent_list_end(t->agent);
    win_allow_list_refresh(&t->menu, true);
    win_menu_clear(&t->menu);
    if (t->common)
        win_catalog_unwatch(t->common); // it has only icons left to send
}

static void
on_icon(const ChanIcon *icon, void *user)
{
    agent_icon(((WinTold *)user)->agent, icon);
}

static const WinHelperEvents events = {on_begin, on_entry, on_end, on_icon};

// ---- the programs of all users

static void
list_common(WinTold *t)
{
    t->waits = t->by_helper = t->listing = false;
    if (!t->common)
        t->common = win_catalog_new(WIN_MENU_COMMON, &win_publish, &t->publish);
    win_catalog_watch(t->common);
    win_catalog_collect(t->common);
}

static void
wait_no_longer(WinTold *t)
{
    if (t->waits && (!t->helped || win_turn_is_due(t->patient_until)))
        list_common(t);
}

// ---- for the agent and its platform

void
win_told_collect(WinTold *t)
{
    if (t->helped)
        win_helpers_list(t->helpers);
    else if (t->common && !t->by_helper)
        win_catalog_collect(t->common);
    if (!t->asked)
        begin_to_wait(t);
    t->asked = true;
}

void
win_told_want(WinTold *t, const uint8_t hash[CHAN_ICON_HASH_SIZE])
{
    if (t->by_helper)
        win_helpers_want(t->helpers, hash);
    else if (t->common)
        win_catalog_want(t->common, hash);
}

void
win_told_forget(WinTold *t)
{
    win_helpers_forget(t->helpers);
    if (t->common)
        win_catalog_forget(t->common);
}

unsigned
win_told_handles(const WinTold *t, HANDLE handles[WIN_CATALOG_HANDLES_MAX])
{
    return t->common ? win_catalog_handles(t->common, handles) : 0;
}

void
win_told_changed(WinTold *t, unsigned handle)
{
    win_catalog_changed(t->common, handle);
}

void
win_told_look(WinTold *t)
{
    if (t->common)
        win_catalog_look(t->common);
}

// A helper is heard no faster than the host reads.
static DWORD
hear(WinTold *t, bool pipe_is_busy, size_t queued, bool *news)
{
    if (queued < WIN_TURN_QUEUED_MAX && (!pipe_is_busy || win_turn_is_due(t->hear_at))) {
        *news |= win_helpers_hear(t->helpers, &events, t);
        t->hear_at = GetTickCount() + WIN_TURN_YIELD_MS;
    }
    if (!win_helpers_are_waiting(t->helpers))
        return INFINITE;
    return pipe_is_busy || queued >= WIN_TURN_QUEUED_MAX ? WIN_TURN_YIELD_MS : 0;
}

DWORD
win_told_run(WinTold *t, bool pipe_is_busy, size_t queued, bool *news)
{
    DWORD next = hear(t, pipe_is_busy, queued, news);

    wait_no_longer(t);
    if (t->waits && win_turn_left(t->patient_until) < next)
        next = win_turn_left(t->patient_until);
    DWORD common = t->common ? win_catalog_run(t->common, pipe_is_busy, queued) : INFINITE;
    return common < next ? common : next;
}
