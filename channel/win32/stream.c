// SPDX-License-Identifier: Apache-2.0
#include "channel/win32/stream.h"

bool
chan_win_stream_open(ChanWinStream *s, uint32_t id, SOCKET take_socket)
{
    *s = (ChanWinStream){.id = id, .socket = take_socket, .event = WSACreateEvent()};
    if (s->event != WSA_INVALID_EVENT &&
        WSAEventSelect(s->socket, s->event, FD_READ | FD_WRITE | FD_CONNECT | FD_CLOSE) == 0)
        return true;
    chan_win_stream_close(s);
    return false;
}

void
chan_win_stream_close(ChanWinStream *s)
{
    if (s->event != WSA_INVALID_EVENT)
        WSACloseEvent(s->event);
    closesocket(s->socket);
    *s = (ChanWinStream){0};
}

static void
end_in(ChanWinStream *s, ChanConn *conn)
{
    s->in_ended = true;
    chan_conn_shutdown(conn, s->id);
}

static void
give_up(ChanWinStream *s, ChanConn *conn, ChanResetReason reason)
{
    s->in_ended = s->out_ended = true;
    chan_conn_reset(conn, s->id, reason);
}

static void
move_in(ChanWinStream *s, ChanConn *conn)
{
    while (s->readable && !s->in_ended) {
        size_t room;
        uint8_t *to = chan_conn_write_space(conn, s->id, &room);
        if (!to)
            return; // WRITABLE comes
        int n = recv(s->socket, (char *)to, (int)room, 0);
        chan_conn_written(conn, s->id, n > 0 ? (size_t)n : 0);
        if (n > 0)
            continue;
        s->readable = false;
        if (n == 0 || WSAGetLastError() != WSAEWOULDBLOCK)
            end_in(s, conn);
    }
}

static void
move_out(ChanWinStream *s, ChanConn *conn)
{
    ChanSpan span;

    while (s->writable && !s->out_ended && (span = chan_conn_peek(conn, s->id)).size > 0) {
        int n = send(s->socket, (const char *)span.data, (int)span.size, 0);
        if (n >= 0) {
            chan_conn_consume(conn, s->id, (size_t)n);
            continue;
        }
        s->writable = false;
        if (WSAGetLastError() != WSAEWOULDBLOCK)
            give_up(s, conn, CHAN_RESET_CLOSED);
    }
    if (s->fin && s->connected && !s->out_ended && chan_conn_peek(conn, s->id).size == 0) {
        s->out_ended = true;
        shutdown(s->socket, SD_SEND);
    }
}

void
chan_win_stream_move(ChanWinStream *s, ChanConn *conn)
{
    move_out(s, conn);
    move_in(s, conn);
}

void
chan_win_stream_signalled(ChanWinStream *s, ChanConn *conn)
{
    WSANETWORKEVENTS told;

    if (WSAEnumNetworkEvents(s->socket, s->event, &told) != 0) {
        give_up(s, conn, CHAN_RESET_FAILED);
        return;
    }
    if ((told.lNetworkEvents & FD_CONNECT) && told.iErrorCode[FD_CONNECT_BIT] != 0) {
        give_up(s, conn, CHAN_RESET_REFUSED);
        return;
    }
    s->connected |= (told.lNetworkEvents & (FD_CONNECT | FD_WRITE | FD_READ)) != 0;
    s->writable |= (told.lNetworkEvents & FD_WRITE) != 0;
    s->readable |= (told.lNetworkEvents & (FD_READ | FD_CLOSE)) != 0;
    chan_win_stream_move(s, conn);
}

bool
chan_win_stream_over(const ChanWinStream *s)
{
    return s->in_ended && s->out_ended;
}
