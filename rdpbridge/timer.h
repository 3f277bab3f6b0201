// SPDX-License-Identifier: Apache-2.0
#pragma once

// A timer of casement-session's loop; the source is the caller's, see bridge_timer_clear.

#include <glib.h>

GSource *
bridge_timer_new(GMainContext *context, guint delay_ms, GSourceFunc callback, gpointer user);
// Stops it, if there is one. Safe inside its callback.
void bridge_timer_clear(GSource **timer);
