// SPDX-License-Identifier: Apache-2.0
#pragma once

// Which program owns a window, as a .desktop id. Knows no X11: what a window says comes in as
// facts. In this order:
// 1. A startup id that a program was started with.
// 2. WM_CLASS against the StartupWMClass of the installed entries, then against their ids and the
//    names of their executables. But a window of the very process that was started for an entry
//    belongs to that entry, whatever other entry WM_CLASS names, except when
//    - the entry has a StartupWMClass and the window another class, or WM_CLASS equals the other's
//      StartupWMClass and that is more than the name of its executable (XTerm of xterm says which
//      program runs, not what it was started for): one process shows windows of several entries.
//      Neither counts when the entry has Terminal=true: the process is the terminal around it.
//    - a process was started for the other entry later, but before the window came, and ended
//      without a window of its own: it handed over to the process that ran.
// 3. The nearest ancestor of the process that was started for an entry. A mere descendant never
//    comes before WM_CLASS: what is typed into a terminal is itself.

#include <glib.h>
#include <stdbool.h>

typedef struct RaIdentity RaIdentity;

typedef struct {
    const char *startup_id[3];  // of the window, its group leader, its client leader; NULL: none
    const char *class_instance; // WM_CLASS; NULL: none
    const char *class_name;
    guint32 pid;      // 0: unknown
    guint64 launches; // ra_identity_launches when the window came
} RaFacts;

typedef struct {
    const char *app_id;           // with or without .desktop
    const char *startup_wm_class; // NULL or "": none
    const char *executable;       // first word of Exec; NULL or "": none
    bool terminal;                // runs in a terminal
} RaCatalogEntry;

// A set of entries to match WM_CLASS against: calls add once per installed program.
typedef void (*RaCatalogAdd)(gpointer to, const RaCatalogEntry *entry);
typedef void (*RaCatalogLoad)(RaCatalogAdd add, gpointer to);

// load is called when it is needed first, and again after ra_identity_catalog_changed.
RaIdentity *ra_identity_new(RaCatalogLoad load);
void ra_identity_free(RaIdentity *identity);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RaIdentity, ra_identity_free)

void ra_identity_catalog_changed(RaIdentity *identity);

// A program was started for app_id, with or without .desktop, "" for a mere command; pid 0 and
// startup_id NULL or "" say nothing. The oldest are forgotten beyond some thousands.
void
ra_identity_expect(RaIdentity *identity, const char *app_id, guint32 pid, const char *startup_id);

// A process ended: whoever gets its pid next is not what it was.
void ra_identity_ended(RaIdentity *identity, guint32 pid);

// How many programs were started so far.
guint64 ra_identity_launches(const RaIdentity *identity);

// The .desktop id, or NULL. Borrowed until the next call of any of these.
const char *ra_identity_match(RaIdentity *identity, const RaFacts *facts);

// The catalogue of this machine: GIO's application infos.
void ra_identity_load_installed(RaCatalogAdd add, gpointer to);
