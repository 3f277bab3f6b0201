// SPDX-License-Identifier: Apache-2.0
#pragma once

// Hands the host's streams to casement-remoteapp, as sockets: afterwards no byte of them crosses
// the agent, unless it relays them. While remoteapp is being restarted they wait a little.

#include <glib.h>

typedef struct AgentHandover AgentHandover;

typedef enum {
    AGENT_HANDOVER_RDP,    // of service "rdp"
    AGENT_HANDOVER_PIXELS, // of service "pixels" (channel/tile_stream.h)
} AgentHandoverKind;

AgentHandover *agent_handover_new(GMainContext *context, const char *guest_dir);
// Closes what still waits.
void agent_handover_free(AgentHandover *handover);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AgentHandover, agent_handover_free)

// The supervisor said so; what waits is handed over now.
void agent_handover_available(AgentHandover *handover, gboolean available);

// Hands the stream on, or closes it after a while, which refuses it.
void agent_handover_give(AgentHandover *handover, AgentHandoverKind kind, int take_fd);
