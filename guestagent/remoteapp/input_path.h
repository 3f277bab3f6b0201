// SPDX-License-Identifier: Apache-2.0
#pragma once

// The guest's end of the client's own way of keys and pointer (channel/input_path.h).

#include "guestagent/remoteapp/desktop.h"

typedef struct RaInputPath RaInputPath;

// Takes the socket. Does in the loop what comes, before everything else that is there.
RaInputPath *ra_input_path_new(GMainContext *context, int take_fd, RaDesktop *desktop);
// Lets go of what is held. NULL-safe.
void ra_input_path_free(RaInputPath *path);

// Does what has come until now: before anything that was said by another way.
void ra_input_path_catch_up(RaInputPath *path);
