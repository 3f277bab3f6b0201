// SPDX-License-Identifier: Apache-2.0
#pragma once

// Reads or writes a handle that knows no overlapped I/O (standard input and output) in a thread of
// its own, one call at a time.

#include <stdbool.h>
#include <stdint.h>
#include <windows.h>

typedef struct ChanWinBlocking ChanWinBlocking;

// Both handles are borrowed; done is set when what was begun is over. NULL with GetLastError.
ChanWinBlocking *chan_win_blocking_new(HANDLE handle, HANDLE done, bool writes);

// Begins. data is borrowed until it is over.
void chan_win_blocking_start(ChanWinBlocking *blocking, uint8_t *data, DWORD size);

// True when what was begun is over: *n bytes, and an error or NO_ERROR.
bool chan_win_blocking_over(ChanWinBlocking *blocking, DWORD *n, DWORD *error);

// False: Windows does not end the call that is under way. The thread, both handles, and the data
// then stay until the process ends, and nothing of them may be closed or freed.
bool chan_win_blocking_free(ChanWinBlocking *blocking);
