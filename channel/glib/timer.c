// SPDX-License-Identifier: Apache-2.0
#include "channel/glib/timer.h"

static GSource *
attach(GSource *source, GMainContext *context, GSourceFunc callback, gpointer user)
{
    g_source_set_callback(source, callback, user, NULL);
    g_source_attach(source, context);
    return source;
}

GSource *
chan_timer_new(GMainContext *context, guint delay_ms, GSourceFunc callback, gpointer user)
{
    return attach(g_timeout_source_new(delay_ms), context, callback, user);
}

static gboolean
dispatch(GSource *source, GSourceFunc callback, gpointer user)
{
    return callback(user);
}

GSource *
chan_timer_due_new(GMainContext *context, GSourceFunc callback, gpointer user)
{
    static GSourceFuncs functions = {.dispatch = dispatch};

    return attach(g_source_new(&functions, sizeof(GSource)), context, callback, user);
}

void
chan_timer_clear(GSource **source)
{
    if (!*source)
        return;
    g_source_destroy(*source);
    g_source_unref(*source);
    *source = NULL;
}
