// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/listener.h"

#include "channel/glib/acceptor.h"

#include <errno.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 16

struct RaListener {
    int fd;
    char *path;
    struct stat made; // the file we made
    ChanAcceptor *acceptor;
};

static bool
fail(const char *path, GError **error)
{
    int saved = errno;
    g_set_error(error, G_IO_ERROR, g_io_error_from_errno(saved), "cannot listen on %s: %s", path,
                g_strerror(saved));
    return false;
}

static bool
bind_path(RaListener *listener, RaListenerKind kind, GError **error)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (g_strlcpy(address.sun_path, listener->path, sizeof address.sun_path) >=
        sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        return fail(listener->path, error);
    }
    int type = kind == RA_LISTENER_PACKETS ? SOCK_SEQPACKET : SOCK_STREAM;
    listener->fd = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (listener->fd < 0)
        return fail(listener->path, error);
    struct stat old;
    if (g_lstat(listener->path, &old) == 0 && S_ISSOCK(old.st_mode))
        g_unlink(listener->path);
    mode_t mask = umask(0077);
    int bound = bind(listener->fd, (const struct sockaddr *)&address, sizeof address);
    umask(mask);
    if (bound != 0 || g_lstat(listener->path, &listener->made) != 0 ||
        listen(listener->fd, BACKLOG) != 0)
        return fail(listener->path, error);
    return true;
}

RaListener *
ra_listener_new(GMainContext *context, const char *path, RaListenerKind kind,
                RaListenerAccepted accepted, gpointer user, GError **error)
{
    RaListener *listener = g_new0(RaListener, 1);
    listener->fd = -1;
    listener->path = g_strdup(path);
    if (!bind_path(listener, kind, error)) {
        ra_listener_free(listener);
        return NULL;
    }
    listener->acceptor = chan_acceptor_new(context, listener->fd, path, accepted, user);
    return listener;
}

void
ra_listener_free(RaListener *listener)
{
    if (listener == NULL)
        return;
    chan_acceptor_free(listener->acceptor);
    struct stat now;
    if (listener->made.st_ino != 0 && g_lstat(listener->path, &now) == 0 &&
        now.st_ino == listener->made.st_ino && now.st_dev == listener->made.st_dev)
        g_unlink(listener->path);
    if (listener->fd >= 0)
        close(listener->fd);
    g_free(listener->path);
    g_free(listener);
}
