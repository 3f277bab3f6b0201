// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/session_guest.h"

#include "tests/integration/session_harness.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static void
set_home(const char *home)
{
    static const char *const dirs[][2] = {{"XDG_DATA_HOME", "data"},
                                          {"XDG_CONFIG_HOME", "config"},
                                          {"XDG_CACHE_HOME", "cache"},
                                          {"XDG_STATE_HOME", "state"}};

    g_setenv("HOME", home, TRUE);
    for (gsize i = 0; i < G_N_ELEMENTS(dirs); i++) {
        g_autofree char *path = g_build_filename(home, dirs[i][1], NULL);
        g_setenv(dirs[i][0], path, TRUE);
    }
    g_unsetenv("DISPLAY");
    g_unsetenv("XAUTHORITY");
}

static GPid
start_supervisor(Guest *g, int ready)
{
    g_autofree char *program = harness_program("casement-supervisor");
    g_autofree char *ready_text = g_strdup_printf("%d", ready);
    g_autofree char *log = g_build_filename(g->dir, "supervisor.log", NULL);
    char *argv[] = {program,    "--guest-dir",  g->guest_dir, "--ready-fd",
                    ready_text, "--stop-limit", "0",          NULL};
    pid_t pid = fork();

    g_assert_cmpint(pid, >=, 0);
    if (pid > 0)
        return pid;
    prctl(PR_SET_PDEATHSIG, SIGTERM); // also when the test aborts
    set_home(g->home);
    int fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
    dup2(fd, STDOUT_FILENO);
    dup2(fd, STDERR_FILENO);
    execv(program, argv);
    _exit(127);
}

static void
wait_ready(Guest *g, int fd)
{
    char text[16] = "";
    struct pollfd p = {fd, POLLIN, 0};

    g_assert_cmpint(poll(&p, 1, 30000), ==, 1);
    gssize n = read(fd, text, sizeof text - 1);
    if (n < 5 || strncmp(text, "ready", 5) != 0)
        g_error("the guest did not start; see %s/supervisor.log", g->dir);
    close(fd);
}

Guest *
guest_new(void)
{
    Guest *g = g_new0(Guest, 1);
    g_autoptr(GError) error = NULL;
    int fds[2];

    g->dir = g_dir_make_tmp("casement-session-XXXXXX", &error);
    g_assert_no_error(error);
    g->guest_dir = g_build_filename(g->dir, "guest", NULL);
    g->home = g_build_filename(g->dir, "home", NULL);
    g_autofree char *applications = g_build_filename(g->home, "data", "applications", NULL);
    g_assert_cmpint(g_mkdir_with_parents(applications, 0700), ==, 0);
    g_assert_cmpint(pipe(fds), ==, 0);
    fcntl(fds[0], F_SETFD, FD_CLOEXEC);
    g->supervisor = start_supervisor(g, fds[1]);
    close(fds[1]);
    wait_ready(g, fds[0]);
    return g;
}

void
guest_free(Guest *g)
{
    const char *argv[] = {"rm", "-rf", g->dir, NULL};

    kill(g->supervisor, SIGTERM);
    waitpid(g->supervisor, NULL, 0);
    g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL,
                 NULL);
    g_free(g->dir);
    g_free(g->guest_dir);
    g_free(g->home);
    g_free(g);
}

void
guest_publish(Guest *g, const char *id, const char *command)
{
    g_autofree char *file = g_strconcat(id, ".desktop", NULL);
    g_autofree char *path = g_build_filename(g->home, "data", "applications", file, NULL);
    g_autofree char *text =
        g_strdup_printf("[Desktop Entry]\nType=Application\nName=%s\nExec=%s\nStartupWMClass=%s\n",
                        id, command, id);

    g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

void
guest_hand_over(Guest *g, const char *what, int take_fd)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control = {0};
    struct iovec iov = {(char *)what, strlen(what)};
    struct msghdr msg = {.msg_iov = &iov,
                         .msg_iovlen = 1,
                         .msg_control = &control,
                         .msg_controllen = sizeof control};
    gint64 until = g_get_monotonic_time() + 20 * G_USEC_PER_SEC;
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

    g_snprintf(address.sun_path, sizeof address.sun_path, "%s/rdp", g->guest_dir);
    while (connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
        g_assert_cmpint(g_get_monotonic_time(), <, until);
        poll(NULL, 0, 20);
    }
    struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(c), &take_fd, sizeof(int));
    g_assert_cmpint(sendmsg(fd, &msg, MSG_NOSIGNAL), ==, (gssize)strlen(what));
    close(take_fd);
    close(fd);
}

static int
stream(Guest *g, const char *what)
{
    int pair[2];

    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), ==, 0);
    guest_hand_over(g, what, pair[1]);
    return pair[0];
}

int
guest_stream(Guest *g)
{
    int fd = stream(g, "RDP");

    fcntl(fd, F_SETFD, 0); // casement-session inherits it
    return fd;
}

GPid
guest_process(const Guest *g, const char *name)
{
    g_autofree char *path =
        g_strdup_printf("/proc/%d/task/%d/children", g->supervisor, g->supervisor);
    g_autofree char *text = NULL;

    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_auto(GStrv) children = g_strsplit(text, " ", 0);
    for (char **child = children; *child; child++) {
        g_autofree char *command = g_strdup_printf("/proc/%s/cmdline", *child), *line = NULL;
        if (g_file_get_contents(command, &line, NULL, NULL) && strstr(line, name))
            return atoi(*child);
    }
    g_error("the guest has no process %s", name);
}

int
guest_pixels(Guest *g)
{
    return stream(g, "PIXELS");
}
