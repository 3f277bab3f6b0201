// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the guest's programs play, as recorded from the sound server's null sink. Nothing is
// recorded, and nothing wakes, while no program plays.

#include <glib.h>
#include <stdbool.h>

typedef struct RaRecorder RaRecorder;

// Samples, 48 kHz, 16 bits, stereo, RA_RECORDER_BLOCK_MAX at most. begins: recording has just
// started, so that nothing came right before; samples that are only late are not marked so.
typedef void (*RaRecorderBlock)(const guint8 *samples, gsize size, bool begins, gpointer user);

#define RA_RECORDER_BLOCK_MAX 7680

// Connects to $PULSE_SERVER, and again when the connection is lost. The sink is $PULSE_SINK or the
// default one. A block has at least least_ms of samples, if recording does not end with it; a
// millisecond more is recorded at a time.
RaRecorder *
ra_recorder_new(GMainContext *context, guint least_ms, RaRecorderBlock block, gpointer user);
// A sink input that is no program's (PA_INVALID_INDEX: none).
void ra_recorder_leave_out(RaRecorder *capture, guint32 sink_input);
void ra_recorder_free(RaRecorder *capture);
