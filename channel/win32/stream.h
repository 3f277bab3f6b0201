// SPDX-License-Identifier: Apache-2.0
#pragma once

// One stream of a channel joined to a socket, with flow control both ways and half-close kept.

#include "channel/conn.h"

#include <winsock2.h>

typedef struct {
    uint32_t id; // 0: the place is free
    SOCKET socket;
    WSAEVENT event;
    bool connected;
    bool readable, writable; // as far as Winsock has told; it tells once
    bool in_ended;           // the socket sends no more
    bool fin, out_ended;     // the host sends no more; and everything before it is written
} ChanWinStream;

// Takes the socket. False: there is no event for it, and the socket is closed.
bool chan_win_stream_open(ChanWinStream *stream, uint32_t id, SOCKET take_socket);
void chan_win_stream_close(ChanWinStream *stream);

// The event is signalled: reads what the socket has to tell, and moves bytes.
void chan_win_stream_signalled(ChanWinStream *stream, ChanConn *conn);

// Moves what can be moved, both ways. The stream may be over afterwards (chan_win_stream_over).
void chan_win_stream_move(ChanWinStream *stream, ChanConn *conn);
bool chan_win_stream_over(const ChanWinStream *stream);
