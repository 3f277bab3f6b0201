// SPDX-License-Identifier: Apache-2.0
#pragma once

// Dead keys and compose (Compose(5), by libxkbcommon) for programs that leave them to their input
// method, as a program does that has none.

#include <glib.h>
#include <stdbool.h>

typedef struct RaCompose RaCompose;

// By the locale of LC_CTYPE. Never NULL; without a table nothing is composed.
RaCompose *ra_compose_new(void);
void ra_compose_free(RaCompose *compose);

// A key that was pressed. TRUE: the program is not to have it; *text is what it is to have instead
// (the caller's to free), NULL: nothing yet.
bool ra_compose_press(RaCompose *compose, guint32 keysym, char **text);
// What was begun is forgotten.
void ra_compose_reset(RaCompose *compose);
