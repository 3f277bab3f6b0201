// SPDX-License-Identifier: Apache-2.0
#pragma once

// What coding a frame's pixels gave and cost, by the clock, for coding.h.

#include "guestagent/remoteapp/coding.h"

typedef struct {
    gsize in, out;
    gint64 ns, since;
} RaTrial;

// Around the coding of a part: so many bytes became so many.
void ra_trial_begin(RaTrial *trial);
void ra_trial_end(RaTrial *trial, gsize in, gsize out);

// The frame is made.
void ra_trial_tell(const RaTrial *trial, RaCoding *coding);
