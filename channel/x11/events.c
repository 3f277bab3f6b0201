// SPDX-License-Identifier: Apache-2.0
#include "channel/x11/events.h"

#include <stdbool.h>
#include <stdlib.h>

typedef struct {
    GSource source;
    xcb_connection_t *connection;
    ChanX11Event event;
    gpointer user, tag;
    xcb_generic_event_t *next; // read while looking for it
} Events;

static gboolean
ready(Events *e)
{
    if (!e->next)
        e->next = xcb_poll_for_queued_event(e->connection);
    return e->next != NULL;
}

// Whatever waits for a reply may have read events, which poll does not see.
static gboolean
prepare(GSource *source, gint *timeout)
{
    Events *e = (Events *)source;

    *timeout = -1;
    xcb_flush(e->connection);
    return ready(e);
}

static gboolean
check(GSource *source)
{
    Events *e = (Events *)source;

    return g_source_query_unix_fd(source, e->tag) != 0 || ready(e);
}

static gboolean
dispatch(GSource *source, GSourceFunc callback, gpointer user)
{
    Events *e = (Events *)source;
    xcb_generic_event_t *event = g_steal_pointer(&e->next);

    if (!event)
        event = xcb_poll_for_event(e->connection);
    bool lost = !event && xcb_connection_has_error(e->connection);
    if (event && event->response_type != 0)
        e->event(event, e->user);
    free(event);
    return lost ? G_SOURCE_REMOVE : G_SOURCE_CONTINUE;
}

static void
finalize(GSource *source)
{
    free(((Events *)source)->next);
}

static GSourceFuncs funcs = {prepare, check, dispatch, finalize, NULL, NULL};

GSource *
chan_x11_events_new(GMainContext *context, xcb_connection_t *connection, ChanX11Event event,
                    gpointer user)
{
    GSource *source = g_source_new(&funcs, sizeof(Events));
    Events *e = (Events *)source;

    e->connection = connection;
    e->event = event;
    e->user = user;
    e->tag = g_source_add_unix_fd(source, xcb_get_file_descriptor(connection), G_IO_IN | G_IO_HUP);
    g_source_attach(source, context);
    return source;
}
