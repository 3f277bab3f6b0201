// SPDX-License-Identifier: Apache-2.0
#pragma once

// TSAppAllowList: the programs that Remote Desktop starts for a client by an alias, which is the
// published id. Only aliases that were made here are changed or removed.

#include "guestagent/win32/menu.h"
#include "guestagent/win32/undo.h"

#define WIN_ALLOW_LIST                                                                             \
    L"HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Terminal Server\\TSAppAllowList"

void win_allow_list_write(WinUndo *undo, const WinMenu *menu);

// The same when the list has changed, and only in a guest that was set up. whole: an alias that is
// not in the menu goes; not while nobody is logged on, whose own programs come back.
void win_allow_list_refresh(const WinMenu *menu, bool whole);
