// SPDX-License-Identifier: Apache-2.0
#pragma once

// Folders of which it is to be known that something in them, or anywhere below, has changed; what,
// is not: the caller reads all again. By ReadDirectoryChangesW, in the thread of the caller, which
// waits for the handles. A folder that goes is one change, and another when it comes back. One
// that cannot be watched (a share whose server does not tell, a driver of somebody's) is said to
// have changed every ten seconds.

#include <stdbool.h>
#include <windows.h>

#define WIN_WATCHES_MAX 4

typedef struct WinWatches WinWatches;

// Opened with the rights that this thread has now, and again later with those it has then.
WinWatches *win_watches_new(WCHAR folders[][MAX_PATH], unsigned n);
void win_watches_free(WinWatches *watches); // in the same thread

// What to wait for; returns how many, always the same.
unsigned win_watches_handles(const WinWatches *watches, HANDLE handles[WIN_WATCHES_MAX]);

// One of them is signalled: true if there was a change.
bool win_watches_heard(WinWatches *watches, unsigned handle);

// What Windows does not tell: to be called in win_watches_left ms. True if there was a change.
bool win_watches_look(WinWatches *watches);
DWORD win_watches_left(const WinWatches *watches);
