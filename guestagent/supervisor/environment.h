// SPDX-License-Identifier: Apache-2.0
#pragma once

// The environment of everything in the guest: the supervisor's own without what belongs to the
// session it was started from, and with what a headless guest needs.

#include "guestagent/supervisor/places.h"

// The new environment; the caller's to free (GStrv). DISPLAY is not in it yet.
char **sup_environment_new(const SupPlaces *places, char **inherited);

// Names, each with its value, of what a program needs to find casement-remoteapp's input method,
// ended by NULL.
extern const char *const sup_method_variables[];
