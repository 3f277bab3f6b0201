// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/x11/launches.h"

#include "rdpbridge/limits.h"

#include <stdlib.h>
#include <string.h>

#define MESSAGE_PIECE 20 // bytes of a client message

struct HostLaunches {
    View *view;
    GQueue pending; // CtlStartup, oldest first
};

HostLaunches *
host_launches_new(View *view)
{
    HostLaunches *l = g_new0(HostLaunches, 1);

    l->view = view;
    g_queue_init(&l->pending);
    return l;
}

void
host_launches_free(HostLaunches *l)
{
    if (!l)
        return;
    g_queue_clear_full(&l->pending, g_free);
    g_free(l);
}

void
host_launches_add(HostLaunches *l, const CtlStartup *m)
{
    if (m->startup_id[0] == 0)
        return;
    if (g_queue_get_length(&l->pending) >= LIMIT_LAUNCHES)
        g_free(g_queue_pop_head(&l->pending));
    g_queue_push_tail(&l->pending, g_memdup2(m, sizeof *m));
}

// Ids end in _TIME and the X time of the click, by the specification.
static uint32_t
time_of(const char *startup_id)
{
    const char *time = g_strrstr(startup_id, "_TIME");

    return time ? (uint32_t)strtoul(time + strlen("_TIME"), NULL, 10) : 0;
}

void
host_launches_take(HostLaunches *l, HostWindow *w)
{
    for (GList *at = l->pending.head; at; at = at->next) {
        CtlStartup *m = at->data;
        if (m->app_index != CTL_APP_NONE && m->app_index != w->app_index)
            continue;
        g_strlcpy(w->startup_id, m->startup_id, sizeof w->startup_id);
        uint32_t time = time_of(m->startup_id);
        if (time != 0)
            w->wanted.user_time = time;
        g_free(m);
        g_queue_delete_link(&l->pending, at);
        return;
    }
}

// The message's text goes out in client messages of 20 bytes, the first of another type.
static void
broadcast(HostDisplay *x, const char *text)
{
    size_t size = strlen(text) + 1;
    XEvent e = {.xclient = {.type = ClientMessage,
                            .window = x->leader,
                            .message_type = x->atoms[ATOM__NET_STARTUP_INFO_BEGIN],
                            .format = 8}};

    for (size_t at = 0; at < size; at += MESSAGE_PIECE) {
        memset(e.xclient.data.b, 0, MESSAGE_PIECE);
        memcpy(e.xclient.data.b, text + at, MIN(MESSAGE_PIECE, size - at));
        XSendEvent(x->dpy, x->root, False, PropertyChangeMask, &e);
        e.xclient.message_type = x->atoms[ATOM__NET_STARTUP_INFO];
    }
}

void
host_launches_mapped(HostLaunches *l, HostWindow *w)
{
    if (w->startup_id[0] == 0)
        return;
    GString *text = g_string_new("remove: ID=\"");
    for (const char *p = w->startup_id; *p; p++) {
        if (*p == '"' || *p == '\\')
            g_string_append_c(text, '\\');
        g_string_append_c(text, *p);
    }
    g_string_append_c(text, '"');
    broadcast(l->view->x, text->str);
    g_string_free(text, TRUE);
    w->startup_id[0] = 0;
}
