// SPDX-License-Identifier: Apache-2.0
#include "guestagent/linux/peers.h"

#include "channel/glib/pump.h"
#include "channel/glib/timer.h"
#include "guestagent/linux/stdio.h"

#include <gio/gio.h>
#include <glib-unix.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#define CANDIDATES_MAX 8         // connections that have not finished their hello
#define QUEUED_MAX (1024 * 1024) // bytes; more large things wait

typedef struct {
    AgentPeers *peers;
    ChanPump *pump; // NULL: it has said nothing yet
    GSource *drop;  // exists while it is to be dropped from the loop, not from inside a call
    // A caller's socket before its first bytes, or that of one that has handed over its stdio. -1:
    // there is none.
    int socket;
    GSource *awaits;
} Peer;

struct AgentPeers {
    GMainContext *context;
    Agent *agent;
    const AgentPeersEvents *events;
    gpointer user;
    GPtrArray *all; // of Peer, oldest first
    Peer *current;  // who has the agent's ear; NULL: nobody
};

static void
peer_free(gpointer data)
{
    Peer *p = data;

    chan_pump_free(p->pump);
    chan_timer_clear(&p->drop);
    chan_timer_clear(&p->awaits);
    if (p->socket >= 0)
        close(p->socket);
    g_free(p);
}

AgentPeers *
agent_peers_new(GMainContext *context, Agent *agent, const AgentPeersEvents *events, gpointer user)
{
    AgentPeers *peers = g_new0(AgentPeers, 1);

    peers->context = context;
    peers->agent = agent;
    peers->events = events;
    peers->user = user;
    peers->all = g_ptr_array_new_with_free_func(peer_free);
    return peers;
}

void
agent_peers_free(AgentPeers *peers)
{
    if (!peers)
        return;
    g_ptr_array_unref(peers->all);
    g_free(peers);
}

static void
drop(Peer *p)
{
    AgentPeers *peers = p->peers;

    if (peers->current == p) {
        peers->current = NULL;
        agent_host_left(peers->agent);
    }
    g_ptr_array_remove(peers->all, p);
    if (peers->all->len == 0)
        peers->events->alone(peers->user);
}

static gboolean
on_drop(gpointer user)
{
    drop(user);
    return G_SOURCE_REMOVE;
}

static bool
send_to_host(uint16_t type, ChanSpan payload, void *user)
{
    Peer *p = user;
    g_autoptr(GError) error = NULL;

    if (chan_pump_send(p->pump, type, payload, &error))
        return true;
    if (!p->drop) {
        // A pipe that has just ended says so by itself.
        if (!g_error_matches(error, G_IO_ERROR, G_IO_ERROR_NOT_CONNECTED))
            g_printerr("casement-agent: the host takes no more messages: %s\n", error->message);
        p->drop = g_idle_source_new();
        g_source_set_priority(p->drop, G_PRIORITY_DEFAULT); // also while more and more comes in
        g_source_set_callback(p->drop, on_drop, p, NULL);
        g_source_attach(p->drop, p->peers->context);
    }
    return false;
}

static void
on_ready(ChanPump *pump, const ChanHello *untrusted_peer, gpointer user)
{
    Peer *p = user;
    AgentPeers *peers = p->peers;

    if (peers->current && peers->current != p) {
        g_printerr("casement-agent: another host connected and takes over\n");
        drop(peers->current);
    }
    peers->current = p;
    agent_host_ready(peers->agent, send_to_host, p);
}

static void
on_message(ChanPump *pump, uint16_t type, ChanSpan untrusted_payload, gpointer user)
{
    Peer *p = user;

    if (p->peers->current != p || agent_message(p->peers->agent, type, untrusted_payload))
        return;
    g_printerr("casement-agent: the host sent a broken message of type %u; it is dropped\n", type);
    drop(p);
}

