// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/x11/holder.h"

#include "channel/glib/packet.h"
#include "channel/glib/timer.h"
#include "rdpbridge/limits.h"
#include "rdpbridge/x11/lost.h"
#include "rdpbridge/x11/windows.h"

#include <errno.h>
#include <gio/gio.h>
#include <glib-unix.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define ANSWER_MS 1000
#define IDLE_MAX 4 // processes that have no windows and wait for another program's

struct HostHolder {
    HostHolders *all;
    uint32_t key;
    unsigned windows;
    int fd;    // -1: it is not asked for more
    bool owes; // an answer: until it comes it is not asked again
    GPid pid;
    GSource *watch, *messages;
};

struct HostHolders {
    View *view;
    char *program;
    GPtrArray *running; // HostHolder, owned: those whose process has not ended
    GHashTable *by_key; // those that windows are asked of, by the key of their program
    GPtrArray *idle;    // those that have no windows
    bool said;          // that there is none
};

// It ends.
static void
hang_up(HostHolder *h)
{
    chan_timer_clear(&h->messages);
    if (h->fd >= 0)
        close(h->fd);
    h->fd = -1;
}

static void
free_holder(gpointer holder)
{
    HostHolder *h = holder;

    hang_up(h);
    chan_timer_clear(&h->watch);
    g_free(h);
}

// Of its own accord, or by us: it has no windows. One that crashed took its own with it.
static bool
by_who_ended_it(int status)
{
    static const int asked[] = {SIGKILL, SIGTERM, SIGINT, SIGHUP, SIGQUIT};

    for (size_t i = 0; WIFSIGNALED(status) && i < G_N_ELEMENTS(asked); i++)
        if (WTERMSIG(status) == asked[i])
            return true;
    return WIFEXITED(status) && WEXITSTATUS(status) == HOLDER_EXIT_KILLED;
}

static void
forget(HostHolders *hs, HostHolder *h)
{
    g_ptr_array_remove_fast(hs->idle, h);
    if (g_hash_table_lookup(hs->by_key, GUINT_TO_POINTER(h->key)) == h)
        g_hash_table_remove(hs->by_key, GUINT_TO_POINTER(h->key));
}

static void
on_ended(GPid pid, int status, gpointer user)
{
    HostHolder *h = user;
    HostHolders *hs = h->all;

    forget(hs, h);
    hang_up(h); // no other program's next
    if (h->windows > 0) {
        g_debug("the process %d of a program's windows ended: status %d", (int)pid, status);
        host_windows_lost(hs->view->windows, h,
                          !by_who_ended_it(status) ? HOST_LOST
                          : WIFSIGNALED(status)    ? HOST_LOST_WITH_PROCESS
                                                   : HOST_LOST_BY_KILL);
    }
    g_ptr_array_remove(hs->running, h);
}

// One packet; a message has gone on. False: nothing came.
static bool
hear(HostHolder *h, HolderSaid *said)
{
    View *view = h->all->view;

    if (recv(h->fd, said, sizeof *said, MSG_DONTWAIT) != (ssize_t)sizeof *said)
        return false;
    if (said->kind != HOLDER_MESSAGE)
        return true;
    XClientMessageEvent e = {.type = ClientMessage,
                             .send_event = True,
                             .display = view->x->dpy,
                             .window = said->window,
                             .message_type = said->type,
                             .format = 32};
    for (unsigned i = 0; i < 5; i++)
        e.data.l[i] = said->data[i];
    view_client_message(view, &e);
    return true;
}

// The window was made otherwise meanwhile.
static void
drop_late(HostHolder *h, const HolderSaid *said)
{
    h->owes = false;
    if (said->window != None)
        XDestroyWindow(h->all->view->x->dpy, said->window);
}

static gboolean
on_message(gint fd, GIOCondition condition, gpointer user)
{
    HostHolder *h = user;
    HolderSaid said = {0};
    bool heard = hear(h, &said);

    if (heard && said.kind == HOLDER_MADE)
        drop_late(h, &said);
    if (heard || !(condition & G_IO_HUP))
        return G_SOURCE_CONTINUE;
    chan_timer_clear(&h->messages); // it has ended, of which on_ended hears
    return G_SOURCE_REMOVE;
}

