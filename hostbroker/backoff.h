// SPDX-License-Identifier: Apache-2.0
#pragma once

// How long to wait before something that crashed is started again, and when to give up. Pure: time
// is passed in.

#include <glib.h>

#define BROKER_BACKOFF_WINDOW_US (60 * G_USEC_PER_SEC) // crashes older than this are forgiven
#define BROKER_BACKOFF_MAX 5                           // crashes within it, then give up

typedef struct {
    gint64 crashes_us[BROKER_BACKOFF_MAX];
    guint count;
} BrokerBackoff;

// Notes a crash at now_us. Returns the milliseconds to wait, 0 for at once, or -1 to give up (and
// forgets everything, for a start that the user asks for).
int broker_backoff_crashed(BrokerBackoff *backoff, gint64 now_us);
