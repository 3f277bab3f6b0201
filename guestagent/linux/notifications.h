// SPDX-License-Identifier: Apache-2.0
#pragma once

// org.freedesktop.Notifications on the guest's session bus: what programs notify the user of goes
// to the host, and what the user does comes back. Only where nobody else has the name, and given to
// whoever wants it.

#include "guestagent/agent.h"

#include <glib.h>

typedef struct AgentNotifications AgentNotifications;

// Connects to the bus of the environment. NULL with error set.
AgentNotifications *agent_notifications_new(Agent *agent, GError **error);
void agent_notifications_free(AgentNotifications *notifications);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AgentNotifications, agent_notifications_free)
