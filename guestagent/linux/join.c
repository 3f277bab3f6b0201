// SPDX-License-Identifier: Apache-2.0
#include "guestagent/linux/join.h"

#include "guestagent/linux/connect.h"
#include "guestagent/linux/stdio.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib-unix.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define START_LIMIT_MS 20000
#define BUFFER_SIZE (64 * 1024)

static char *
find_guest_dir(const char *given)
{
    const char *set = g_getenv("CASEMENT_GUEST_DIR");
    const char *runtime = g_getenv("XDG_RUNTIME_DIR");

    if (given || (set && *set))
        return g_strdup(given ? given : set);
    // Without a runtime folder (ssh without logind), a private one for this user.
    if (!runtime || !*runtime)
        return g_strdup_printf("/tmp/casement-guest-%u", (guint)getuid());
    return g_build_filename(runtime, "casement-guest", NULL);
}

static char *
supervisor_program(void)
{
    const char *set = g_getenv("CASEMENT_LIBEXECDIR");
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *dir = set && *set ? g_strdup(set) : g_path_get_dirname(self ? self : ".");

    return g_build_filename(dir, "casement-supervisor", NULL);
}

// In the child: the supervisor in a session of its own, its output in the guest's folder.
static void
become_supervisor(const char *program, const char *dir, const char *ready_fd)
{
    g_autofree char *log = g_build_filename(dir, "supervisor.log", NULL);

    (void)g_mkdir_with_parents(dir, 0700);
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    int out = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
    setsid();
    if (fork() != 0) // its parent is to be init, not a process that ends soon
        _exit(0);
    if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0 ||
        dup2(out >= 0 ? out : null, STDERR_FILENO) < 0)
        _exit(126);
    execl(program, program, "--guest-dir", dir, "--ready-fd", ready_fd, (char *)NULL);
    _exit(127);
}

// Starts a guest and waits until it is up, or said to be by another who started one just now.
static gboolean
start_guest(const char *dir, GError **error)
{
    g_autofree char *program = supervisor_program();
    char word[8];
    int fds[2];

    if (!g_unix_open_pipe(fds, FD_CLOEXEC, error))
        return FALSE;
    pid_t pid = fork();
    if (pid == 0) {
        g_autofree char *number = g_strdup_printf("%d", fds[1]);
        (void)fcntl(fds[1], F_SETFD, 0);
        become_supervisor(program, dir, number);
    }
    close(fds[1]);
    if (pid > 0)
        (void)waitpid(pid, NULL, 0);
    struct pollfd ready = {.fd = fds[0], .events = POLLIN};
    int n = pid > 0 ? poll(&ready, 1, START_LIMIT_MS) : -1;
    ssize_t got = n > 0 ? read(fds[0], word, sizeof word) : -1;
    close(fds[0]);
    if (got > 0)
        return TRUE;
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED,
                "%s did not bring up a guest in %s; %s/supervisor.log says why", program, dir, dir);
    return FALSE;
}

static gboolean
write_all(int fd, const char *bytes, gsize size)
{
    while (size > 0) {
        ssize_t n = write(fd, bytes, size);
        if (n < 0 && errno == EAGAIN) {
            struct pollfd wait = {.fd = fd, .events = POLLOUT};
            (void)poll(&wait, 1, -1);
            continue;
        }
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return FALSE;
        bytes += n;
        size -= (gsize)n;
    }
    return TRUE;
}

// Bytes of one direction. FALSE when it is over.
static gboolean
copy(int from, int to)
{
    static char buffer[BUFFER_SIZE];
    ssize_t n = read(from, buffer, sizeof buffer);

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return TRUE;
    return n > 0 && write_all(to, buffer, (gsize)n);
}

// Where the agent cannot have them. A child copies stdin to the agent, this process the other way:
// each may block on its own.
static void
copy_both_ways(int fd)
{
    pid_t pid = fork();

    if (pid == 0) {
        while (copy(STDIN_FILENO, fd))
            ;
        (void)shutdown(fd, SHUT_WR);
        _exit(0);
    }
    while (copy(fd, STDOUT_FILENO))
        ;
    if (pid > 0) {
        kill(pid, SIGTERM);
        (void)waitpid(pid, NULL, 0);
    }
}

// Until the agent leaves; a host that does is told of to the agent itself.
static void
wait_for_end(int fd)
{
    char byte;

    while (read(fd, &byte, 1) < 0 && errno == EINTR)
        ;
}

static void
join(int fd)
{
    guint8 first[AGENT_STDIO_ANSWER_MAX];
    gsize n = 0;

    // A terminal stays as it is, and the one of whoever started this.
    if (isatty(STDIN_FILENO) || isatty(STDOUT_FILENO))
        copy_both_ways(fd);
    else if (agent_stdio_offer(fd) && agent_stdio_taken(fd, first, &n))
        wait_for_end(fd);
    else if (write_all(STDOUT_FILENO, (const char *)first, n))
        copy_both_ways(fd);
}

gboolean
agent_join_stdio(const char *guest_dir, GError **error)
{
    g_autofree char *dir = find_guest_dir(guest_dir);
    g_autofree char *path = g_build_filename(dir, "agent", NULL);
    g_autoptr(GError) started = NULL;
    int fd = agent_connect_unix(path, SOCK_STREAM, NULL);

    (void)signal(SIGPIPE, SIG_IGN);
    // Also when starting failed: somebody else may have been quicker.
    if (fd < 0) {
        (void)start_guest(dir, &started);
        fd = agent_connect_unix(path, SOCK_STREAM, error);
    }
    if (fd < 0) {
        if (started && error) {
            g_clear_error(error);
            *error = g_steal_pointer(&started);
        }
        return FALSE;
    }
    join(fd);
    close(fd);
    return TRUE;
}
