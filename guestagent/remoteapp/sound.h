// SPDX-License-Identifier: Apache-2.0
#pragma once

// The guest's sound for a client, over the audio output channel ([MS-RDPEA]). Blocks go out as they
// are recorded; when the client confirms so late that more than RA_SOUND_LATE_BLOCKS are with it,
// blocks are left out until it has caught up, so that the delay stays bounded.

#include "guestagent/remoteapp/link.h"

#define RA_SOUND_LATE_BLOCKS 200

typedef struct RaSound RaSound;

// NULL when the client did not join the channel.
RaSound *ra_sound_new(GMainContext *context, RaLink *link);
void ra_sound_free(RaSound *sound);

// A sink input that is no program's is not listened to.
void ra_sound_leave_out(RaSound *sound, guint32 sink_input);

// Reads what arrived. False: the client broke the protocol.
bool ra_sound_receive(RaSound *sound);
