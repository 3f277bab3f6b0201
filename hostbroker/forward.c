// SPDX-License-Identifier: Apache-2.0
#include "hostbroker/forward.h"

#include "channel/glib/acceptor.h"
#include "hostbroker/error.h"
#include "hostbroker/joint.h"
#include "hostbroker/notify.h"
#include "hostbroker/session_yield.h"
#include "hostbroker/tcp_peer.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONNECTIONS_MAX 16

struct BrokerForward {
    Broker *broker;
    char *guest, *address;
    gboolean take;
    int fd;
    ChanAcceptor *acceptor;
    GPtrArray *connections; // of BrokerJoint
    bool told;              // of a connection that was refused since the session is in use
};

// ---- the address

static bool
split(const char *text, char **address, guint *port)
{
    const char *colon = strrchr(text, ':');
    guint64 value = 0;

    if (!colon || !g_ascii_string_to_unsigned(colon + 1, 10, 0, 65535, &value, NULL))
        return false;
    *port = (guint)value;
    bool brackets = text[0] == '[' && colon > text + 1 && colon[-1] == ']';
    *address = brackets ? g_strndup(text + 1, (gsize)(colon - text) - 2)
                        : g_strndup(text, (gsize)(colon - text));
    return brackets || !strchr(*address, ':');
}

// Only numbers: where a name leads to is not for this process to find out.
static GSocketAddress *
parse(const char *text, GError **error)
{
    g_autofree char *host = NULL;
    guint port = 0;
    g_autoptr(GInetAddress) address = NULL;

    if (!*text)
        text = "127.0.0.1:0";
    if (split(text, &host, &port))
        address = g_inet_address_new_from_string(host);
    if (!address) {
        g_set_error(error, BROKER_ERROR, BROKER_ERROR_INVALID_ARGUMENT,
                    "'%s' is no address to listen on; give 127.0.0.1:PORT, with port 0 for a free "
                    "one",
                    text);
        return NULL;
    }
    if (!g_inet_address_get_is_loopback(address)) {
        g_set_error(error, BROKER_ERROR, BROKER_ERROR_INVALID_ARGUMENT,
                    "%s is not of this machine alone: whoever reaches it could try to sign in to "
                    "the guest. Only loopback addresses are listened on; give 127.0.0.1:PORT",
                    host);
        return NULL;
    }
    return g_inet_socket_address_new(address, (guint16)port);
}

gboolean
broker_forward_check(const char *listen, GError **error)
{
    g_autoptr(GSocketAddress) address = parse(listen, error);

    return address != NULL;
}

static int
listen_on(GSocketAddress *address, GError **error)
{
    struct sockaddr_storage native;
    gssize size = g_socket_address_get_native_size(address);
    GInetSocketAddress *inet = G_INET_SOCKET_ADDRESS(address);
    int one = 1;

    if (!g_socket_address_to_native(address, &native, sizeof native, error))
        return -1;
    int fd = socket(native.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) == 0 &&
        bind(fd, (struct sockaddr *)&native, (socklen_t)size) == 0 &&
        listen(fd, CONNECTIONS_MAX) == 0)
        return fd;
    g_autofree char *text = g_inet_address_to_string(g_inet_socket_address_get_address(inet));
    g_set_error(error, BROKER_ERROR, BROKER_ERROR_INVALID_ARGUMENT,
                "Cannot listen on %s, port %u: %s", text, g_inet_socket_address_get_port(inet),
                g_strerror(errno));
    if (fd >= 0)
        close(fd);
    return -1;
}

static char *
address_of(int fd)
{
    struct sockaddr_storage native;
    socklen_t size = sizeof native;

    if (getsockname(fd, (struct sockaddr *)&native, &size) != 0)
        return g_strdup("");
    g_autoptr(GSocketAddress) address = g_socket_address_new_from_native(&native, size);
    GInetSocketAddress *inet = G_INET_SOCKET_ADDRESS(address);
    g_autofree char *text = g_inet_address_to_string(g_inet_socket_address_get_address(inet));
    bool v6 = native.ss_family == AF_INET6;
    return g_strdup_printf("%s%s%s:%u", v6 ? "[" : "", text, v6 ? "]" : "",
                           g_inet_socket_address_get_port(inet));
}

// ---- connections

