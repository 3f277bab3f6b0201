// SPDX-License-Identifier: Apache-2.0

// termservice: what a Windows' Remote Desktop does, built from its specifications, for tests.

#include "tests/termservice/certificate.h"
#include "tests/termservice/connection.h"
#include "tests/termservice/listener.h"
#include "tests/termservice/options.h"
#include "tests/termservice/report.h"
#include "tests/termservice/script.h"

#include <freerdp/channels/channels.h>
#include <freerdp/freerdp.h>
#include <freerdp/primitives.h>
#include <glib-unix.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include <winpr/ssl.h>
#include <winpr/wlog.h>
#include <winpr/wtsapi.h>

#define MACHINE_NAME "CASEMENT-PC"

#ifdef __SANITIZE_ADDRESS__
// winpr's NTLM loses the messages of a sign-in that it refused.
const char *__lsan_default_suppressions(void);
const char *
__lsan_default_suppressions(void)
{
    return "leak:libwinpr3.so\n";
}
#endif

typedef struct {
    Options *options;
    char *pem;
    Session *session;
    GMainLoop *loop;
} Machine;

static void
on_active(Connection *connection, bool signed_in, gpointer user)
{
    Machine *machine = user;
    session_attach(machine->session, connection, signed_in);
}

static void
on_received(Connection *connection, gpointer user)
{
    Machine *machine = user;
    session_receive(machine->session, connection);
}

static void
on_gone(Connection *connection, gpointer user)
{
    Machine *machine = user;
    session_detach(machine->session, connection);
}

static const ConnectionEvents events = {
    .active = on_active,
    .received = on_received,
    .gone = on_gone,
};

static void
on_accepted(int take_fd, gpointer user)
{
    Machine *machine = user;
    if (connection_new(take_fd, machine->options, machine->pem, &events, user) == NULL)
        report("the RDP library failed");
}

// A pipe ends with the test at its other end, and so do we; anything else may be no more than
// empty.
static gboolean
on_commands_end(const Machine *machine)
{
    struct stat status;
    if (fstat(STDIN_FILENO, &status) == 0 && S_ISFIFO(status.st_mode))
        g_main_loop_quit(machine->loop);
    return G_SOURCE_REMOVE;
}

static gboolean
on_commands(GIOChannel *channel, GIOCondition condition, gpointer user)
{
    Machine *machine = user;
    g_autofree char *line = NULL;
    gsize end = 0;
    if (g_io_channel_read_line(channel, &line, NULL, &end, NULL) != G_IO_STATUS_NORMAL)
        return on_commands_end(machine);
    line[end] = '\0';
    script_run(machine->session, line);
    return G_SOURCE_CONTINUE;
}

static gboolean
on_signal(gpointer user)
{
    g_main_loop_quit(user);
    return G_SOURCE_REMOVE;
}

static bool
prepare_library(void)
{
    primitives_set_hints(PRIMITIVES_ONLY_CPU); // measuring them takes 0.3 s
    (void)signal(SIGPIPE, SIG_IGN);
    (void)WLog_SetLogLevel(WLog_GetRoot(),
                           WLOG_WARN); // below that it writes to stdout, which is ours
    return winpr_InitializeSSL(WINPR_SSL_INIT_DEFAULT) &&
           WTSRegisterWtsApiFunctionTable(FreeRDP_InitWtsApi());
}

static void
report_certificate(const char *pem)
{
    g_autofree char *sha1 = certificate_hash(pem, EVP_sha1());
    g_autofree char *sha256 = certificate_hash(pem, EVP_sha256());
    report("certificate sha1=%s sha256=%s", sha1, sha256);
}

static int
run(Machine *machine)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
    Listener *listener = listener_new(machine->options, on_accepted, machine, &error);
    if (listener == NULL) {
        (void)fprintf(stderr, "termservice: cannot listen: %s\n", error->message);
        return 1;
    }
    report_certificate(machine->pem);
    machine->loop = loop;
    GIOChannel *commands = g_io_channel_unix_new(STDIN_FILENO);
    g_io_add_watch(commands, G_IO_IN | G_IO_HUP, on_commands, machine);
    g_io_channel_unref(commands);
    g_unix_signal_add(SIGTERM, on_signal, loop);
    g_unix_signal_add(SIGINT, on_signal, loop);
    g_main_loop_run(loop);
    listener_free(listener);
    return 0;
}

int
main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    Machine machine = {.options = options_parse(argc, argv, &error)};
    if (machine.options == NULL) {
        (void)fprintf(stderr, "termservice: %s\n", error->message);
        return 2;
    }
    machine.pem = certificate_make(MACHINE_NAME);
    machine.session = session_new(machine.options);
    int status = 1;
    if (machine.pem == NULL || !prepare_library())
        (void)fprintf(stderr, "termservice: OpenSSL or the RDP library cannot be set up\n");
    else
        status = run(&machine);
    session_free(machine.session);
    options_free(machine.options);
    g_free(machine.pem);
    return status;
}
