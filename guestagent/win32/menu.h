// SPDX-License-Identifier: Apache-2.0
#pragma once

// The Start menu of all users and of this process's user: one entry for each shortcut. Of two
// shortcuts at the same place in the two menus the user's counts. And the apps of the Store, which
// have none. Or what a helper told of such a menu.

#include "guestagent/win32/helper_words.h"
#include "guestagent/win32/links.h"

typedef struct {
    char id[WIN_ID_MAX];           // of its place in the menu: stays the same while it stays there
    uint32_t hash;                 // of the place, too
    char *name, *comment, *folder; // folder: with '/', for people
    char *model, *program; // whose windows are its: an AppUserModelID, a path in full; may be empty
    char *directory;       // where it starts, may be empty
    bool sidelined;        // no program of its own (win_menu_sidelines)
    bool opens;            // of the entries with this program the one for its files
    WinShortcut shortcut;  // what a launch needs; texts are the menu's
    bool by_shell;  // it is no program: the target is explorer.exe, which opens it as a click does
    bool own_texts; // of shortcut; the others' belong to links
} WinEntry;

typedef struct {
    WinEntry *entries;
    unsigned n, room;
    WinLinks links; // as they were read, for the next round
} WinMenu;

typedef enum {
    WIN_MENU_USERS,  // all users' and the user's
    WIN_MENU_COMMON, // all users' alone, without the Store
} WinMenuOf;

// Reads the menu into one that is zeroed, or again into the same one, which is quicker. COM must be
// up.
void win_menu_collect(WinMenu *menu, WinMenuOf of);
void win_menu_clear(WinMenu *menu);

// Adds what an alias needs of a checked entry (helper_words.h); the one with its id goes.
void win_menu_put_told(WinMenu *menu, const WinHelperEntry *entry);

// The folders that are read: at most n; how many there are.
unsigned win_menu_folders(WinMenuOf of, WCHAR folders[][MAX_PATH], unsigned n);

// Uninstallers, texts and links: what a menu of programs is clearer without, unless the host's user
// wants to see it (pure).
bool win_menu_sidelines(const WCHAR *name, const WinShortcut *shortcut);
