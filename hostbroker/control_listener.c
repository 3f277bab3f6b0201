// SPDX-License-Identifier: Apache-2.0
#include "hostbroker/control_listener.h"

#include "channel/glib/acceptor.h"
#include "channel/glib/timer.h"
#include "hostbroker/unix_socket.h"

#include <errno.h>
#include <glib-unix.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PENDING_MAX 64  // connections that have not said anything
#define SILENCE_MS 5000 // and how long they may

typedef struct {
    BrokerControlListener *owner;
    int fd;
    pid_t pid;
    GSource *readable, *silence;
} Pending;

struct BrokerControlListener {
    const BrokerHost *host;
    int fd;
    char *path;
    ChanAcceptor *acceptor;
    GPtrArray *pending; // of Pending
    BrokerAdoptHandler handler;
    gpointer user;
};

static void
pending_free(gpointer data)
{
    Pending *p = data;

    chan_timer_clear(&p->readable);
    chan_timer_clear(&p->silence);
    if (p->fd >= 0)
        close(p->fd);
    g_free(p);
}

static gboolean
on_silence(gpointer user)
{
    Pending *p = user;

    g_ptr_array_remove(p->owner->pending, p);
    return G_SOURCE_REMOVE;
}

// Receives the packet and at most one descriptor. Returns its size, or -1 with errno set.
static ssize_t
receive(int fd, CtlAdopt *packet, int *session_fd)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control;
    struct iovec iov = {packet, sizeof *packet};
    struct msghdr msg = {.msg_iov = &iov,
                         .msg_iovlen = 1,
                         .msg_control = &control,
                         .msg_controllen = sizeof control};
    ssize_t n = recvmsg(fd, &msg, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);

    *session_fd = -1;
    struct cmsghdr *c = n > 0 ? CMSG_FIRSTHDR(&msg) : NULL;
    if (c && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS &&
        c->cmsg_len == CMSG_LEN(sizeof(int)))
        memcpy(session_fd, CMSG_DATA(c), sizeof(int));
    if (n > 0 && (msg.msg_flags & MSG_TRUNC)) {
        errno = EMSGSIZE;
        return -1;
    }
    return n;
}

static gboolean
on_packet(int fd, GIOCondition condition, gpointer user)
{
    Pending *p = user;
    BrokerControlListener *listener = p->owner;
    CtlAdopt adopt;
    int session_fd;
    ssize_t n = receive(fd, &adopt, &session_fd);

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return G_SOURCE_CONTINUE;
    bool ok = n == (ssize_t)sizeof adopt && session_fd >= 0 &&
              ctl_check(CHAN_SPAN(&adopt, sizeof adopt)) && adopt.header.type == CTL_ADOPT;
    if (ok) {
        p->fd = -1;
        listener->handler(&adopt, p->pid, fd, session_fd, listener->user);
    } else {
        if (n != 0)
            g_warning("process %d asked to be adopted in a way that cannot be read", (int)p->pid);
        if (session_fd >= 0)
            close(session_fd);
    }
    g_ptr_array_remove(listener->pending, p);
    return G_SOURCE_REMOVE;
}

static void
on_connection(int peer, gpointer user)
{
    BrokerControlListener *listener = user;
    struct ucred who = {.uid = (uid_t)-1};
    socklen_t size = sizeof who;

    if (getsockopt(peer, SOL_SOCKET, SO_PEERCRED, &who, &size) < 0 || who.uid != geteuid() ||
        listener->pending->len >= PENDING_MAX) {
        close(peer);
        return;
    }
    Pending *p = g_new0(Pending, 1);
    p->owner = listener;
    p->fd = peer;
    p->pid = who.pid;
    p->silence = chan_timer_new(listener->host->context, SILENCE_MS, on_silence, p);
    p->readable = g_unix_fd_source_new(peer, G_IO_IN | G_IO_HUP);
    g_source_set_callback(p->readable, G_SOURCE_FUNC(on_packet), p, NULL);
    g_source_attach(p->readable, listener->host->context);
    g_ptr_array_add(listener->pending, p);
}

BrokerControlListener *
broker_control_listener_new(const BrokerHost *host, BrokerAdoptHandler handler, gpointer user,
                            GError **error)
{
    g_autofree char *path = g_build_filename(host->run, "control", NULL);
    int fd = broker_unix_listen(path, SOCK_SEQPACKET, error);

    if (fd < 0)
        return NULL;
    BrokerControlListener *listener = g_new0(BrokerControlListener, 1);
    listener->host = host;
    listener->fd = fd;
    listener->path = g_steal_pointer(&path);
    listener->handler = handler;
    listener->user = user;
    listener->pending = g_ptr_array_new_with_free_func(pending_free);
    listener->acceptor =
        chan_acceptor_new(host->context, fd, listener->path, on_connection, listener);
    return listener;
}

void
broker_control_listener_free(BrokerControlListener *listener)
{
    if (!listener)
        return;
    chan_acceptor_free(listener->acceptor);
    g_ptr_array_unref(listener->pending);
    close(listener->fd);
    unlink(listener->path);
    g_free(listener->path);
    g_free(listener);
}
