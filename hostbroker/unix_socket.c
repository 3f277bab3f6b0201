// SPDX-License-Identifier: Apache-2.0
#include "hostbroker/unix_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

typedef int (*AddressFunc)(int fd, const struct sockaddr *address, socklen_t length);

static void
set_errno_error(GError **error, const char *what, const char *path)
{
    int code = errno;

    g_set_error(error, G_IO_ERROR, g_io_error_from_errno(code), "%s %s: %s", what, path,
                g_strerror(code));
}

// Calls bind or connect on the path, through its folder's descriptor so that the folder's own
// length does not matter.
static int
with_address(int fd, const char *path, AddressFunc func)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    g_autofree char *dir = g_path_get_dirname(path);
    g_autofree char *leaf = g_path_get_basename(path);
    int dir_fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);

    if (dir_fd < 0)
        return -1;
    int n =
        snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/%s", dir_fd, leaf);
    int result = -1;
    if (n < 0 || (size_t)n >= sizeof address.sun_path)
        errno = ENAMETOOLONG;
    else
        result = func(fd, (const struct sockaddr *)&address, sizeof address);
    int code = errno;
    close(dir_fd);
    errno = code;
    return result;
}

int
broker_unix_connect(const char *path, int type, GError **error)
{
    int fd = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd >= 0 && with_address(fd, path, connect) == 0)
        return fd;
    set_errno_error(error, "Connecting to", path);
    if (fd >= 0)
        close(fd);
    return -1;
}

// TRUE when a socket is there that nobody listens on.
static gboolean
is_stale(const char *path, int type)
{
    struct stat st;

    if (lstat(path, &st) < 0 || !S_ISSOCK(st.st_mode))
        return FALSE;
    g_autoptr(GError) error = NULL;
    int fd = broker_unix_connect(path, type, &error);
    if (fd >= 0) {
        close(fd);
        return FALSE;
    }
    return g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED);
}

int
broker_unix_listen(const char *path, int type, GError **error)
{
    if (is_stale(path, type))
        unlink(path);
    int fd = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd >= 0 && with_address(fd, path, bind) == 0 && listen(fd, 16) == 0)
        return fd;
    set_errno_error(error, "Listening on", path);
    if (fd >= 0)
        close(fd);
    return -1;
}
