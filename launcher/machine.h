// SPDX-License-Identifier: Apache-2.0
#pragma once

// What this machine has of the things that guests of its own and their windows need. Looks and
// tries; changes nothing.

#include <glib.h>

typedef enum {
    LAUNCHER_FINDING_OK,
    LAUNCHER_FINDING_DEGRADED, // Casement works, with less
    LAUNCHER_FINDING_MISSING,
} LauncherFindingState;

typedef struct {
    LauncherFindingState state;
    const char *what;   // translated
    char *detail;       // may be NULL
    const char *advice; // translated; what to do when the state is not OK
} LauncherFinding;

// Of LauncherFinding; caller unrefs.
GArray *launcher_machine_examine(void);