static HostHolder *
start(HostHolders *hs, GError **error)
{
    char *argv[] = {hs->program, NULL};
    int ends[2];
    GPid pid;

    if (hs->running->len >= LIMIT_HOLDERS) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_TOO_MANY_LINKS, "there are %d", LIMIT_HOLDERS);
        return NULL;
    }
    if (!chan_packet_pair(ends, error))
        return NULL;
    const int as = 3;
    bool started = g_spawn_async_with_pipes_and_fds(
        NULL, (const char *const *)argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, -1, -1, -1,
        &ends[1], &as, 1, &pid, NULL, NULL, NULL, error);
    close(ends[1]);
    if (!started) {
        close(ends[0]);
        return NULL;
    }
    HostHolder *h = g_new0(HostHolder, 1);
    *h = (HostHolder){.all = hs, .fd = ends[0], .pid = pid, .watch = g_child_watch_source_new(pid)};
    g_source_set_callback(h->watch, G_SOURCE_FUNC(on_ended), h, NULL);
    g_source_attach(h->watch, hs->view->context);
    h->messages = g_unix_fd_source_new(h->fd, G_IO_IN);
    g_source_set_callback(h->messages, G_SOURCE_FUNC(on_message), h, NULL);
    g_source_attach(h->messages, hs->view->context);
    g_ptr_array_add(hs->running, h);
    return h;
}

static void
have_one_ahead(HostHolders *hs)
{
    HostHolder *h = hs->idle->len == 0 ? start(hs, NULL) : NULL;

    if (h)
        g_ptr_array_add(hs->idle, h);
}

HostHolders *
host_holders_new(View *view)
{
    HostHolders *hs = g_new0(HostHolders, 1);
    g_autofree char *own = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *folder = g_path_get_dirname(own ? own : "");

    hs->view = view;
    hs->program = g_build_filename(folder, "casement-holder", NULL);
    hs->running = g_ptr_array_new_with_free_func(free_holder);
    hs->idle = g_ptr_array_new();
    hs->by_key = g_hash_table_new(NULL, NULL);
    have_one_ahead(hs);
    return hs;
}

void
host_holders_free(HostHolders *hs)
{
    if (!hs)
        return;
    g_ptr_array_unref(hs->idle);
    g_ptr_array_unref(hs->running);
    g_hash_table_unref(hs->by_key);
    g_free(hs->program);
    g_free(hs);
}

static HostHolder *
find(HostHolders *hs, uint32_t key, GError **error)
{
    HostHolder *h = g_hash_table_lookup(hs->by_key, GUINT_TO_POINTER(key));

    if (h)
        return h;
    h = hs->idle->len > 0 ? g_ptr_array_steal_index_fast(hs->idle, hs->idle->len - 1)
                          : start(hs, error);
    if (!h)
        return NULL;
    h->key = key;
    g_hash_table_insert(hs->by_key, GUINT_TO_POINTER(key), h);
    have_one_ahead(hs);
    return h;
}

// It says something before the deadline, or has ended.
static bool
speaks_by(const HostHolder *h, gint64 deadline)
{
    struct pollfd answering = {h->fd, POLLIN, 0};

    for (;;) {
        gint64 left_ms = (deadline - g_get_monotonic_time()) / G_TIME_SPAN_MILLISECOND;
        int n = poll(&answering, 1, (int)MAX(left_ms, 0));
        if (n >= 0 || errno != EINTR)
            return n == 1;
    }
}

// Who does not answer has a slow server, or was stopped, and its windows are still there: with it
// they would go.
static void
give_up(HostHolder *h)
{
    h->owes = true;
    if (h->windows == 0)
        hang_up(h);
}

static Window
ask(HostHolder *h, const HolderRequest *request)
{
    const gint64 deadline = g_get_monotonic_time() + ANSWER_MS * G_TIME_SPAN_MILLISECOND;
    HolderSaid said = {0};

    if (h->fd < 0 || h->owes ||
        send(h->fd, request, sizeof *request, MSG_NOSIGNAL) != (ssize_t)sizeof *request)
        return None;
    do {
        if (!speaks_by(h, deadline)) {
            give_up(h);
            return None;
        }
        if (!hear(h, &said)) { // it has ended
            hang_up(h);
            return None;
        }
    } while (said.kind != HOLDER_MADE);
    return said.window;
}

Window
host_holders_make(HostHolders *hs, uint32_t key, const HolderRequest *request, HostHolder **holder)
{
    g_autoptr(GError) error = NULL;
    HostHolder *h = find(hs, key, &error);
    Window made = h ? ask(h, request) : None;

    *holder = NULL;
    if (made != None) {
        h->windows++;
        *holder = h;
    } else if (!hs->said) {
        g_message("guest %s: windows of its programs cannot be ended one by one: %s",
                  hs->view->setup.guest,
                  error ? error->message : "casement-holder does not answer");
        hs->said = true;
    }
    return made;
}

void
host_holder_release(HostHolder *h)
{
    if (!h || --h->windows > 0 || h->fd < 0)
        return;
    forget(h->all, h);
    if (h->all->idle->len < IDLE_MAX && !h->owes)
        g_ptr_array_add(h->all->idle, h);
    else
        hang_up(h);
}

uint32_t
host_holder_pid(const HostHolder *h)
{
    return (uint32_t)h->pid;
}
