// SPDX-License-Identifier: Apache-2.0
#pragma once

// The Linux side of guestagent/platform.h: entries and icons of this guest, watched for changes.

#include "guestagent/agent.h"

#include <glib.h>

// may_send: asked before an icon is drawn for the host; FALSE: not now.
AgentPlatform *agent_platform_new(GMainContext *context, Agent *agent,
                                  gboolean (*may_send)(gpointer user), gpointer user);
void agent_platform_free(AgentPlatform *platform);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AgentPlatform, agent_platform_free)
