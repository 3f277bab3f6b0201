// SPDX-License-Identifier: Apache-2.0
#pragma once

// The applications as they were last told to the host: an encoded CHAN_MSG_APP for each id, so
// that what changed is found by comparing bytes. Only memory; no platform, no I/O.

#include "channel/span.h"

#include <stdbool.h>

typedef struct AgentApps AgentApps;

typedef void (*AgentAppEach)(ChanSpan id, ChanSpan encoded, void *user);

AgentApps *agent_apps_new(void);
void agent_apps_free(AgentApps *apps);

// A full round: begin, put each application there is, end. end calls gone for every id that was
// not put since begin, and forgets it.
void agent_apps_begin(AgentApps *apps);
void agent_apps_end(AgentApps *apps, AgentAppEach gone, void *user);

// Keeps a copy of encoded under id. True when it is new or different. Also outside a round.
bool agent_apps_put(AgentApps *apps, ChanSpan id, ChanSpan encoded);

size_t agent_apps_count(const AgentApps *apps);
// In the order of ids.
void agent_apps_each(const AgentApps *apps, AgentAppEach each, void *user);
