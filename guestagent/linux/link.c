// SPDX-License-Identifier: Apache-2.0
#include "guestagent/linux/link.h"

#include "channel/glib/packet.h"
#include "guestagent/linux/connect.h"
#include "guestagent/supervisor/protocol.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct AgentLink {
    ChanPacketSocket *socket;
    const AgentLinkEvents *events;
    gpointer user;
};

static void
on_ended(AgentLink *l, ChanSpan packet)
{
    SupervisorEnded m;

    if (packet.size != sizeof m)
        return;
    memcpy(&m, packet.data, sizeof m);
    m.program[sizeof m.program - 1] = '\0';
    if (m.kind == SUPERVISOR_APP) // an action's end is its application's
        m.program[strcspn(m.program, ":")] = '\0';
    else
        m.program[0] = '\0';
    m.output[sizeof m.output - 1] = '\0';
    AgentProgramEnd end = {m.program, m.output, m.pid, m.status};
    l->events->program_ended(&end, l->user);
}

static void
on_service(AgentLink *l, ChanSpan packet)
{
    SupervisorService m;

    if (packet.size != sizeof m)
        return;
    memcpy(&m, packet.data, sizeof m);
    m.name[sizeof m.name - 1] = '\0';
    m.reason[sizeof m.reason - 1] = '\0';
    AgentService service = {m.name, m.reason, m.available != 0, m.failing != 0};
    l->events->service(&service, l->user);
}

static void
on_packet(ChanPacketSocket *socket, ChanSpan packet, const int *take_fds, guint n_fds,
          gpointer user)
{
    AgentLink *l = user;
    guint32 type = 0;

    for (guint i = 0; i < n_fds; i++)
        close(take_fds[i]);
    if (packet.size == 0) {
        l->events->lost(l->user);
        return;
    }
    if (packet.size >= sizeof type)
        memcpy(&type, packet.data, sizeof type);
    if (type == SUPERVISOR_ENDED)
        on_ended(l, packet);
    else if (type == SUPERVISOR_SERVICE)
        on_service(l, packet);
}

AgentLink *
agent_link_new(GMainContext *context, const char *guest_dir, const AgentLinkEvents *events,
               gpointer user, GError **error)
{
    g_autofree char *path = g_build_filename(guest_dir, "supervisor", NULL);
    int fd = agent_connect_unix(path, SOCK_SEQPACKET, error);

    if (fd < 0)
        return NULL;
    AgentLink *l = g_new0(AgentLink, 1);
    l->events = events;
    l->user = user;
    l->socket = chan_packet_socket_new(context, fd, SUPERVISOR_PACKET_MAX, on_packet, l);
    return l;
}

void
agent_link_free(AgentLink *l)
{
    if (!l)
        return;
    chan_packet_socket_free(l->socket);
    g_free(l);
}
