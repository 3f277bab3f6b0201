// SPDX-License-Identifier: Apache-2.0
// Kind socket: the agent is at the other end of a Unix socket: a virtual machine's virtio-serial
// or serial port (QEMU, libvirt), or an agent of this machine. The broker connects, or listens.
#include "hostbroker/link.h"
#include "hostbroker/unix_socket.h"

#include <errno.h>
#include <glib-unix.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct {
    BrokerLink link; // first
    GSource *soon;
    GSource *accept; // listen mode
    int listener;
    gboolean stopping;
} Socket;

static gboolean
on_soon(gpointer user)
{
    Socket *s = user;
    BrokerLink *link = &s->link;
    g_autoptr(GError) error = NULL;

    broker_timer_clear(&s->soon);
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

static gboolean
on_connection(int fd, GIOCondition condition, gpointer user)
{
    Socket *s = user;
    int peer = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

    if (peer >= 0)
        s->link.events->opened(&s->link, peer, peer, s->link.user);
    return G_SOURCE_CONTINUE;
}

static gboolean
start(BrokerLink *link, GError **error)
{
    Socket *s = (Socket *)link;

    s->stopping = FALSE;
    if (link->config->socket_mode == BROKER_SOCKET_CONNECT) {
        broker_timer_clear(&s->soon);
        s->soon = broker_timer_new(link->host->context, 0, on_soon, s);
        return TRUE;
    }
    if (s->listener >= 0)
        return TRUE;
    s->listener = broker_unix_listen(link->config->socket_path, SOCK_STREAM, error);
    if (s->listener < 0)
        return FALSE;
    s->accept = g_unix_fd_source_new(s->listener, G_IO_IN);
    g_source_set_callback(s->accept, G_SOURCE_FUNC(on_connection), s, NULL);
    g_source_attach(s->accept, link->host->context);
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
    broker_timer_clear(&s->soon);
    broker_timer_clear(&s->accept);
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
    s->soon = broker_timer_new(link->host->context, 0, on_soon, s);
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
