// SPDX-License-Identifier: Apache-2.0
// Kind command: stdin and stdout of any command are the pipe (ssh, podman exec, kubectl exec,
// distrobox). Plain pipes, not a socket: what such a command relays would lose descriptors.
#include "hostbroker/embedded.h"

#include "channel/glib/timer.h"

#include <fcntl.h>
#include <glib-unix.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define STOP_MS 3000
#define REASON_MAX 400

typedef struct {
    BrokerLink link; // first
    BrokerProcess *process;
    GSource *soon, *deadline;
    int read_fd, write_fd; // until handed on
    off_t log_start;
    gboolean stopping;
} Command;

// The last line that the command wrote to its stderr in this run.
static char *
last_words(const Command *c)
{
    g_autofree char *path =
        broker_host_guest_state(c->link.host, c->link.config->name, "command.log");
    char text[REASON_MAX + 1] = "";
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd >= 0 && fstat(fd, &st) == 0) {
        off_t from = MAX(c->log_start, st.st_size - REASON_MAX);
        ssize_t n = pread(fd, text, REASON_MAX, from);
        text[MAX(n, 0)] = '\0';
    }
    if (fd >= 0)
        close(fd);
    g_strchomp(text);
    const char *line = strrchr(text, '\n');
    g_autofree char *valid = g_utf8_make_valid(line ? line + 1 : text, -1);
    g_strdelimit(valid, "\r\t", ' ');
    return g_steal_pointer(&valid);
}

static void
close_fds(Command *c)
{
    if (c->read_fd >= 0)
        close(c->read_fd);
    if (c->write_fd >= 0)
        close(c->write_fd);
    c->read_fd = c->write_fd = -1;
}

static void
on_process_ended(BrokerProcess *process, int status, gpointer user)
{
    Command *c = user;
    g_autofree char *how = broker_process_describe(status);
    g_autofree char *words = last_words(c);
    g_autofree char *why = g_strdup_printf("its command '%s' %s%s%s", c->link.config->argv[0], how,
                                           *words ? ": " : "", words);

    chan_timer_clear(&c->soon);
    chan_timer_clear(&c->deadline);
    close_fds(c);
    g_clear_pointer(&c->process, broker_process_free);
    c->link.identity = (BrokerIdentity){0};
    c->link.events->ended(&c->link, c->stopping ? NULL : why, c->link.user);
}

static gboolean
on_soon(gpointer user)
{
    Command *c = user;
    int read_fd = c->read_fd, write_fd = c->write_fd;

    chan_timer_clear(&c->soon);
    if (!c->process) {
        c->link.events->ended(&c->link, NULL, c->link.user);
        return G_SOURCE_REMOVE;
    }
    c->read_fd = c->write_fd = -1;
    if (read_fd >= 0)
        c->link.events->opened(&c->link, read_fd, write_fd, c->link.user);
    return G_SOURCE_REMOVE;
}

static gboolean
start(BrokerLink *link, GError **error)
{
    Command *c = (Command *)link;
    int in[2], out[2];

    c->stopping = FALSE;
    if (c->process)
        return TRUE; // it is being ended; `ended` comes, and then it can be started
    if (!g_unix_open_pipe(in, FD_CLOEXEC, error))
        return FALSE;
    if (!g_unix_open_pipe(out, FD_CLOEXEC, error)) {
        close(in[0]);
        close(in[1]);
        return FALSE;
    }
    int log_fd = broker_embedded_log(link, "command.log");
    struct stat st;
    c->log_start = log_fd >= 0 && fstat(log_fd, &st) == 0 ? st.st_size : 0;
    BrokerSpawn how = {.argv = (const char *const *)link->config->argv,
                       .stdin_fd = in[0],
                       .stdout_fd = out[1],
                       .log_fd = log_fd};
    c->process = broker_process_spawn(link->host->context, &how, on_process_ended, c, error);
    close(in[0]);
    close(out[1]);
    if (log_fd >= 0)
        close(log_fd);
    c->read_fd = out[0];
    c->write_fd = in[1];
    if (!c->process) {
        close_fds(c);
        return FALSE;
    }
    link->identity.pid = broker_process_pid(c->process);
    link->identity.start_time = broker_process_start_time(c->process);
    c->soon = chan_timer_new(link->host->context, 0, on_soon, c);
    return TRUE;
}

static gboolean
on_deadline(gpointer user)
{
    Command *c = user;

    chan_timer_clear(&c->deadline);
    broker_process_signal(c->process, SIGKILL);
    return G_SOURCE_REMOVE;
}

static void
stop(BrokerLink *link)
{
    Command *c = (Command *)link;

    c->stopping = TRUE;
    chan_timer_clear(&c->soon);
    chan_timer_clear(&c->deadline);
    close_fds(c);
    if (c->process) {
        broker_process_signal(c->process, SIGTERM);
        c->deadline = chan_timer_new(link->host->context, STOP_MS, on_deadline, c);
    } else {
        c->soon = chan_timer_new(link->host->context, 0, on_soon, c);
    }
}

// Another pipe means another command.
static gboolean
reopen(BrokerLink *link, GError **error)
{
    Command *c = (Command *)link;

    if (!c->process)
        return start(link, error);
    broker_process_signal(c->process, SIGTERM);
    if (!c->deadline)
        c->deadline = chan_timer_new(link->host->context, STOP_MS, on_deadline, c);
    return TRUE;
}

// A command ends with the broker that held its pipe.
static gboolean
find(BrokerLink *link, const BrokerIdentity *identity)
{
    return FALSE;
}

static void
free_command(BrokerLink *link)
{
    Command *c = (Command *)link;

    chan_timer_clear(&c->soon);
    chan_timer_clear(&c->deadline);
    close_fds(c);
    broker_process_free(c->process);
    g_free(c);
}

static const BrokerKind kind_command = {.start = start,
                                        .reopen = reopen,
                                        .find = find,
                                        .stop = stop,
                                        .free = free_command,
                                        .restarts = TRUE};

BrokerLink *
broker_kind_command_new(void)
{
    Command *c = g_new0(Command, 1);

    c->link.kind = &kind_command;
    c->read_fd = c->write_fd = -1;
    return &c->link;
}
