// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the agent needs of its operating system (linux/platform.c). It calls back with agent_* of
// agent.h, never from inside one of these calls.

#include "channel/msg.h"

typedef struct AgentPlatform AgentPlatform;

// Spans live as long as the platform.
void agent_platform_guest_info(AgentPlatform *platform, ChanGuestInfo *info);

// Names come in this language from now on; if it is another one than before, the list is collected
// again.
void agent_platform_set_locale(AgentPlatform *platform, const char *locale);

// What the host's policy asks of the guest, from now on. Where it changes nothing it is ignored.
void agent_platform_set_policy(AgentPlatform *platform, const ChanPolicy *policy);

// Collect the list soon: agent_list_begin, agent_list_app…, agent_list_end.
void agent_platform_collect(AgentPlatform *platform);

// The host wants the pixels of an icon: agent_icon later, or nothing when there is no such icon.
void agent_platform_want_icon(AgentPlatform *platform, const uint8_t hash[CHAN_ICON_HASH_SIZE]);

// The host left: what it wanted is not wanted any more.
void agent_platform_host_left(AgentPlatform *platform);
