// SPDX-License-Identifier: Apache-2.0
#pragma once

// Shortcuts that were read, by path: a file is read again only when its time or size is another
// one.

#include "guestagent/win32/shortcut.h"

#include <stdint.h>

typedef struct {
    WCHAR *path;
    uint32_t hash; // of path
    FILETIME written;
    DWORD size;
    bool is_program, seen; // seen: in this round
    WinShortcut shortcut;
} WinLink;

typedef struct {
    WinLink *links;
    unsigned n, room;
    unsigned next; // where the next one is, if the files come in the order of the last round
} WinLinks;

// A round: begin, then read for each file that is there, then end, which forgets all others.
void win_links_begin(WinLinks *links);
// What the file says: texts are borrowed until the end of the next round, the struct until the next
// call. NULL where win_shortcut_read fails.
const WinShortcut *
win_links_read(WinLinks *links, const WCHAR *path, const WIN32_FIND_DATAW *found);
void win_links_end(WinLinks *links);
void win_links_clear(WinLinks *links);
