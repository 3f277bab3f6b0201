// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/x11/launches.h"

#include "channel/glib/timer.h"
#include "rdpbridge/limits.h"

#include <stdlib.h>
#include <string.h>

#define MESSAGE_PIECE 20 // bytes of a client message
#define LATE_MS 15000    // without a window
#define SPLASH_US (20 * G_USEC_PER_SEC)

typedef struct {
    CtlStartup startup;
    gint64 late_us;
} Launch;

struct HostLaunches {
    View *view;
    GQueue pending;  // Launch, oldest first
    GSource *late;   // for the oldest
    gint64 begun_us; // the last launch whose program may still show a splash screen; 0: none
    uint32_t begun_app;
    gint64 opened_us; // when the first window of a launch came; 0: that is answered
    uint32_t opened_app;
    Time opened_time; // that of the launch
};

HostLaunches *
host_launches_new(View *view)
{
    HostLaunches *l = g_new0(HostLaunches, 1);

    l->view = view;
    g_queue_init(&l->pending);
    return l;
}

static void drop(HostLaunches *l, GList *at);

void
host_launches_free(HostLaunches *l)
{
    if (!l)
        return;
    while (l->pending.head)
        drop(l, l->pending.head);
    chan_timer_clear(&l->late);
    g_free(l);
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

static void
say_over(HostLaunches *l, const char *startup_id)
{
    GString *text = g_string_new("remove: ID=\"");

    for (const char *p = startup_id; *p; p++) {
        if (*p == '"' || *p == '\\')
            g_string_append_c(text, '\\');
        g_string_append_c(text, *p);
    }
    g_string_append_c(text, '"');
    broadcast(l->view->x, text->str);
    g_string_free(text, TRUE);
}

static void
drop(HostLaunches *l, GList *at)
{
    Launch *launch = at->data;

    say_over(l, launch->startup.startup_id);
    g_free(launch);
    g_queue_delete_link(&l->pending, at);
}

static void expect_late(HostLaunches *l);

// A program may put what was launched into a window that it has: none comes, and nothing says so.
static gboolean
on_late(gpointer user)
{
    HostLaunches *l = user;
    gint64 now = g_get_monotonic_time();

    g_clear_pointer(&l->late, g_source_unref);
    for (Launch *first; (first = g_queue_peek_head(&l->pending)) && first->late_us <= now;)
        drop(l, l->pending.head);
    expect_late(l);
    return G_SOURCE_REMOVE;
}

static void
expect_late(HostLaunches *l)
{
    const Launch *first = g_queue_peek_head(&l->pending);

    if (!first || l->late)
        return;
    l->late = g_timeout_source_new(0);
    g_source_set_callback(l->late, on_late, l, NULL);
    g_source_attach(l->late, l->view->context);
    g_source_set_ready_time(l->late, first->late_us);
}

// Said also of one that was refused before this view heard of it.
static void
over(HostLaunches *l, const char *startup_id)
{
    bool known = false;

    for (GList *at = l->pending.head, *next; at; at = next) {
        next = at->next;
        if (strcmp(((Launch *)at->data)->startup.startup_id, startup_id) == 0) {
            drop(l, at);
            known = true;
        }
    }
    if (!known)
        say_over(l, startup_id);
}

void
host_launches_add(HostLaunches *l, const CtlStartup *m)
{
    if (!m->over) {
        l->begun_us = g_get_monotonic_time();
        l->begun_app = m->app_index;
    }
    if (m->startup_id[0] == 0)
        return;
    if (m->over) {
        over(l, m->startup_id);
        return;
    }
    if (g_queue_get_length(&l->pending) >= LIMIT_LAUNCHES)
        drop(l, l->pending.head);
    Launch *launch = g_new0(Launch, 1);
    launch->startup = *m;
    launch->late_us = g_get_monotonic_time() + (gint64)LATE_MS * 1000;
    g_queue_push_tail(&l->pending, launch);
    expect_late(l);
}

bool
host_launches_splash(const HostLaunches *l)
{
    return l->begun_us != 0 && g_get_monotonic_time() - l->begun_us < SPLASH_US;
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
    // Of the last press in the guest, from before the launch, a window manager would think that the
    // user has turned to what has the focus since.
    if (host_launches_splash(l) && l->begun_us > l->view->press_us)
        w->wanted.user_time = 0;
    for (GList *at = l->pending.head; at; at = at->next) {
        const CtlStartup *m = &((Launch *)at->data)->startup;
        if (m->app_index != CTL_APP_NONE && m->app_index != w->app_index)
            continue;
        g_strlcpy(w->startup_id, m->startup_id, sizeof w->startup_id);
        uint32_t time = time_of(m->startup_id);
        if (time != 0)
            w->wanted.user_time = time;
        g_free(at->data);
        g_queue_delete_link(&l->pending, at);
        return;
    }
}

bool
host_launches_answer(HostLaunches *l, const HostWindow *w, gint64 left_us, Time *time)
{
    gint64 now = g_get_monotonic_time();

    for (GList *at = l->pending.head; at; at = at->next) {
        const Launch *launch = at->data;
        const CtlStartup *m = &launch->startup;
        bool its = m->app_index == CTL_APP_NONE || m->app_index == w->app_index;
        if (!its || launch->late_us - (gint64)LATE_MS * 1000 < left_us)
            continue;
        *time = time_of(m->startup_id);
        l->begun_us = 0;
        drop(l, at);
        return true;
    }
    // One from a terminal, which has no startup id; or one that a window has come of.
    bool begun = host_launches_splash(l) && l->begun_us > left_us && l->begun_app == w->app_index;
    bool opened = l->opened_us > left_us && l->opened_app == w->app_index &&
                  now - l->opened_us < LIMIT_ACTIVATE_AFTER_PRESS_MS * G_TIME_SPAN_MILLISECOND;
    if (begun)
        l->begun_us = 0;
    else if (opened)
        l->opened_us = 0;
    *time = begun ? CurrentTime : l->opened_time;
    return begun || opened;
}

void
host_launches_mapped(HostLaunches *l, HostWindow *w)
{
    if (!w->wanted.override_redirect && (w->startup_id[0] || host_launches_splash(l))) {
        l->opened_us = g_get_monotonic_time();
        l->opened_app = w->app_index;
        l->opened_time = time_of(w->startup_id);
    }
    if (!w->wanted.override_redirect)
        l->begun_us = 0;
    if (w->startup_id[0] == 0)
        return;
    say_over(l, w->startup_id);
    w->startup_id[0] = 0;
}