static void
on_stream_opened(ChanPump *pump, const char *untrusted_service, int take_fd, gpointer user)
{
    Peer *p = user;

    if (p->peers->current == p)
        p->peers->events->stream(untrusted_service, take_fd, p->peers->user);
    else
        close(take_fd);
}

static void
on_lost(ChanPump *pump, const GError *error, gpointer user)
{
    Peer *p = user;

    if (!g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CLOSED))
        g_printerr("casement-agent: the connection to the host ended: %s\n", error->message);
    drop(p);
}

static const ChanPumpHandlers handlers = {on_ready, on_message, on_stream_opened, on_lost};

// Streams can be sockets of their own where the pipe is a Unix socket; the pump finds out whether
// the host itself is at its other end.
static guint32
features_of(int fd)
{
    int domain = 0;
    socklen_t size = sizeof domain;

    if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 && domain == AF_UNIX)
        return CHAN_FEATURE_FDS;
    return 0;
}

static Peer *
peer_new(AgentPeers *peers)
{
    guint silent = peers->all->len - (peers->current ? 1 : 0);

    for (guint i = 0; i < peers->all->len && silent >= CANDIDATES_MAX; i++) {
        Peer *oldest = g_ptr_array_index(peers->all, i);
        if (oldest == peers->current)
            continue;
        drop(oldest);
        break;
    }
    Peer *p = g_new0(Peer, 1);
    p->peers = peers;
    p->socket = -1;
    g_ptr_array_add(peers->all, p);
    return p;
}

static void
talk(Peer *p, int take_read_fd, int take_write_fd)
{
    ChanConnConfig config = {.role = CHAN_ROLE_GUEST,
                             .features =
                                 take_read_fd == take_write_fd ? features_of(take_read_fd) : 0,
                             .software = "casement-agent " CASEMENT_VERSION};

    if (getrandom(config.nonce, sizeof config.nonce, 0) != sizeof config.nonce)
        g_error("casement-agent: no random numbers");
    p->pump = chan_pump_new(p->peers->context, take_read_fd, take_write_fd, &config, &handlers, p);
}

void
agent_peers_add(AgentPeers *peers, int take_read_fd, int take_write_fd)
{
    talk(peer_new(peers), take_read_fd, take_write_fd);
}

static gboolean
on_joiner_left(int fd, GIOCondition condition, gpointer user)
{
    drop(user);
    return G_SOURCE_REMOVE;
}

static void
await(Peer *p, GUnixFDSourceFunc callback)
{
    chan_timer_clear(&p->awaits);
    p->awaits = g_unix_fd_source_new(p->socket, G_IO_IN | G_IO_HUP | G_IO_ERR);
    g_source_set_callback(p->awaits, G_SOURCE_FUNC(callback), p, NULL);
    g_source_attach(p->awaits, p->peers->context);
}

static gboolean
on_first_bytes(int fd, GIOCondition condition, gpointer user)
{
    Peer *p = user;
    int fds[2];

    switch (agent_stdio_look(fd, fds)) {
    case AGENT_STDIO_NOTHING:
        return G_SOURCE_CONTINUE;
    case AGENT_STDIO_CHANNEL:
        chan_timer_clear(&p->awaits);
        p->socket = -1;
        talk(p, fd, fd);
        break;
    case AGENT_STDIO_OFFER:
        await(p, on_joiner_left);
        talk(p, fds[0], fds[1]);
        break;
    case AGENT_STDIO_GONE:
        drop(p);
        break;
    }
    return G_SOURCE_REMOVE;
}

void
agent_peers_add_caller(AgentPeers *peers, int take_socket)
{
    Peer *p = peer_new(peers);

    p->socket = take_socket;
    await(p, on_first_bytes);
}

gboolean
agent_peers_may_send(AgentPeers *peers)
{
    ChanPumpStats stats;

    if (!peers->current)
        return TRUE; // nothing is sent
    chan_pump_get_stats(peers->current->pump, &stats);
    return stats.queued < QUEUED_MAX;
}
