// SPDX-License-Identifier: Apache-2.0

// casement-supervisor: holds one Linux guest (guest.h).

#include "guestagent/supervisor/guest.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <linux/keyctl.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define STOP_LIMIT_S 3

typedef struct {
    SupGuestOptions guest;
    gboolean version, as_pid_1;
    char *dir, *socket, *x_server, *xorg;
    char *port, *vsock, *connect;
    int stop_limit_s;
} Arguments;

static gboolean
parse(Arguments *a, int *argc, char ***argv, GError **error)
{
    GOptionEntry entries[] = {
        {"guest-dir", 0, 0, G_OPTION_ARG_FILENAME, &a->dir, "The guest's private folder", "DIR"},
        {"agent-fd", 0, 0, G_OPTION_ARG_INT, &a->guest.agent_fd,
         "A listening socket for the channel, inherited", "N"},
        {"agent-socket", 0, 0, G_OPTION_ARG_FILENAME, &a->socket,
         "Without --agent-fd: listen here (DIR/agent)", "PATH"},
        {"port", 0, 0, G_OPTION_ARG_FILENAME, &a->port,
         "The agent speaks on this device instead (virtio-serial)", "DEVICE"},
        {"vsock", 0, 0, G_OPTION_ARG_STRING, &a->vsock,
         "The agent listens on this vsock port instead", "PORT"},
        {"socket", 0, 0, G_OPTION_ARG_FILENAME, &a->connect,
         "The agent connects to this Unix socket instead", "PATH"},
        {"x-server", 0, 0, G_OPTION_ARG_STRING, &a->x_server,
         "auto (Xorg, else Xvfb), xorg or xvfb", "KIND"},
        {"xorg", 0, 0, G_OPTION_ARG_FILENAME, &a->xorg, "The Xorg to use", "PROGRAM"},
        {"as-pid-1", 0, 0, G_OPTION_ARG_NONE, &a->as_pid_1,
         "Started as the first process of a sandbox", NULL},
        {"ready-fd", 0, 0, G_OPTION_ARG_INT, &a->guest.ready_fd,
         "Write \"ready\" there when programs can be started", "N"},
        {"stop-limit", 0, 0, G_OPTION_ARG_INT, &a->stop_limit_s,
         "Time for programs to end by themselves (3)", "SECONDS"},
        {"version", 0, 0, G_OPTION_ARG_NONE, &a->version, "Print the version", NULL},
        {NULL}};
    g_autoptr(GOptionContext) context =
        g_option_context_new("- hold a guest: its X server, sound, session bus and programs");

    g_option_context_add_main_entries(context, entries, NULL);
    return g_option_context_parse(context, argc, argv, error);
}

static gboolean
bad_usage(GError **error, const char *text)
{
    g_set_error_literal(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, text);
    return FALSE;
}

static gboolean
is_listener(int fd)
{
    int listening = 0;
    socklen_t size = sizeof listening;

    return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) == 0 && listening;
}

static gboolean
check(Arguments *a, GError **error)
{
    static const char *const kinds[] = {"auto", "xorg", "xvfb"};
    g_autoptr(GStrvBuilder) agent = g_strv_builder_new();
    guint kind = 0;

    if (!a->dir)
        return bad_usage(error, "--guest-dir is missing");
    while (a->x_server && kind < G_N_ELEMENTS(kinds) && strcmp(a->x_server, kinds[kind]) != 0)
        kind++;
    if (kind == G_N_ELEMENTS(kinds))
        return bad_usage(error, "--x-server is one of auto, xorg and xvfb");
    if (a->guest.agent_fd >= 0 && !is_listener(a->guest.agent_fd))
        return bad_usage(error, "--agent-fd is no descriptor of a listening socket");
    if ((a->port != NULL) + (a->vsock != NULL) + (a->connect != NULL) +
            (a->guest.agent_fd >= 0 || a->socket) >
        1)
        return bad_usage(error, "only one of --agent-fd, --agent-socket, --port, --vsock and "
                                "--socket can be given");
    if (a->stop_limit_s < 0 || a->stop_limit_s > 600)
        return bad_usage(error, "--stop-limit is 0 to 600");
    if (a->as_pid_1 && getpid() != 1)
        return bad_usage(error, "--as-pid-1 is given, but this is not the first process");
    if (a->port)
        g_strv_builder_add_many(agent, "--port", a->port, NULL);
    if (a->vsock)
        g_strv_builder_add_many(agent, "--vsock", a->vsock, NULL);
    if (a->connect)
        g_strv_builder_add_many(agent, "--socket", a->connect, NULL);
    a->guest.guest_dir = a->dir;
    a->guest.agent_socket = a->socket;
    a->guest.agent_arguments = g_strv_builder_end(agent);
    a->guest.x.kind = (SupXKind)kind;
    a->guest.x.xorg = a->xorg;
    a->guest.stop_limit_s = (guint)a->stop_limit_s;
    return TRUE;
}

typedef struct {
    GMainLoop *loop;
    int status;
} Run;

static void
on_finished(int status, gpointer user)
{
    Run *run = user;

    run->status = status;
    g_main_loop_quit(run->loop);
}

static int
run_guest(const Arguments *a)
{
    g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
    g_autoptr(GError) error = NULL;
    Run run = {loop, 0};
    g_autoptr(SupGuest) guest = sup_guest_new(&a->guest, on_finished, &run, &error);

    if (!guest) {
        g_printerr("casement-supervisor: %s\n", error->message);
        return 1;
    }
    g_main_loop_run(loop);
    return run.status;
}

// The session keyring is inherited across every sandbox and may hold keys of the host's user.
static void
leave_keyring(void)
{
    if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) < 0 && errno != ENOSYS &&
        errno != EPERM)
        g_printerr("casement-supervisor: cannot leave the session keyring: %s\n",
                   g_strerror(errno));
}

int
main(int argc, char **argv)
{
    Arguments a = {.guest = {.agent_fd = -1, .ready_fd = -1}, .stop_limit_s = STOP_LIMIT_S};
    g_autoptr(GError) error = NULL;

    (void)setlocale(LC_ALL, "");
    // What else was open stays here: children get what they are given.
    (void)close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
    gboolean parsed = parse(&a, &argc, &argv, &error);
    if (parsed && a.version) {
        g_print("casement-supervisor " CASEMENT_VERSION "\n");
        return 0;
    }
    if (!parsed || !check(&a, &error)) {
        g_printerr("casement-supervisor: %s; see --help\n", error->message);
        return 2;
    }
    leave_keyring();
    int status = run_guest(&a);
    g_strfreev(a.guest.agent_arguments);
    char *texts[] = {a.dir, a.socket, a.x_server, a.xorg, a.port, a.vsock, a.connect};
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(texts[i]);
    return status;
}
