// SPDX-License-Identifier: Apache-2.0
#include "tests/wine/relay_port.h"

#include <fcntl.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

void
relay_port_open(RelayPort *p)
{
    g_autofree char *folder =
        g_build_filename(g_getenv("WINEPREFIX"), "dosdevices", "global", NULL);
    struct termios raw;

    p->link = g_build_filename(folder, "org.casement.channel.0", NULL);
    p->master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    g_assert_cmpint(p->master, >=, 0);
    g_assert_cmpint(grantpt(p->master) | unlockpt(p->master), ==, 0);
    p->slave = open(ptsname(p->master), O_RDWR | O_NOCTTY | O_CLOEXEC);
    g_assert_cmpint(tcgetattr(p->slave, &raw), ==, 0);
    cfmakeraw(&raw);
    g_assert_cmpint(tcsetattr(p->slave, TCSANOW, &raw), ==, 0);
    g_assert_cmpint(g_mkdir_with_parents(folder, 0700), ==, 0);
    g_unlink(p->link);
    g_assert_cmpint(symlink(ptsname(p->master), p->link), ==, 0);
}

void
relay_port_close(RelayPort *p)
{
    close(p->master);
    close(p->slave);
    g_unlink(p->link);
    g_free(p->link);
}

GSubprocess *
relay_start(const char *wine, const char *folder, const char *program, const char *a, const char *b)
{
    g_autofree char *path = g_build_filename(folder, program, NULL);
    g_autoptr(GError) error = NULL;
    GSubprocess *process =
        g_subprocess_new(G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE,
                         &error, wine, path, a, b, NULL);

    g_assert_no_error(error);
    return process;
}

void
relay_stop(GSubprocess *process)
{
    g_subprocess_force_exit(process);
    g_subprocess_wait(process, NULL, NULL);
    g_object_unref(process);
}

int
relay_listen(char port[8])
{
    g_autoptr(GInetAddress) loopback = g_inet_address_new_loopback(G_SOCKET_FAMILY_IPV4);
    g_autoptr(GSocketAddress) any = g_inet_socket_address_new(loopback, 0);
    g_autoptr(GSocket) socket =
        g_socket_new(G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);

    g_assert_true(g_socket_bind(socket, any, TRUE, NULL) && g_socket_listen(socket, NULL));
    g_autoptr(GSocketAddress) bound = g_socket_get_local_address(socket, NULL);
    g_snprintf(port, 8, "%u", g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(bound)));
    int fd = dup(g_socket_get_fd(socket));
    g_unix_set_fd_nonblocking(fd, FALSE, NULL);
    return fd;
}

int
relay_accept(int listener)
{
    guint8 byte;
    int fd = -1;

    do {
        if (fd >= 0)
            close(fd);
        fd = accept(listener, NULL, NULL);
    } while (recv(fd, &byte, 1, 0) != 1);
    return fd;
}
