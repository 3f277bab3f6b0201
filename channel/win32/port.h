// SPDX-License-Identifier: Apache-2.0
#pragma once

// One direction of a pipe: reads or writes one buffer at a time, by overlapped I/O where the handle
// knows it, else by a thread (blocking.h). A port is used by one thread alone, which on Windows XP
// is also the only one that can cancel what it began.

#include "channel/win32/blocking.h"

// Virtio's driver hands a write to the host whole, in at most 128 pages, and refuses one while it
// has no room for it: so there is never more than one, and it is not longer than half of that.
#define CHAN_WIN_PORT_SIZE (256 * 1024)

typedef struct {
    HANDLE handle, done; // done: what was begun may be over
    ChanWinBlocking *blocking;
    OVERLAPPED overlapped;
    bool writes, busy, ended;         // ended: by an error, or the end of what there is to read
    bool begun;                       // the overlapped call; it did not fail at once
    DWORD size;                       // to write, or what was read
    DWORD written;                    // of that
    DWORD read_size;                  // to read at most
    LARGE_INTEGER started, frequency; // by QueryPerformanceCounter
    // One is read into, or written; what was read, or is to be written next, is in the other.
    uint8_t *data[2];
    unsigned at; // the one that is under way
} ChanWinPort;

// handle is borrowed. overlapped: it was opened with FILE_FLAG_OVERLAPPED. NULL with GetLastError.
ChanWinPort *chan_win_port_new(HANDLE handle, bool writes, bool overlapped);

// Begins to read, or to write size bytes of data[at].
void chan_win_port_start(ChanWinPort *port);

// True when what was begun is over; a write is only with all of it. Then chan_win_port_finish.
bool chan_win_port_over(ChanWinPort *port);

// What was written, or read into *data, which stays so until the next but one is begun; 0 with
// ended set. data may be NULL.
DWORD chan_win_port_finish(ChanWinPort *port, const uint8_t **data);

// Ends what is under way. False: Windows does not end it; the port stays until the process ends,
// and so must the handle, unless it is overlapped.
bool chan_win_port_free(ChanWinPort *port);
