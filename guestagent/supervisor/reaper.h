// SPDX-License-Identifier: Apache-2.0
#pragma once

// Reaps every child, also those that fell to the supervisor from programs that ended before them
// (it is their subreaper, or pid 1), and tells of those that are watched. Takes SIGTERM, SIGINT and
// SIGHUP too. GLib's child watches cannot be used beside it.

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

typedef struct SupReaper SupReaper;

// status: exit code, or minus the signal.
typedef void (*SupEnded)(pid_t pid, int status, gpointer user);

typedef struct {
    void (*terminate)(int signal, gpointer user); // somebody asks for an orderly end
    void (*reaped)(gpointer user); // some children ended, their watches have been called
} SupReaperEvents;

// Blocks the signals: make it before any thread is. One per process.
SupReaper *
sup_reaper_new(GMainContext *context, const SupReaperEvents *events, gpointer user, GError **error);
void sup_reaper_free(SupReaper *reaper);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SupReaper, sup_reaper_free)

// Calls ended once, when the child pid ends. Watch in the turn of the loop that started it.
void sup_reaper_watch(SupReaper *reaper, pid_t pid, SupEnded ended, gpointer user);
void sup_reaper_unwatch(SupReaper *reaper, pid_t pid);

// All processes below this one, of /proc. The caller frees the array (of pid_t).
GArray *sup_descendants(void);