gboolean
broker_forward_make_way(BrokerGuest *guest, gboolean take, GError **error)
{
    BrokerSession *session = broker_guest_session(guest);
    const char *name = broker_guest_name(guest);

    if (!session || g_str_equal(broker_session_state(session), "none"))
        return TRUE;
    if (!take && broker_session_in_use(session)) {
        g_set_error(error, BROKER_ERROR, BROKER_ERROR_BUSY,
                    "Guest %s serves one RDP client at a time, and its windows are on this "
                    "desktop. Close them, or give --take: the other client takes the session "
                    "over, and the programs in it run on",
                    name);
        return FALSE;
    }
    g_autoptr(GError) taken = g_error_new(
        BROKER_ERROR, BROKER_ERROR_BUSY,
        "The session of guest %s was given to another RDP client (casement forward)", name);
    broker_session_yield(session, taken);
    return TRUE;
}

static void
on_joint_ended(BrokerJoint *joint, gpointer user)
{
    BrokerForward *f = user;

    g_ptr_array_remove(f->connections, joint);
}

static gboolean
is_ours(int fd, GError **error)
{
    uid_t uid;

    if (!broker_tcp_peer_uid(fd, &uid, error)) {
        g_prefix_error(error, "whose it is cannot be told: ");
        return FALSE;
    }
    if (uid == geteuid())
        return TRUE;
    g_set_error(error, BROKER_ERROR, BROKER_ERROR_NOT_ALLOWED,
                "it is from a process of uid %u, not of uid %u", (guint)uid, (guint)geteuid());
    return FALSE;
}

// The guest's stream for a connection, or -1 with error set.
static int
open_stream(BrokerForward *f, GError **error)
{
    BrokerGuest *guest = broker_find(f->broker, f->guest, error);

    if (!guest)
        return -1;
    if (broker_guest_state(guest) != GUEST_UP) {
        g_set_error(error, BROKER_ERROR, BROKER_ERROR_GUEST_FAILED, "guest %s is not up", f->guest);
        return -1;
    }
    if (broker_forward_make_way(guest, f->take, error))
        return broker_guest_open_rdp(guest, error);
    // The client is told nothing that a person could read: this one may not know why.
    if (!f->told)
        broker_notify(broker_host(f->broker), f->guest, (*error)->message);
    f->told = true;
    return -1;
}

static void
on_connection(int client, gpointer user)
{
    BrokerForward *f = user;
    g_autoptr(GError) error = NULL;
    int stream = -1;

    if (f->connections->len >= CONNECTIONS_MAX)
        g_set_error(&error, BROKER_ERROR, BROKER_ERROR_BUSY, "there are %d already",
                    CONNECTIONS_MAX);
    else if (is_ours(client, &error))
        stream = open_stream(f, &error);
    if (stream < 0) {
        g_message("guest %s: a connection to %s is refused: %s", f->guest, f->address,
                  error->message);
        close(client);
        return;
    }
    g_message("guest %s: an RDP client is connected by %s", f->guest, f->address);
    g_ptr_array_add(f->connections, broker_joint_new(broker_host(f->broker)->context, client,
                                                     stream, on_joint_ended, f));
}

// ---- life

static void
drop_connection(gpointer joint)
{
    broker_joint_free(joint);
}

BrokerForward *
broker_forward_new(Broker *broker, const char *guest, const char *listen, gboolean take,
                   GError **error)
{
    g_autoptr(GSocketAddress) address = parse(listen, error);
    int fd = address ? listen_on(address, error) : -1;

    if (fd < 0)
        return NULL;
    BrokerForward *f = g_new0(BrokerForward, 1);
    f->broker = broker;
    f->guest = g_strdup(guest);
    f->take = take;
    f->fd = fd;
    f->address = address_of(fd);
    f->connections = g_ptr_array_new_with_free_func(drop_connection);
    f->acceptor = chan_acceptor_new(broker_host(broker)->context, fd, f->address, on_connection, f);
    return f;
}

void
broker_forward_free(BrokerForward *f)
{
    if (!f)
        return;
    chan_acceptor_free(f->acceptor);
    close(f->fd);
    g_ptr_array_unref(f->connections);
    g_free(f->guest);
    g_free(f->address);
    g_free(f);
}

const char *
broker_forward_guest(const BrokerForward *f)
{
    return f->guest;
}

const char *
broker_forward_address(const BrokerForward *f)
{
    return f->address;
}

gboolean
broker_forward_in_use(const BrokerForward *f)
{
    return f->connections->len > 0;
}
