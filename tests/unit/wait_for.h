// SPDX-License-Identifier: Apache-2.0
#pragma once

// Runs a loop until a condition holds; it must, before the deadline.

#include "channel/glib/timer.h"

#define WAIT_FOR_MS 10000

static inline gboolean
wait_for_on_deadline(gpointer late)
{
    *(gboolean *)late = TRUE;
    return G_SOURCE_REMOVE;
}

#define WAIT_FOR_IN(context, condition)                                                            \
    G_STMT_START                                                                                   \
    {                                                                                              \
        gboolean late_ = FALSE, true_;                                                             \
        GSource *timer_ = chan_timer_new(context, WAIT_FOR_MS, wait_for_on_deadline, &late_);      \
        while (!(true_ = (condition)) && !late_)                                                   \
            g_main_context_iteration(context, TRUE);                                               \
        chan_timer_clear(&timer_);                                                                 \
        if (!true_)                                                                                \
            g_error("waited %d ms for %s", WAIT_FOR_MS, #condition);                               \
    }                                                                                              \
    G_STMT_END
