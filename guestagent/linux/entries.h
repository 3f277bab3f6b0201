// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a desktop's menu would show in this guest, from GIO: names in the language asked for,
// OnlyShowIn, NoDisplay, Hidden and TryExec respected. Entries that Casement made (for the guests
// of this guest) are left out.

#include "channel/msg.h"

#include <glib.h>

typedef struct {
    char *id, *name, *generic_name, *comment, *wm_class; // never NULL
    char *icon;                                          // name or path; "" when there is none
    char **categories, **keywords, **mime_types;
    char **action_ids, **action_names; // of the same length
    guint32 flags;                     // ChanAppFlags
} AgentEntry;

// locale: "de_DE.UTF-8"; NULL or "": the process's own. The caller unrefs the array (of AgentEntry,
// at most CHAN_APPS_MAX).
GPtrArray *agent_entries_collect(const char *locale);
void agent_entry_free(AgentEntry *entry);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AgentEntry, agent_entry_free)

// The entry as a message, without icons; borrows from entry.
void agent_entry_fill(const AgentEntry *entry, ChanApp *app);
