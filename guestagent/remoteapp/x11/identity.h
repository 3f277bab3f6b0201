// SPDX-License-Identifier: Apache-2.0
#pragma once

// Which program owns a window: the .desktop id by startup id, then by WM_CLASS against
// StartupWMClass and the names of the installed entries, then by PID and its ancestors.
// Knows no X11: what a window says comes in as facts.

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

// The .desktop id, or NULL. Borrowed until the next call of any of these.
const char *ra_identity_match(RaIdentity *identity, const RaFacts *facts);

// The catalogue of this machine: GIO's application infos.
void ra_identity_load_installed(RaCatalogAdd add, gpointer to);
