// SPDX-License-Identifier: Apache-2.0
#pragma once

// Keeps one helper process of the guest running: starts it again when it ends, at once the first
// time, later with growing pauses while it keeps ending soon after its start.

#include "guestagent/supervisor/reaper.h"
#include "guestagent/supervisor/spawn.h"

typedef struct SupKeeper SupKeeper;

typedef struct {
    void (*started)(SupKeeper *keeper, gpointer user);
    // It ended, or could not be started; reason in words. It is started again without being asked,
    // unless gave_up.
    void (*ended)(SupKeeper *keeper, const char *reason, gboolean gave_up, gpointer user);
} SupKeeperEvents;

// spawn is copied. give_up_after: quick ends in a row after which it is left alone; 0: never.
SupKeeper *sup_keeper_new(const char *name, const SupSpawn *spawn, SupReaper *reaper,
                          guint give_up_after, const SupKeeperEvents *events, gpointer user);
void sup_keeper_free(SupKeeper *keeper);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SupKeeper, sup_keeper_free)

void sup_keeper_start(SupKeeper *keeper);
// Not started again from now on; the process itself is left to the caller.
void sup_keeper_stop(SupKeeper *keeper);
pid_t sup_keeper_pid(const SupKeeper *keeper); // 0: not running now
const char *sup_keeper_name(const SupKeeper *keeper);
