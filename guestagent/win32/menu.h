// SPDX-License-Identifier: Apache-2.0
#pragma once

// The Start menu of all users and of the user: one entry for each shortcut to a program. Left out
// are uninstallers, texts and links; of two shortcuts at the same place in the two menus the user's
// counts.

#include "guestagent/win32/shortcut.h"

#define WIN_ID_MAX 80

typedef struct {
    char id[WIN_ID_MAX]; // of its place in the menu: stays the same while it stays there
    char *name, *comment, *folder;
    WinShortcut shortcut;
} WinEntry;

typedef struct {
    WinEntry *entries;
    unsigned n, room;
} WinMenu;

void win_menu_collect(WinMenu *menu); // an empty or cleared one; COM must be up
void win_menu_clear(WinMenu *menu);

// Whose menu it is: a token, borrowed until the next call; NULL: this process's user.
void win_menu_set_user(HANDLE token);

// The folders that are read: at most n; how many there are.
unsigned win_menu_folders(WCHAR folders[][MAX_PATH], unsigned n);

// What is no program of its own (pure).
bool win_menu_leaves_out(const WCHAR *name, const WinShortcut *shortcut);
