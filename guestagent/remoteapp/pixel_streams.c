// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/pixel_streams.h"

#include "channel/glib/timer.h"

typedef struct {
    RaPixelStreams *streams;
    ChanTilesSocket *socket;
    guint64 token; // 0: its GREETING has not come
} Waiting;

struct RaPixelStreams {
    GMainContext *context;
    void (*come)(gpointer user);
    gpointer user;
    GSource *tell; // that one has come: not from inside what its socket calls
    GPtrArray *waiting;
};

static void
waiting_free(gpointer data)
{
    Waiting *w = data;
    chan_tiles_socket_free(w->socket);
    g_free(w);
}

static gboolean
on_message(const ChanTilesMessage *m, gpointer user)
{
    Waiting *w = user;
    if (m->type != CHAN_TILES_GREETING || w->token != 0 || m->version != CHAN_TILES_VERSION)
        return FALSE;
    w->token = m->token;
    g_source_set_ready_time(w->streams->tell, 0);
    return TRUE;
}

static void
on_lost(gpointer user)
{
    Waiting *w = user;
    g_ptr_array_remove(w->streams->waiting, w);
}

static const ChanTilesHandlers handlers = {.message = on_message, .lost = on_lost};

static gboolean
on_tell(gpointer user)
{
    RaPixelStreams *s = user;
    g_source_set_ready_time(s->tell, -1);
    s->come(s->user);
    return G_SOURCE_CONTINUE;
}

RaPixelStreams *
ra_pixel_streams_new(GMainContext *context, void (*come)(gpointer user), gpointer user)
{
    RaPixelStreams *s = g_new0(RaPixelStreams, 1);
    s->context = context;
    s->come = come;
    s->user = user;
    s->tell = chan_timer_due_new(context, on_tell, s);
    s->waiting = g_ptr_array_new_with_free_func(waiting_free);
    return s;
}

void
ra_pixel_streams_free(RaPixelStreams *s)
{
    if (s == NULL)
        return;
    chan_timer_clear(&s->tell);
    g_ptr_array_unref(s->waiting);
    g_free(s);
}

void
ra_pixel_streams_add(RaPixelStreams *s, int take_fd)
{
    Waiting *w = g_new0(Waiting, 1);
    if (s->waiting->len == RA_PIXEL_STREAMS_MAX)
        g_ptr_array_remove_index(s->waiting, 0);
    w->streams = s;
    w->socket = chan_tiles_socket_new(s->context, take_fd, false, &handlers, w);
    g_ptr_array_add(s->waiting, w);
}

ChanTilesSocket *
ra_pixel_streams_take(RaPixelStreams *s, guint64 token)
{
    for (guint i = 0; token != 0 && i < s->waiting->len; i++) {
        Waiting *w = g_ptr_array_index(s->waiting, i);
        if (w->token != token)
            continue;
        ChanTilesSocket *socket = g_steal_pointer(&w->socket);
        g_ptr_array_remove_index(s->waiting, i);
        return socket;
    }
    return NULL;
}
