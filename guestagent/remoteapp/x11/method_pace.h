// SPDX-License-Identifier: Apache-2.0
#pragma once

// Keys for libibus' module for GTK 4, which exchanges what comes at once. Up to 1.5.28 it takes the
// next key while it waits for an answer about the last one; from then on it takes a key before text
// that came just before. So a press waits until the one before it was answered, and text before it
// was seen to move the caret, and RA_METHOD_PACE_GAP_MS more, in which the program does it; but not
// longer than RA_METHOD_PACE_MS in all: not every key is asked about, nor moves every text a caret.
//
// Neither I/O nor clock: times are the caller's, of one monotonic clock.

#include <glib.h>
#include <stdbool.h>

#define RA_METHOD_PACE_MS 250
#define RA_METHOD_PACE_GAP_MS 20
#define RA_METHOD_PACE_MAX 64 // keys that wait; beyond, they wait no longer

typedef void (*RaMethodGiveKey)(guint keycode, bool down, gpointer user);

typedef struct RaMethodPace RaMethodPace;
RaMethodPace *ra_method_pace_new(RaMethodGiveKey give, gpointer user);
void ra_method_pace_free(RaMethodPace *pace);

// FALSE: it is the caller's to give, now. TRUE: it is given later.
bool ra_method_pace_key(RaMethodPace *pace, guint keycode, bool down, gint64 now_ms);
// The program was given text.
void ra_method_pace_text(RaMethodPace *pace, gint64 now_ms);
// The program was answered about a key, or moved its caret.
void ra_method_pace_answered(RaMethodPace *pace, gint64 now_ms);
// When ra_method_pace_expire is to be called, -1: nothing waits.
gint64 ra_method_pace_due_ms(const RaMethodPace *pace);
void ra_method_pace_expire(RaMethodPace *pace, gint64 now_ms);
// Gives all now.
void ra_method_pace_finish(RaMethodPace *pace);
