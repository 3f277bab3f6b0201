// SPDX-License-Identifier: Apache-2.0
#include "guestagent/supervisor/reaper.h"

#include <errno.h>
#include <gio/gio.h>
#include <glib-unix.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct {
    SupEnded ended;
    gpointer user;
} Watch;

struct SupReaper {
    const SupReaperEvents *events;
    gpointer user;
    GHashTable *watches; // pid → Watch
    GSource *source;
    int fd;
};

static void
reap(SupReaper *r)
{
    int status;
    pid_t pid;

    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        Watch *found = g_hash_table_lookup(r->watches, GINT_TO_POINTER(pid));
        if (!found)
            continue;
        Watch watch = *found;
        g_hash_table_remove(r->watches, GINT_TO_POINTER(pid));
        watch.ended(pid, WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status), watch.user);
    }
    r->events->reaped(r->user);
}

static gboolean
on_signal(int fd, GIOCondition condition, gpointer user)
{
    SupReaper *r = user;
    struct signalfd_siginfo info;

    // One a turn: a handler may free the reaper.
    if (read(fd, &info, sizeof info) != sizeof info)
        return G_SOURCE_CONTINUE;
    if (info.ssi_signo == SIGCHLD)
        reap(r);
    else
        r->events->terminate((int)info.ssi_signo, r->user);
    return G_SOURCE_CONTINUE;
}

SupReaper *
sup_reaper_new(GMainContext *context, const SupReaperEvents *events, gpointer user, GError **error)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    sigprocmask(SIG_BLOCK, &set, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    int fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (fd < 0) {
        g_set_error(error, G_IO_ERROR, g_io_error_from_errno(errno), "signalfd: %s",
                    g_strerror(errno));
        return NULL;
    }
    SupReaper *r = g_new0(SupReaper, 1);
    r->events = events;
    r->user = user;
    r->fd = fd;
    r->watches = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    r->source = g_unix_fd_source_new(fd, G_IO_IN);
    g_source_set_callback(r->source, G_SOURCE_FUNC(on_signal), r, NULL);
    g_source_attach(r->source, context);
    return r;
}

void
sup_reaper_free(SupReaper *r)
{
    if (!r)
        return;
    g_source_destroy(r->source);
    g_source_unref(r->source);
    g_hash_table_destroy(r->watches);
    close(r->fd);
    g_free(r);
}

void
sup_reaper_watch(SupReaper *r, pid_t pid, SupEnded ended, gpointer user)
{
    Watch *watch = g_new0(Watch, 1);

    watch->ended = ended;
    watch->user = user;
    g_hash_table_insert(r->watches, GINT_TO_POINTER(pid), watch);
}

void
sup_reaper_unwatch(SupReaper *r, pid_t pid)
{
    g_hash_table_remove(r->watches, GINT_TO_POINTER(pid));
}

// The parent of a process: the second field after the name, which is in parentheses and may hold
// any character.
static pid_t
parent_of(const char *pid)
{
    g_autofree char *path = g_build_filename("/proc", pid, "stat", NULL);
    g_autofree char *text = NULL;

    if (!g_file_get_contents(path, &text, NULL, NULL))
        return -1;
    const char *after = strrchr(text, ')');
    if (!after || strlen(after) < 5 || after[2] == 'Z')
        return -1;
    return (pid_t)strtol(after + 4, NULL, 10);
}

GArray *
sup_descendants(void)
{
    g_autoptr(GHashTable) parents = g_hash_table_new(NULL, NULL);
    g_autoptr(GDir) proc = g_dir_open("/proc", 0, NULL);
    GArray *found = g_array_new(FALSE, FALSE, sizeof(pid_t));
    const char *name;
    gpointer key, value;
    GHashTableIter iter;

    while (proc && (name = g_dir_read_name(proc))) {
        pid_t parent = g_ascii_isdigit(name[0]) ? parent_of(name) : -1;
        if (parent > 0)
            g_hash_table_insert(parents, GINT_TO_POINTER((int)strtol(name, NULL, 10)),
                                GINT_TO_POINTER(parent));
    }
    g_hash_table_iter_init(&iter, parents);
    while (g_hash_table_iter_next(&iter, &key, &value)) {
        // A chain longer than the table would be a loop made by reused pids.
        guint left = g_hash_table_size(parents);
        while (value && GPOINTER_TO_INT(value) != getpid() && left-- > 0)
            value = g_hash_table_lookup(parents, value);
        pid_t pid = GPOINTER_TO_INT(key);
        if (value && GPOINTER_TO_INT(value) == getpid())
            g_array_append_val(found, pid);
    }
    return found;
}
