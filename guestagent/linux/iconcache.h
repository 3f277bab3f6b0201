// SPDX-License-Identifier: Apache-2.0
#pragma once

// Remembers the hash of each icon file at each side, over restarts too, so that a list can be sent
// without drawing anything. A file that changed (time, length) is unknown again.

#include "channel/msg.h"

#include <glib.h>

typedef struct AgentIconCache AgentIconCache;

typedef enum {
    AGENT_ICON_UNKNOWN, // has to be drawn
    AGENT_ICON_KNOWN,
    AGENT_ICON_UNFIT, // has been tried: no image, or too small for this side
} AgentIconState;

// file: where it is kept; NULL: only in memory.
AgentIconCache *agent_icon_cache_new(const char *file);
void agent_icon_cache_free(AgentIconCache *cache);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AgentIconCache, agent_icon_cache_free)

AgentIconState agent_icon_cache_get(AgentIconCache *cache, const char *path, guint side,
                                    guint8 hash[CHAN_ICON_HASH_SIZE]);
// hash NULL: unfit. Remembers the file as it is now.
void agent_icon_cache_put(AgentIconCache *cache, const char *path, guint side, const guint8 *hash);

// The file and side that gave this hash; NULL when there is none. Borrowed until the next put.
const char *agent_icon_cache_find(AgentIconCache *cache, const guint8 *hash, guint *side);

// Writes the file if something was put since.
void agent_icon_cache_save(AgentIconCache *cache);
