// SPDX-License-Identifier: Apache-2.0
#include "tests/termservice/listener.h"

#include "tests/termservice/report.h"

#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>
#include <unistd.h>

struct Listener {
    GSocketService *service;
    void (*accepted)(int take_fd, gpointer user);
    gpointer user;
};

static gboolean
on_incoming(GSocketService *service, GSocketConnection *connection, GObject *source, gpointer data)
{
    const Listener *l = data;
    int fd = dup(g_socket_get_fd(g_socket_connection_get_socket(connection)));

    if (fd >= 0)
        l->accepted(fd, l->user);
    return TRUE;
}

static bool
add(Listener *l, GSocketAddress *address, GSocketProtocol protocol, GSocketAddress **effective,
    GError **error)
{
    return g_socket_listener_add_address(G_SOCKET_LISTENER(l->service), address,
                                         G_SOCKET_TYPE_STREAM, protocol, NULL, effective, error);
}

static bool
add_port(Listener *l, int port, GError **error)
{
    g_autoptr(GSocketAddress) address =
        g_inet_socket_address_new_from_string("127.0.0.1", (guint)port);
    g_autoptr(GSocketAddress) effective = NULL;
    if (!add(l, address, G_SOCKET_PROTOCOL_TCP, &effective, error))
        return false;
    report("port %u", g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(effective)));
    return true;
}

static bool
add_path(Listener *l, const char *path, GError **error)
{
    g_autoptr(GSocketAddress) address = g_unix_socket_address_new(path);
    (void)unlink(path);
    if (!add(l, address, G_SOCKET_PROTOCOL_DEFAULT, NULL, error))
        return false;
    report("path %s", path);
    return true;
}

Listener *
listener_new(const Options *options, void (*accepted)(int take_fd, gpointer user), gpointer user,
             GError **error)
{
    Listener *l = g_new0(Listener, 1);
    l->service = g_socket_service_new();
    l->accepted = accepted;
    l->user = user;
    if ((options->port >= 0 && !add_port(l, options->port, error)) ||
        (options->path != NULL && !add_path(l, options->path, error))) {
        listener_free(l);
        return NULL;
    }
    g_signal_connect(l->service, "incoming", G_CALLBACK(on_incoming), l);
    g_socket_service_start(l->service);
    return l;
}

void
listener_free(Listener *l)
{
    if (l == NULL)
        return;
    g_socket_service_stop(l->service);
    g_socket_listener_close(G_SOCKET_LISTENER(l->service));
    g_object_unref(l->service);
    g_free(l);
}
