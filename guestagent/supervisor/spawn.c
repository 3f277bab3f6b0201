// SPDX-License-Identifier: Apache-2.0
#include "guestagent/supervisor/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib-unix.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

// In the child; only async-signal-safe calls, since GDBus has a thread.
static void
reset_signals(void)
{
    struct sigaction action = {.sa_handler = SIG_DFL};
    sigset_t none;

    for (int i = 1; i < NSIG; i++)
        (void)sigaction(i, &action, NULL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static int
arrange_fds(const SupSpawn *s)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    int out = s->output_fd >= 0 ? s->output_fd : STDERR_FILENO;

    if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0)
        return -1;
    if (out != STDERR_FILENO && dup2(out, STDERR_FILENO) < 0)
        return -1;
    for (guint i = 0; i < s->n_fds; i++)
        if (fcntl(s->fds[i], F_SETFD, 0) < 0)
            return -1;
    return 0;
}

static void
child(const SupSpawn *s, pid_t parent, int report_fd)
{
    int code;

    reset_signals();
    setsid();
    // A guest whose supervisor is killed must not leave its X server and programs behind.
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent)
        _exit(127);
    if (arrange_fds(s) == 0 && (!s->directory || chdir(s->directory) == 0))
        execve(s->argv[0], s->argv, s->env);
    code = errno;
    ssize_t n = write(report_fd, &code, sizeof code);
    _exit(n < 0 ? 126 : 127);
}

pid_t
sup_spawn(const SupSpawn *s, GError **error)
{
    int report[2], code = 0;
    pid_t parent = getpid();

    g_assert(g_path_is_absolute(s->argv[0]) && s->n_fds <= SUP_SPAWN_FDS_MAX);
    if (!g_unix_open_pipe(report, FD_CLOEXEC, error))
        return -1;
    pid_t pid = fork();
    if (pid == 0)
        child(s, parent, report[1]);
    if (pid < 0)
        code = errno;
    close(report[1]);
    if (pid > 0) {
        ssize_t n;
        do
            n = read(report[0], &code, sizeof code);
        while (n < 0 && errno == EINTR);
    }
    close(report[0]);
    if (code == 0)
        return pid;
    // A child that could not execute is reaped with the others, unwatched.
    g_set_error(error, G_IO_ERROR, g_io_error_from_errno(code), "cannot start %s%s%s: %s",
                s->argv[0], s->directory ? " in " : "", s->directory ? s->directory : "",
                g_strerror(code));
    return -1;
}

char *
sup_find_program(const char *name, char **env)
{
    if (strchr(name, '/'))
        return g_file_test(name, G_FILE_TEST_IS_EXECUTABLE) &&
                       !g_file_test(name, G_FILE_TEST_IS_DIR)
                   ? g_canonicalize_filename(name, NULL)
                   : NULL;
    const char *path = g_environ_getenv(env, "PATH");
    g_auto(GStrv) dirs = g_strsplit(path ? path : "/usr/local/bin:/usr/bin:/bin", ":", -1);
    for (char **dir = dirs; *name && *dir; dir++) {
        g_autofree char *file = g_build_filename(*dir, name, NULL);
        if (g_path_is_absolute(file) && g_file_test(file, G_FILE_TEST_IS_EXECUTABLE) &&
            !g_file_test(file, G_FILE_TEST_IS_DIR))
            return g_steal_pointer(&file);
    }
    return NULL;
}
