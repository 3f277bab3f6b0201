// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/transport.h"

#include <freerdp/transport_io.h>
#include <linux/sockios.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define READ_AHEAD (64 * 1024)

struct BridgeTransport {
    rdpTransportIo library; // its own functions
    BridgeTransportConnecting connecting;
    rdpContext *context;
    int fd;
    bool taken;    // the library owns fd
    bool blocking; // while it connects: nothing may be read ahead of a TLS handshake
    guint64 pdus;
    gsize at, end;
    guint8 buffer[READ_AHEAD];
};

static BridgeTransport *the_transport;

static int
tcp_connect(rdpContext *context, rdpSettings *settings, const char *hostname, int port,
            DWORD timeout)
{
    BridgeTransport *t = the_transport;

    // The library asks again to reconnect by itself; there is nothing to reconnect to.
    if (t->taken)
        return -1;
    t->taken = true;
    // The library would ask the socket for the address it tells the guest.
    if (!freerdp_settings_set_string(settings, FreeRDP_ClientAddress, "127.0.0.1") ||
        (t->connecting && !t->connecting(context)))
        return -1;
    return t->fd;
}

static BOOL
set_blocking_mode(rdpTransport *transport, BOOL blocking)
{
    the_transport->blocking = blocking;
    return the_transport->library.SetBlockingMode(transport, blocking);
}

// How much to ask the library for, of which n bytes are needed now. It fails as a whole when the
// stream ends within what is asked for, and what came before the end (why it ended) is lost: so
// nothing is asked for that is not there. Above TLS nobody tells what is there.
static gsize
ask_for(const BridgeTransport *t, gsize n)
{
    int there = 0;
    bool plain = freerdp_settings_get_uint32(t->context->settings, FreeRDP_SelectedProtocol) == 0;

    if (t->blocking || !plain || ioctl(t->fd, FIONREAD, &there) != 0 || there <= 0)
        return MIN(n, sizeof t->buffer);
    return MIN((gsize)there, sizeof t->buffer);
}

// Moves up to n bytes from the buffer to the stream. 0: there are none now, -1: an error.
static int
move(BridgeTransport *t, rdpTransport *transport, wStream *s, gsize n)
{
    if (t->at == t->end) {
        SSIZE_T got = t->library.ReadBytes(transport, t->buffer, ask_for(t, n));
        if (got <= 0)
            return (int)got;
        t->at = 0;
        t->end = (gsize)got;
    }
    n = MIN(n, t->end - t->at);
    if (!Stream_EnsureRemainingCapacity(s, n))
        return -1;
    Stream_Write(s, t->buffer + t->at, n);
    t->at += n;
    return (int)n;
}

static int
read_pdu(rdpTransport *transport, wStream *s)
{
    BridgeTransport *t = the_transport;
    BOOL incomplete = TRUE;

    if (t->blocking && t->at == t->end) {
        t->pdus++;
        return t->library.ReadPdu(transport, s);
    }
    for (;;) {
        SSIZE_T length = transport_parse_pdu(transport, s, &incomplete);
        if (length < 0)
            return -1;
        if (length > 0 && !incomplete)
            break;
        gsize have = Stream_GetPosition(s);
        int moved = move(t, transport, s, length > 0 ? (gsize)length - have : 1);
        if (moved <= 0)
            return moved;
    }
    t->pdus++;
    Stream_SealLength(s);
    Stream_SetPosition(s, 0);
    return (int)Stream_Length(s);
}

BridgeTransport *
bridge_transport_install(rdpContext *context, int take_fd, BridgeTransportConnecting connecting)
{
    BridgeTransport *t = g_new0(BridgeTransport, 1);
    rdpTransportIo io = *freerdp_get_io_callbacks(context);

    g_assert(!the_transport);
    the_transport = t;
    t->library = io;
    t->context = context;
    t->fd = take_fd;
    t->connecting = connecting;
    t->blocking = true;
    io.TCPConnect = tcp_connect;
    io.ReadPdu = read_pdu;
    io.SetBlockingMode = set_blocking_mode;
    freerdp_set_io_callbacks(context, &io);
    return t;
}

void
bridge_transport_free(BridgeTransport *t)
{
    if (!t)
        return;
    if (!t->taken)
        close(t->fd);
    the_transport = NULL;
    g_free(t);
}

guint64
bridge_transport_pdus(const BridgeTransport *t)
{
    return t->pdus;
}

gsize
bridge_transport_unsent(const BridgeTransport *t)
{
    int unsent = 0;

    return ioctl(t->fd, SIOCOUTQ, &unsent) == 0 && unsent > 0 ? (gsize)unsent : 0;
}

int
bridge_transport_fd(const BridgeTransport *t)
{
    return t->fd;
}
