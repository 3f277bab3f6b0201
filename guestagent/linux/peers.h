// SPDX-License-Identifier: Apache-2.0
#pragma once

// The hosts at the agent's door. One at a time has the agent's ear: a new one takes the old one's
// place when both hellos are exchanged, so that a connection that says nothing displaces nobody.

#include "guestagent/agent.h"

#include <glib.h>

typedef struct AgentPeers AgentPeers;

typedef struct {
    // The host opened a stream.
    void (*stream)(const char *untrusted_service, int take_fd, gpointer user);
    // The last connection ended.
    void (*alone)(gpointer user);
} AgentPeersEvents;

AgentPeers *
agent_peers_new(GMainContext *context, Agent *agent, const AgentPeersEvents *events, gpointer user);
void agent_peers_free(AgentPeers *peers);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AgentPeers, agent_peers_free)

// Talks over a connected pipe; both descriptors are taken and may be the same.
void agent_peers_add(AgentPeers *peers, int take_read_fd, int take_write_fd);

// Somebody at the guest's own socket: a host, or casement-agent --stdio with a host's pipe
// (stdio.h). Hosts speak first.
void agent_peers_add_caller(AgentPeers *peers, int take_socket);

// Whether the host may be sent something large now.
gboolean agent_peers_may_send(AgentPeers *peers);
