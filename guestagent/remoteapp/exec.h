// SPDX-License-Identifier: Apache-2.0
#pragma once

// Starts programs through the guest's supervisor (guestagent/supervisor/protocol.h), so that they
// outlive this process. Without a supervisor nothing is started: each request fails with words.

#include "guestagent/supervisor/protocol.h"

#include <glib.h>
#include <stdbool.h>

typedef struct RaExec RaExec;

// Every request is answered once, unless it is forgotten before; never before ra_exec_launch
// returned. reason is for the log and the user, "" on success.
typedef void (*RaExecAnswer)(SupervisorResult result, guint32 pid, const char *reason,
                             gpointer user);

// A program that was launched (by anybody) ended: exit code, or minus the signal.
typedef void (*RaExecEnded)(const char *program, guint32 pid, int status, gpointer user);

// Connects to guest_dir/supervisor at the first request, and again when the connection was lost.
RaExec *ra_exec_new(GMainContext *context, const char *guest_dir, RaExecEnded ended, gpointer user);
void ra_exec_free(RaExec *exec);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RaExec, ra_exec_free)

typedef struct {
    SupervisorKind kind;
    const char *program;    // .desktop id, "id:action", or a command
    const char *directory;  // NULL or "": the home
    const char *startup_id; // NULL or "": none
    bool input_method;      // programs find one of ours
    const char *const *arguments;
} RaLaunch;

void ra_exec_launch(RaExec *exec, const RaLaunch *launch, RaExecAnswer answer, gpointer user);

// Requests with this user are answered to nobody; their programs start all the same.
void ra_exec_forget(RaExec *exec, gpointer user);
