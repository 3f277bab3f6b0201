// SPDX-License-Identifier: Apache-2.0
// Kind vsock: the agent listens on a port of a virtual machine's AF_VSOCK.
#include "hostbroker/link.h"

#include "channel/glib/timer.h"

#include <errno.h>
#include <glib-unix.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/vm_sockets.h>

typedef struct {
    BrokerLink link; // first
    GSource *soon, *connecting;
    int fd;
    bool stopping;
} Vsock;

static void
tell_failure(Vsock *v, int code)
{
    const BrokerConfig *config = v->link.config;
    g_autoptr(GError) error = NULL;

    g_set_error(&error, G_IO_ERROR, g_io_error_from_errno(code),
                "Connecting to port %" G_GINT64_FORMAT " of the virtual machine with CID "
                "%" G_GINT64_FORMAT ": %s%s",
                config->port, config->cid, g_strerror(code),
                code == EAFNOSUPPORT || code == ENODEV
                    ? " (this kernel has no vsock; use kind socket with virtio-serial)"
                    : "");
    v->link.events->not_opened(&v->link, error, v->link.user);
}

static gboolean
on_connected(int fd, GIOCondition condition, gpointer user)
{
    Vsock *v = user;
    int code = 0;
    socklen_t size = sizeof code;

    chan_timer_clear(&v->connecting);
    v->fd = -1;
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &code, &size) < 0)
        code = errno;
    if (code == 0) {
        v->link.events->opened(&v->link, fd, fd, v->link.user);
    } else {
        close(fd);
        tell_failure(v, code);
    }
    return G_SOURCE_REMOVE;
}

static gboolean
on_soon(gpointer user)
{
    Vsock *v = user;
    struct sockaddr_vm address = {.svm_family = AF_VSOCK,
                                  .svm_cid = (unsigned)v->link.config->cid,
                                  .svm_port = (unsigned)v->link.config->port};

    chan_timer_clear(&v->soon);
    if (v->stopping) {
        v->link.events->ended(&v->link, NULL, v->link.user);
        return G_SOURCE_REMOVE;
    }
    int fd = socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 ||
        (connect(fd, (struct sockaddr *)&address, sizeof address) < 0 && errno != EINPROGRESS)) {
        int code = errno;
        if (fd >= 0)
            close(fd);
        tell_failure(v, code);
        return G_SOURCE_REMOVE;
    }
    v->fd = fd;
    v->connecting = g_unix_fd_source_new(fd, G_IO_OUT);
    g_source_set_callback(v->connecting, G_SOURCE_FUNC(on_connected), v, NULL);
    g_source_attach(v->connecting, v->link.host->context);
    return G_SOURCE_REMOVE;
}

static void
close_all(Vsock *v)
{
    chan_timer_clear(&v->soon);
    chan_timer_clear(&v->connecting);
    if (v->fd >= 0)
        close(v->fd);
    v->fd = -1;
}

static gboolean
start(BrokerLink *link, GError **error)
{
    Vsock *v = (Vsock *)link;

    close_all(v);
    v->stopping = false;
    v->soon = chan_timer_new(link->host->context, 0, on_soon, v);
    return TRUE;
}

static gboolean
find(BrokerLink *link, const BrokerIdentity *identity)
{
    return FALSE;
}

static void
stop(BrokerLink *link)
{
    Vsock *v = (Vsock *)link;

    close_all(v);
    v->stopping = true;
    v->soon = chan_timer_new(link->host->context, 0, on_soon, v);
}

static void
free_vsock(BrokerLink *link)
{
    close_all((Vsock *)link);
    g_free(link);
}

static const BrokerKind kind_vsock = {
    .start = start, .reopen = start, .find = find, .stop = stop, .free = free_vsock};

BrokerLink *
broker_kind_vsock_new(void)
{
    Vsock *v = g_new0(Vsock, 1);

    v->link.kind = &kind_vsock;
    v->fd = -1;
    return &v->link;
}
