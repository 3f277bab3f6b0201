// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/transport.h"

#include <freerdp/transport_io.h>
#include <linux/sockios.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

// [MS-RDPBCGR] 2.2.1.2.1: what the server chose.
#define PROTOCOL_HYBRID 0x2u
#define PROTOCOL_HYBRID_EX 0x8u

#define READ_AHEAD (64 * 1024)

struct BridgeTransport {
    rdpTransportIo library; // its own functions
    BridgeTransportConnecting connecting;
    rdpContext *context;
    int fd;
    bool taken; // the library owns fd
    bool lost_in_nla;
    int handed;    // with the first byte, or -1
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
    if (t->taken) {
        guint32 protocol = freerdp_settings_get_uint32(settings, FreeRDP_SelectedProtocol);
        t->lost_in_nla = (protocol & (PROTOCOL_HYBRID | PROTOCOL_HYBRID_EX)) != 0;
        return -1;
    }
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
// nothing is asked for that is not there. Above TLS nobody tells what is there, and small reads
// cost no system call.
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

// In the place of the library's for one PDU, the first: a few dozen bytes, which an empty socket
// takes whole.
static int
write_first_pdu(BridgeTransport *t, rdpTransport *transport, wStream *s)
{
    gsize size = Stream_GetPosition(s);
    struct iovec bytes = {Stream_Buffer(s), size};
    union {
        struct cmsghdr align;
        char space[CMSG_SPACE(sizeof(int))];
    } control = {0};
    struct msghdr m = {.msg_iov = &bytes,
                       .msg_iovlen = 1,
                       .msg_control = control.space,
                       .msg_controllen = sizeof control.space};
    struct cmsghdr *c = CMSG_FIRSTHDR(&m);

    *c = (struct cmsghdr){
        .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof(int))};
    memcpy(CMSG_DATA(c), &t->handed, sizeof t->handed);
    ssize_t sent = sendmsg(t->fd, &m, MSG_NOSIGNAL);
    close(t->handed);
    t->handed = -1;
    if (sent < 0) // it is the descriptor that cannot be sent, or the library will see as well
        return t->library.WritePdu(transport, s);
    return sent == (ssize_t)size ? (int)size : -1;
}

static int
write_pdu(rdpTransport *transport, wStream *s)
{
    BridgeTransport *t = the_transport;

    return t->handed >= 0 ? write_first_pdu(t, transport, s) : t->library.WritePdu(transport, s);
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
    t->handed = -1;
    t->connecting = connecting;
    t->blocking = true;
    io.TCPConnect = tcp_connect;
    io.ReadPdu = read_pdu;
    io.WritePdu = write_pdu;
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
    if (t->handed >= 0)
        close(t->handed);
    the_transport = NULL;
    g_free(t);
}

void
bridge_transport_hand_over(BridgeTransport *t, int take_fd)
{
    if (t->handed >= 0)
        close(t->handed);
    t->handed = take_fd;
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

bool
bridge_transport_lost_in_nla(const BridgeTransport *t)
{
    return t->lost_in_nla;
}

int
bridge_transport_fd(const BridgeTransport *t)
{
    return t->fd;
}
