// SPDX-License-Identifier: Apache-2.0
#include "guestagent/linux/door.h"

#include "channel/glib/acceptor.h"
#include "guestagent/linux/connect.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib-unix.h>
#include <linux/vm_sockets.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#define FIRST_PAUSE_MS 250
#define LONGEST_PAUSE_MS 5000
#define PORT_PAUSE_MS 1000 // a device tells nobody that its host came back

struct AgentDoor {
    GMainContext *context;
    AgentDoorOpened opened;
    gpointer user;
    int fd;         // listener; -1: none
    char *path;     // to connect to, or of the device
    gboolean port;  // path is a device
    guint pause_ms; // before the next try
    GSource *source;
    ChanAcceptor *acceptor;
    gboolean said; // why it does not open
};

static void
stop(AgentDoor *d)
{
    if (!d->source)
        return;
    g_source_destroy(d->source);
    g_source_unref(d->source);
    d->source = NULL;
}

void
agent_door_free(AgentDoor *d)
{
    if (!d)
        return;
    stop(d);
    chan_acceptor_free(d->acceptor);
    if (d->fd >= 0)
        close(d->fd);
    g_free(d->path);
    g_free(d);
}

static AgentDoor *
door_new(GMainContext *context, AgentDoorOpened opened, gpointer user)
{
    AgentDoor *d = g_new0(AgentDoor, 1);

    d->context = context;
    d->opened = opened;
    d->user = user;
    d->fd = -1;
    return d;
}

static void
accept_on(AgentDoor *d, int take_fd)
{
    d->fd = take_fd;
    g_unix_set_fd_nonblocking(take_fd, TRUE, NULL);
    d->acceptor = chan_acceptor_new(d->context, take_fd, "the channel", d->opened, d->user);
}

AgentDoor *
agent_door_listen(GMainContext *context, int take_fd, AgentDoorOpened opened, gpointer user,
                  GError **error)
{
    int listening = 0;
    socklen_t size = sizeof listening;

    if (getsockopt(take_fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) < 0 || !listening) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                    "descriptor %d is no listening socket", take_fd);
        return NULL;
    }
    AgentDoor *d = door_new(context, opened, user);
    (void)fcntl(take_fd, F_SETFD, FD_CLOEXEC);
    accept_on(d, take_fd);
    return d;
}

AgentDoor *
agent_door_vsock(GMainContext *context, guint port, AgentDoorOpened opened, gpointer user,
                 GError **error)
{
    struct sockaddr_vm address = {
        .svm_family = AF_VSOCK, .svm_cid = VMADDR_CID_ANY, .svm_port = port};
    int fd = socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || listen(fd, 8) < 0) {
        g_set_error(error, G_IO_ERROR, g_io_error_from_errno(errno),
                    "cannot listen on vsock port %u: %s; this guest's kernel needs a vsock device "
                    "(vhost-vsock-pci, module vmw_vsock_virtio_transport), or use --port",
                    port, g_strerror(errno));
        if (fd >= 0)
            close(fd);
        return NULL;
    }
    AgentDoor *d = door_new(context, opened, user);
    accept_on(d, fd);
    return d;
}

static void try_later(AgentDoor *d, guint pause_ms);

static void
on_failed(AgentDoor *d, const char *why)
{
    if (!d->said)
        g_printerr("casement-agent: %s; trying again\n", why);
    d->said = TRUE;
    d->pause_ms = MIN(d->pause_ms * 2, LONGEST_PAUSE_MS);
    try_later(d, d->pause_ms);
}

static void
connect_now(AgentDoor *d)
{
    g_autoptr(GError) error = NULL;
    int fd = agent_connect_unix(d->path, SOCK_STREAM, &error);

    if (fd < 0) {
        on_failed(d, error->message);
        return;
    }
    d->said = FALSE;
    d->pause_ms = FIRST_PAUSE_MS;
    d->opened(fd, d->user);
}

// A serial line hands over bytes as they are.
static void
make_raw(int fd)
{
    struct termios settings;

    if (tcgetattr(fd, &settings) < 0)
        return;
    cfmakeraw(&settings);
    settings.c_cflag |= CLOCAL | CREAD;
    (void)tcsetattr(fd, TCSANOW, &settings);
}

static int
open_port(const char *path, GError **error)
{
    int fd = open(path, O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

    if (fd < 0)
        g_set_error(error, G_IO_ERROR, g_io_error_from_errno(errno), "cannot open %s: %s", path,
                    g_strerror(errno));
    else
        make_raw(fd);
    return fd;
}

static void
open_port_now(AgentDoor *d)
{
    g_autoptr(GError) error = NULL;
    int fd = open_port(d->path, &error);
    struct pollfd state = {.fd = fd, .events = POLLOUT};

    if (fd < 0) {
        on_failed(d, error->message);
        return;
    }
    // A virtio port whose host is not there hangs up at once; nothing can be waited for but time.
    if (poll(&state, 1, 0) >= 0 && state.revents & POLLHUP) {
        close(fd);
        try_later(d, PORT_PAUSE_MS);
        return;
    }
    d->said = FALSE;
    d->pause_ms = FIRST_PAUSE_MS;
    d->opened(fd, d->user);
}

static gboolean
on_time(gpointer user)
{
    AgentDoor *d = user;

    stop(d);
    if (d->port)
        open_port_now(d);
    else
        connect_now(d);
    return G_SOURCE_REMOVE;
}

static void
try_later(AgentDoor *d, guint pause_ms)
{
    stop(d);
    d->source = g_timeout_source_new(pause_ms);
    g_source_set_callback(d->source, on_time, d, NULL);
    g_source_attach(d->source, d->context);
}

AgentDoor *
agent_door_connect(GMainContext *context, const char *path, AgentDoorOpened opened, gpointer user)
{
    AgentDoor *d = door_new(context, opened, user);

    d->path = g_strdup(path);
    d->pause_ms = FIRST_PAUSE_MS;
    try_later(d, 0);
    return d;
}

AgentDoor *
agent_door_port(GMainContext *context, const char *path, AgentDoorOpened opened, gpointer user,
                GError **error)
{
    int fd = open_port(path, error);

    if (fd < 0)
        return NULL;
    // Opened again from the loop: only then is anybody ready to hear of it.
    close(fd);
    AgentDoor *d = agent_door_connect(context, path, opened, user);
    d->port = TRUE;
    return d;
}

void
agent_door_closed(AgentDoor *d)
{
    if (d->fd < 0)
        try_later(d, d->pause_ms);
}
