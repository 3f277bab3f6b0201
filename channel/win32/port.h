// SPDX-License-Identifier: Apache-2.0
#pragma once

// One direction of a pipe: a thread of its own reads or writes one buffer at a time, so that
// handles that know no overlapped I/O (standard input) and those that need it (ports) are the same
// to the pump.

#include <stdbool.h>
#include <stdint.h>
#include <windows.h>

#define CHAN_WIN_PORT_SIZE (72 * 1024)

typedef struct {
    HANDLE handle, thread, go, done; // go: there is something to do; done: it is done
    bool writes, busy, ended;        // ended: by an error, or the end of what there is to read
    volatile LONG quit;
    DWORD size; // to write, or what was read
    // One is read into, or written; what was read, or is to be written next, is in the other.
    uint8_t data[2][CHAN_WIN_PORT_SIZE];
    unsigned at; // the one that is under way
} ChanWinPort;

// handle is borrowed. False with GetLastError.
bool chan_win_port_open(ChanWinPort *port, HANDLE handle, bool writes);

// Begins to read, or to write size bytes of data[at]; done is signalled when it is over.
void chan_win_port_start(ChanWinPort *port);

// After done: what was written, or read into *data, which stays so until the next but one is done;
// 0 with ended set. data may be NULL.
DWORD chan_win_port_finish(ChanWinPort *port, const uint8_t **data);

// The handle must be closed first, which ends what is under way on ports and pipes.
void chan_win_port_close(ChanWinPort *port);
