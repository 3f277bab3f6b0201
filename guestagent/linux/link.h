// SPDX-License-Identifier: Apache-2.0
#pragma once

// The agent's connection to the guest's supervisor (supervisor/protocol.h): what it hears about
// service and programs.

#include "guestagent/agent.h"

#include <glib.h>

typedef struct AgentLink AgentLink;

typedef struct {
    void (*service)(const AgentService *service, gpointer user);
    void (*program_ended)(const AgentProgramEnd *end, gpointer user);
    void (*lost)(gpointer user); // the supervisor ended; called once
} AgentLinkEvents;

// NULL with error set when no supervisor listens in the guest's folder.
AgentLink *agent_link_new(GMainContext *context, const char *guest_dir,
                          const AgentLinkEvents *events, gpointer user, GError **error);
void agent_link_free(AgentLink *link);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AgentLink, agent_link_free)
