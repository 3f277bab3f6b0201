// SPDX-License-Identifier: Apache-2.0
#pragma once

// Timers of a loop. The source is the caller's, whose field for it is NULL while there is none.

#include <glib.h>

// Calls back after the delay, and again until the callback says G_SOURCE_REMOVE.
GSource *chan_timer_new(GMainContext *context, guint delay_ms, GSourceFunc callback, gpointer user);
// Calls back whenever its ready time has come, which is never until g_source_set_ready_time.
GSource *chan_timer_due_new(GMainContext *context, GSourceFunc callback, gpointer user);
// Stops it, if there is one (any source). Safe inside its callback.
void chan_timer_clear(GSource **source);
