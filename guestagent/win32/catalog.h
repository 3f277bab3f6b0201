// SPDX-License-Identifier: Apache-2.0
#pragma once

// The list of the programs of a guest as this process's user sees it, or of those that all users
// have: Start menu, types and icons, made in the forms of the channel; again when the menu changes.
// For the agent of a user, the helper in a session, and the service while there is none.

#include "channel/msg.h"
#include "guestagent/win32/menu.h"

#define WIN_CATALOG_HANDLES_MAX 4

typedef struct WinCatalog WinCatalog;

// Told from inside win_catalog_run only.
typedef struct {
    void (*begin)(void *user); // a whole list follows
    // Of the list; or one of it whose icon is drawn now. Both are borrowed.
    void (*entry)(const ChanApp *app, const WinEntry *entry, void *user);
    void (*end)(const WinMenu *menu, void *user);
    void (*icon)(const ChanIcon *icon, void *user);
    void (*no_icon)(const uint8_t hash[CHAN_ICON_HASH_SIZE], void *user); // there is none any more
} WinCatalogEvents;

// events is borrowed. COM must be up, and win_icon_init done.
WinCatalog *win_catalog_new(WinMenuOf of, const WinCatalogEvents *events, void *user);
void win_catalog_free(WinCatalog *catalog);

// What the caller waits for: changes of the Start menu. Returns how many.
unsigned win_catalog_handles(const WinCatalog *catalog, HANDLE handles[WIN_CATALOG_HANDLES_MAX]);
void win_catalog_changed(WinCatalog *catalog, unsigned handle);
// Neither changes nor a collection that is due count any more; or changes do again.
void win_catalog_unwatch(WinCatalog *catalog);
void win_catalog_watch(WinCatalog *catalog);

// The list, soon.
void win_catalog_collect(WinCatalog *catalog);
// An icon of it, as soon as there is room; or all that were wanted not any more.
void win_catalog_want(WinCatalog *catalog, const uint8_t hash[CHAN_ICON_HASH_SIZE]);
void win_catalog_forget(WinCatalog *catalog);
bool win_catalog_has_icons_to_do(const WinCatalog *catalog);
// What was drawn and not asked for goes, when it is old.
void win_catalog_look(WinCatalog *catalog);

// Does what is due, as win_platform_run has it (platform.h). INFINITE: nothing is.
DWORD win_catalog_run(WinCatalog *catalog, bool pipe_is_busy, size_t queued);
