// SPDX-License-Identifier: Apache-2.0
#include "guestagent/win32/publish.h"

#include "guestagent/win32/allowlist.h"

static void
on_begin(void *user)
{
    agent_list_begin(((const WinPublish *)user)->agent);
}

static void
on_entry(const ChanApp *app, const WinEntry *entry, void *user)
{
    agent_list_app(((const WinPublish *)user)->agent, app);
}

static void
on_end(const WinMenu *menu, void *user)
{
    const WinPublish *publish = user;

    agent_list_end(publish->agent);
    win_allow_list_refresh(menu, publish->whole);
}

static void
on_icon(const ChanIcon *icon, void *user)
{
    agent_icon(((const WinPublish *)user)->agent, icon);
}

static void
on_no_icon(const uint8_t hash[CHAN_ICON_HASH_SIZE], void *user)
{
    // The host asks again when it is told of one.
}

const WinCatalogEvents win_publish = {on_begin, on_entry, on_end, on_icon, on_no_icon};
