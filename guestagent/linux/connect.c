// SPDX-License-Identifier: Apache-2.0
#include "guestagent/linux/connect.h"

#include <errno.h>
#include <gio/gio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int
agent_connect_unix(const char *path, int type, GError **error)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = -1, code = ENAMETOOLONG;

    if (strlen(path) < sizeof address.sun_path) {
        g_strlcpy(address.sun_path, path, sizeof address.sun_path);
        fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
        if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
            return fd;
        code = errno;
    }
    if (fd >= 0)
        close(fd);
    g_set_error(error, G_IO_ERROR, g_io_error_from_errno(code), "cannot connect to %s: %s", path,
                g_strerror(code));
    return -1;
}
