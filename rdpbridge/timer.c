// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/timer.h"

GSource *
bridge_timer_new(GMainContext *context, guint delay_ms, GSourceFunc callback, gpointer user)
{
    GSource *timer = g_timeout_source_new(delay_ms);

    g_source_set_callback(timer, callback, user, NULL);
    g_source_attach(timer, context);
    return timer;
}

void
bridge_timer_clear(GSource **timer)
{
    if (!*timer)
        return;
    g_source_destroy(*timer);
    g_source_unref(*timer);
    *timer = NULL;
}
