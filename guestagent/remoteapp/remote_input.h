// SPDX-License-Identifier: Apache-2.0
#pragma once

// Input events of a client ([MS-RDPBCGR] 2.2.8) for the guest's desktop: keys by scancode or
// Unicode, pointer, wheels, lock keys.

#include "guestagent/remoteapp/desktop.h"
#include "guestagent/remoteapp/link.h"

typedef struct RaRemoteInput RaRemoteInput;

RaRemoteInput *ra_remote_input_new(RaLink *link, RaDesktop *desktop);

// Lets go of every key and button that the client holds.
void ra_remote_input_free(RaRemoteInput *input);
