// SPDX-License-Identifier: Apache-2.0
#pragma once

// Which program owns a window. In this order: its startup id; the entry for which its very process
// was started (the program, or the terminal around one with Terminal=true), unless that entry names
// a StartupWMClass and the window has another entry's; its WM_CLASS against StartupWMClass and the
// names of the installed entries; the nearest ancestor of its process that was started for an
// entry. So what is started from within a terminal is not the terminal's, and an entry that only
// calls another program keeps its own windows. Knows no X11: what a window says comes in as facts.
// An id is that of a .desktop file without the suffix; it may be given with it.

#include <glib.h>
#include <stdbool.h>

typedef struct RaIdentity RaIdentity;

typedef struct {
    const char *startup_id[3];  // of the window, its group leader, its client leader; NULL: none
    const char *class_instance; // WM_CLASS; NULL: none
    const char *class_name;
    guint32 pid; // 0: unknown
} RaFacts;

// A set of entries to match WM_CLASS against: calls add once per installed program.
typedef void (*RaCatalogAdd)(gpointer to, const char *app_id, const char *startup_wm_class,
                             const char *executable);
typedef void (*RaCatalogLoad)(RaCatalogAdd add, gpointer to);

// load is called when it is needed first, and again after ra_identity_catalog_changed.
RaIdentity *ra_identity_new(RaCatalogLoad load);
void ra_identity_free(RaIdentity *identity);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RaIdentity, ra_identity_free)

void ra_identity_catalog_changed(RaIdentity *identity);

// A program was started for app_id; pid 0 and startup_id NULL or "" say nothing. The oldest are
// forgotten beyond some thousands.
void
ra_identity_expect(RaIdentity *identity, const char *app_id, guint32 pid, const char *startup_id);

// The process ended: another may get its number.
void ra_identity_ended(RaIdentity *identity, guint32 pid);

// The id, "" for a command that is none's, or NULL. Borrowed until the next call of any of these.
const char *ra_identity_match(RaIdentity *identity, const RaFacts *facts);

// The catalogue of this machine: GIO's application infos.
void ra_identity_load_installed(RaCatalogAdd add, gpointer to);
