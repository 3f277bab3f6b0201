// SPDX-License-Identifier: Apache-2.0
#pragma once

// The guest's cursor as pointer updates ([MS-RDPBCGR] 2.2.9.1.1.4), each image sent once as long as
// the client's pointer cache keeps it.

#include "guestagent/remoteapp/desktop.h"
#include "guestagent/remoteapp/link.h"

typedef struct RaPointer RaPointer;

RaPointer *ra_pointer_new(RaLink *link);
void ra_pointer_free(RaPointer *pointer);

// cursor NULL: the client's default.
void ra_pointer_set(RaPointer *pointer, const RaCursor *cursor);
