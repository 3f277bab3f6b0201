// SPDX-License-Identifier: Apache-2.0
#pragma once

// The programs that were started on request: starts them as the entry or the command says, and
// tells when they end.

#include "guestagent/supervisor/places.h"
#include "guestagent/supervisor/protocol.h"
#include "guestagent/supervisor/reaper.h"

typedef struct SupPrograms SupPrograms;

typedef struct {
    pid_t pid;
    int status; // exit code, or minus the signal
    SupervisorKind kind;
    const char *program, *output; // as asked for; file with what it said
} SupProgramEnd;

typedef struct {
    void (*ended)(const SupProgramEnd *end, gpointer user);
} SupProgramsEvents;

typedef struct {
    SupervisorKind kind;
    const char *program;          // id, "id:action", or the command
    const char *directory;        // "": the home
    const char *startup_id;       // "": none
    gboolean input_method;        // casement-remoteapp's is there
    const char *const *arguments; // NULL-terminated; of a command, or files
} SupProgramRequest;

// The answer to a request; called once, perhaps before sup_programs_launch returns. pid is 0 when
// the program was started over D-Bus.
typedef void (*SupLaunched)(SupervisorResult result, pid_t pid, const char *reason, gpointer user);

// env is taken by copy; it is complete (DISPLAY is in it).
SupPrograms *sup_programs_new(const SupPlaces *places, char **env, SupReaper *reaper,
                              const SupProgramsEvents *events, gpointer user);
void sup_programs_free(SupPrograms *programs);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SupPrograms, sup_programs_free)

void sup_programs_launch(SupPrograms *programs, const SupProgramRequest *request,
                         SupLaunched launched, gpointer user);
