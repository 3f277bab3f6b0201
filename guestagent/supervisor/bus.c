// SPDX-License-Identifier: Apache-2.0
#include "guestagent/supervisor/bus.h"

#include "guestagent/supervisor/logfile.h"
#include "guestagent/supervisor/spawn.h"

#include <gio/gio.h>
#include <glib-unix.h>
#include <string.h>
#include <unistd.h>

struct SupBus {
    const SupPlaces *places;
    SupReaper *reaper;
    const SupBusEvents *events;
    gpointer user;
    pid_t pid;
    int address_fd; // it writes its address there when it listens; -1: not awaited
    guint source;
};

SupBus *
sup_bus_new(const SupPlaces *places, SupReaper *reaper, const SupBusEvents *events, gpointer user)
{
    SupBus *b = g_new0(SupBus, 1);

    b->places = places;
    b->reaper = reaper;
    b->events = events;
    b->user = user;
    b->address_fd = -1;
    return b;
}

static void
stop_waiting(SupBus *b)
{
    if (b->source)
        g_source_remove(b->source);
    b->source = 0;
    if (b->address_fd >= 0)
        close(b->address_fd);
    b->address_fd = -1;
}

void
sup_bus_free(SupBus *b)
{
    if (!b)
        return;
    stop_waiting(b);
    if (b->pid)
        sup_reaper_unwatch(b->reaper, b->pid);
    g_free(b);
}

static gboolean
on_address(int fd, GIOCondition condition, gpointer user)
{
    SupBus *b = user;
    char bytes[512];
    ssize_t n = read(fd, bytes, sizeof bytes);

    b->source = 0;
    stop_waiting(b);
    // Without an address it is about to end, and says so by that.
    if (n > 0)
        b->events->ready(b->user);
    return G_SOURCE_REMOVE;
}

static void
on_ended(pid_t pid, int status, gpointer user)
{
    SupBus *b = user;
    g_autofree char *reason = status < 0
                                  ? g_strdup_printf("dbus-daemon was ended by signal %d (%s)",
                                                    -status, strsignal(-status))
                                  : g_strdup_printf("dbus-daemon ended with status %d", status);

    b->pid = 0;
    stop_waiting(b);
    b->events->lost(reason, b->user);
}

gboolean
sup_bus_start(SupBus *b, char **env, GError **error)
{
    g_autofree char *program = sup_find_program("dbus-daemon", env);
    int fds[2];

    if (!program) {
        g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                            "the guest has no dbus-daemon (Debian: install dbus)");
        return FALSE;
    }
    if (!g_unix_open_pipe(fds, FD_CLOEXEC, error))
        return FALSE;
    g_autofree char *number = g_strdup_printf("--print-address=%d", fds[1]);
    g_autofree char *address =
        g_strconcat("--address=", g_environ_getenv(env, "DBUS_SESSION_BUS_ADDRESS"), NULL);
    char *argv[] = {program,      "--session", "--nofork", "--nopidfile",
                    "--nosyslog", address,     number,     NULL};
    int log = sup_log_file_open(b->places->log, "bus", NULL);
    SupSpawn spawn = {.argv = argv, .env = env, .output_fd = log, .fds = {fds[1]}, .n_fds = 1};
    pid_t pid = sup_spawn(&spawn, error);
    close(fds[1]);
    if (log >= 0)
        close(log);
    if (pid < 0) {
        close(fds[0]);
        return FALSE;
    }
    b->pid = pid;
    sup_reaper_watch(b->reaper, pid, on_ended, b);
    b->address_fd = fds[0];
    b->source = g_unix_fd_add(fds[0], G_IO_IN | G_IO_HUP, on_address, b);
    return TRUE;
}

pid_t
sup_bus_pid(const SupBus *b)
{
    return b->pid;
}
