// SPDX-License-Identifier: Apache-2.0
#include "hostbroker/remains.h"

#include "hostbroker/process.h"

#include <errno.h>
#include <gio/gio.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LIMIT_US G_USEC_PER_SEC

typedef struct {
    pid_t pid, parent, session;
    guint64 start_time;
    gboolean member;
} Process;

static gboolean
environment_has(pid_t pid, const char *entry)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/environ", (int)pid);
    g_autofree char *text = NULL;
    gsize size = 0, n = strlen(entry) + 1;

    if (!g_file_get_contents(path, &text, &size, NULL))
        return FALSE;
    for (const char *at = text; size >= n; at++, size--) {
        if (memcmp(at, entry, n) == 0)
            return TRUE;
        gsize rest = strnlen(at, size);
        if (rest >= size)
            break;
        at += rest;
        size -= rest;
    }
    return FALSE;
}

// FALSE for one that has ended, or is another user's.
static gboolean
read_process(pid_t pid, const char *entry, Process *p)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/stat", (int)pid);
    g_autofree char *text = NULL;
    struct stat st;
    int parent, session;
    char state;

    if (stat(path, &st) < 0 || st.st_uid != geteuid() ||
        !g_file_get_contents(path, &text, NULL, NULL))
        return FALSE;
    const char *at = strrchr(text, ')');
    if (!at || sscanf(at + 1, " %c %d %*d %d", &state, &parent, &session) != 3 || state == 'Z' ||
        state == 'X')
        return FALSE;
    *p = (Process){pid, parent, session, broker_process_start_time_of(pid),
                   environment_has(pid, entry)};
    return TRUE;
}

static GArray *
read_all(const char *entry)
{
    GArray *all = g_array_new(FALSE, FALSE, sizeof(Process));
    g_autoptr(GDir) proc = g_dir_open("/proc", 0, NULL);
    const char *name;
    Process p;

    while (proc && (name = g_dir_read_name(proc))) {
        pid_t pid = (pid_t)g_ascii_strtoll(name, NULL, 10);
        if (pid > 1 && pid != getpid() && read_process(pid, entry, &p))
            g_array_append_val(all, p);
    }
    return all;
}

static const Process *
find(const GArray *all, pid_t pid)
{
    for (guint i = 0; i < all->len; i++)
        if (g_array_index(all, Process, i).pid == pid)
            return &g_array_index(all, Process, i);
    return NULL;
}

// Every program of a guest begins a session of its own. One with another leader is somebody's who
// started a member. The number of one whose leader is gone cannot have been used again.
static gboolean
is_members_session(const GArray *all, pid_t session)
{
    const Process *leader = find(all, session);

    return leader ? leader->member : session > 1 && kill(session, 0) < 0 && errno == ESRCH;
}

static gboolean
belongs(const GArray *all, const Process *p)
{
    for (guint i = 0; i < all->len; i++) {
        const Process *other = &g_array_index(all, Process, i);
        if (other->member && (p->parent == other->pid || (p->session == other->session &&
                                                          is_members_session(all, p->session))))
            return TRUE;
    }
    return FALSE;
}

static void
add_kin(GArray *all)
{
    gboolean again = TRUE;

    while (again) {
        again = FALSE;
        for (guint i = 0; i < all->len; i++) {
            Process *p = &g_array_index(all, Process, i);
            if (p->member || !belongs(all, p))
                continue;
            p->member = TRUE;
            again = TRUE;
        }
    }
}

static void
kill_members(const GArray *all, gint64 until_us)
{
    g_autoptr(GArray) fds = g_array_new(FALSE, FALSE, sizeof(struct pollfd));

    for (guint i = 0; i < all->len; i++) {
        const Process *p = &g_array_index(all, Process, i);
        struct pollfd pidfd = {.fd = p->member ? (int)syscall(SYS_pidfd_open, p->pid, 0) : -1,
                               .events = POLLIN};
        if (pidfd.fd < 0)
            continue;
        // From here on the number cannot be used again unnoticed.
        if (broker_process_start_time_of(p->pid) == p->start_time)
            syscall(SYS_pidfd_send_signal, pidfd.fd, SIGKILL, NULL, 0);
        g_array_append_val(fds, pidfd);
    }
    for (guint i = 0; i < fds->len; i++) {
        struct pollfd *pidfd = &g_array_index(fds, struct pollfd, i);
        gint64 rest_ms = (until_us - g_get_monotonic_time()) / 1000;
        if (rest_ms > 0)
            (void)poll(pidfd, 1, (int)rest_ms);
        close(pidfd->fd);
    }
}

void
broker_end_remains(const char *entry)
{
    gint64 until_us = g_get_monotonic_time() + LIMIT_US;
    guint clean = 0;

    // Twice: one that executes a program has no environment for a moment.
    while (clean < 2 && g_get_monotonic_time() < until_us) {
        g_autoptr(GArray) all = read_all(entry);
        add_kin(all);
        gboolean any = FALSE;
        for (guint i = 0; i < all->len; i++)
            any |= g_array_index(all, Process, i).member;
        clean = any ? 0 : clean + 1;
        kill_members(all, until_us);
    }
}
