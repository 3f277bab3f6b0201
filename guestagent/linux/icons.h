// SPDX-License-Identifier: Apache-2.0
#pragma once

// The icons of all applications: finds their files, knows their hashes from the cache or draws
// them one at a time while the loop is idle, and draws again what the host wants to have.

#include "guestagent/linux/iconimage.h"

typedef struct AgentIcons AgentIcons;

typedef struct {
    // All sizes of this icon are known now: ask for the references again.
    void (*known)(const char *icon, gpointer user);
    // Pixels that the host wanted.
    void (*drawn)(const ChanIcon *icon, gpointer user);
    // Whether another icon may be drawn for the host now; asked again a little later if not.
    gboolean (*may_send)(gpointer user);
} AgentIconsEvents;

AgentIcons *agent_icons_new(GMainContext *context, const char *cache_file,
                            const AgentIconsEvents *events, gpointer user);
void agent_icons_free(AgentIcons *icons);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AgentIcons, agent_icons_free)

// Before a round of agent_icons_refs: files may have changed.
void agent_icons_refresh(AgentIcons *icons);

// Fills refs (room for CHAN_ICONS_MAX) with what is known of an icon and returns how many. What is
// not known is drawn soon; known is called then.
guint agent_icons_refs(AgentIcons *icons, const char *icon, ChanIconRef *refs);

void agent_icons_want(AgentIcons *icons, const guint8 hash[CHAN_ICON_HASH_SIZE]);
void agent_icons_forget_wants(AgentIcons *icons);
