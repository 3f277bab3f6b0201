// SPDX-License-Identifier: Apache-2.0
#pragma once

// Pumps one channel over Windows handles: a port (virtio-serial, COM), or the two of standard input
// and output. The guest's end: the host opens streams, each of which is joined to a socket. Pure
// Win32 of Windows XP; one thread calls all of this, and two of the pump's own read and write what
// knows no overlapped I/O.

#include "channel/conn.h"

#include <winsock2.h>
// after winsock2.h
#include <windows.h>

// Of a guest; the host has CHAN_STREAMS_MAX, but one wait takes 64 objects.
#define CHAN_WIN_STREAMS_MAX 32
#define CHAN_WIN_OTHERS_MAX 16

typedef struct ChanWinPump ChanWinPump;

typedef struct {
    // Both hellos are exchanged; again when the host restarted within the same pipe.
    void (*ready)(ChanWinPump *pump, void *user);
    // A message (channel/msg.h). False: it breaks the protocol, and the pump is lost.
    bool (*message)(ChanWinPump *pump, uint16_t type, ChanSpan untrusted_payload, void *user);
    // The host opened a stream. Returns a socket that is connected or about to be, which the pump
    // takes; INVALID_SOCKET refuses the stream.
    SOCKET (*open_stream)(ChanWinPump *pump, const char *untrusted_service, void *user);
    // A stream's socket ended. May be NULL.
    void (*stream_ended)(ChanWinPump *pump, void *user);
} ChanWinPumpHandlers;

// Both handles are taken; they may be the same, if it was opened with FILE_FLAG_OVERLAPPED.
// handlers is borrowed. NULL: no threads or events could be made (GetLastError).
ChanWinPump *chan_win_pump_new(HANDLE take_read, HANDLE take_write, const ChanConnConfig *config,
                               const ChanWinPumpHandlers *handlers, void *user);

// Closes pipe and streams. Not inside a handler.
void chan_win_pump_free(ChanWinPump *pump);

// Queues a message. False: no host, or one that does not read; give the pump up.
bool chan_win_pump_send(ChanWinPump *pump, uint16_t type, ChanSpan payload);

// Waits until something happens on the pipe, a stream or one of others (at most
// CHAN_WIN_OTHERS_MAX), at most timeout_ms (INFINITE), and sees to the pipe and the streams.
// Returns the index of one of others that is signalled, or -1. However busy the pipe is, each of
// them has its turn after one of each of the others and of the streams.
int
chan_win_pump_turn(ChanWinPump *pump, const HANDLE *others, unsigned n_others, DWORD timeout_ms);

// Whether something is on its way to the host; a turn ends when it has gone.
bool chan_win_pump_sending(const ChanWinPump *pump);

// Bytes of messages that wait before that.
size_t chan_win_pump_queued(const ChanWinPump *pump);

// Why the pump is of no use any more, in words; NULL while it is.
const char *chan_win_pump_lost(const ChanWinPump *pump);
