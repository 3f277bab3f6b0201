// SPDX-License-Identifier: Apache-2.0
// Kind socket: the agent is at the other end of a Unix socket: a virtual machine's virtio-serial
// or serial port (QEMU, libvirt), or an agent of this machine. The broker connects, or listens.
#include "channel/glib/acceptor.h"

#include "channel/glib/timer.h"
#include "hostbroker/link.h"
#include "hostbroker/unix_socket.h"

#include <sys/socket.h>
#include <unistd.h>

typedef struct {
    BrokerLink link; // first
    GSource *soon;
    ChanAcceptor *acceptor; // listen mode
    int listener;
    gboolean stopping;
} Socket;

static gboolean
on_soon(gpointer user)
{
    Socket *s = user;
    BrokerLink *link = &s->link;
    g_autoptr(GError) error = NULL;

    chan_timer_clear(&s->soon);
    if (s->stopping) {
        link->events->ended(link, NULL, link->user);
        return G_SOURCE_REMOVE;
    }
    int fd = broker_unix_connect(link->config->socket_path, SOCK_STREAM, &error);
    if (fd >= 0)
        link->events->opened(link, fd, fd, link->user);
    else
        link->events->not_opened(link, error, link->user);
    return G_SOURCE_REMOVE;
}

static void
on_connection(int take_fd, gpointer user)
{
    Socket *s = user;

    s->link.events->opened(&s->link, take_fd, take_fd, s->link.user);
}

static gboolean
start(BrokerLink *link, GError **error)
{
    Socket *s = (Socket *)link;

    s->stopping = FALSE;
    if (link->config->socket_mode == BROKER_SOCKET_CONNECT) {
        chan_timer_clear(&s->soon);
        s->soon = chan_timer_new(link->host->context, 0, on_soon, s);
        return TRUE;
    }
    if (s->listener >= 0)
        return TRUE;
    s->listener = broker_unix_listen(link->config->socket_path, SOCK_STREAM, error);
    if (s->listener < 0)
        return FALSE;
    s->acceptor = chan_acceptor_new(link->host->context, s->listener, link->config->socket_path,
                                    on_connection, s);
    return TRUE;
}

static gboolean
find(BrokerLink *link, const BrokerIdentity *identity)
{
    return FALSE;
}

static void
close_all(Socket *s)
{
    chan_timer_clear(&s->soon);
    chan_acceptor_free(s->acceptor);
    s->acceptor = NULL;
    if (s->listener >= 0) {
        close(s->listener);
        unlink(s->link.config->socket_path);
    }
    s->listener = -1;
}

static void
stop(BrokerLink *link)
{
    Socket *s = (Socket *)link;

    close_all(s);
    s->stopping = TRUE;
    s->soon = chan_timer_new(link->host->context, 0, on_soon, s);
}

static void
free_socket(BrokerLink *link)
{
    close_all((Socket *)link);
    g_free(link);
}

static const BrokerKind kind_socket = {.start = start,
                                       .reopen = start,
                                       .find = find,
                                       .stop = stop,
                                       .free = free_socket,
                                       .passes_fds = TRUE};

BrokerLink *
broker_kind_socket_new(void)
{
    Socket *s = g_new0(Socket, 1);

    s->link.kind = &kind_socket;
    s->listener = -1;
    return &s->link;
}
