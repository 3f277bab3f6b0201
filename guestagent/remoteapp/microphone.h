// SPDX-License-Identifier: Apache-2.0
#pragma once

// The host's microphone for the guest's programs, over the audio input channel ([MS-RDPEAI]). The
// channel is open only while a program of the guest records, so that the host records, and shows
// that it does, only then. Programs hear silence where the client refuses it.

#include "guestagent/remoteapp/link.h"

typedef struct RaMicrophone RaMicrophone;

// plays: as RaMicrophoneEvents.
RaMicrophone *ra_microphone_new(GMainContext *context, RaLink *link,
                                void (*plays)(guint32 sink_input, gpointer user), gpointer user);
void ra_microphone_free(RaMicrophone *microphone);

// Reads what arrived. client_is_ours: it may be allowed later what it refuses now, and is asked
// again while a program records.
void ra_microphone_receive(RaMicrophone *microphone, bool client_is_ours);
