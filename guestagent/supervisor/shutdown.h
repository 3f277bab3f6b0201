// SPDX-License-Identifier: Apache-2.0
#pragma once

// The orderly end of a guest: programs are asked to end (SIGTERM) while their display is still
// there, then the helpers, their servers, and what is left after its time is killed. Nothing stays
// behind.

#include <glib.h>
#include <sys/types.h>

typedef struct SupShutdown SupShutdown;

// Who ends after the programs: first the helpers, then the servers that they use. Zeroes are
// skipped.
typedef struct {
    pid_t helpers[2], servers[3];
} SupShutdownOrder;

// stopped is called once, when no process is left below this one.
SupShutdown *sup_shutdown_new(const SupShutdownOrder *order, guint limit_s,
                              void (*stopped)(gpointer user), gpointer user);
void sup_shutdown_free(SupShutdown *shutdown);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SupShutdown, sup_shutdown_free)

// Some child was reaped: look again.
void sup_shutdown_reaped(SupShutdown *shutdown);
