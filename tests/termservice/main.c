// SPDX-License-Identifier: Apache-2.0

// termservice: what a Windows' Remote Desktop does, built from its specifications, for tests.

#include "tests/termservice/certificate.h"
#include "tests/termservice/connection.h"
#include "tests/termservice/listener.h"
#include "tests/termservice/options.h"
#include "tests/termservice/report.h"

#include <freerdp/channels/channels.h>
#include <freerdp/freerdp.h>
#include <freerdp/primitives.h>
#include <glib-unix.h>
#include <signal.h>
#include <stdio.h>
#include <winpr/ssl.h>
#include <winpr/wlog.h>
#include <winpr/wtsapi.h>

#define MACHINE_NAME "CASEMENT-PC"

typedef struct {
    Options *options;
    char *pem;
} Machine;

static void
on_active(Connection *connection, bool signed_in, gpointer user)
{
    report("active %s", signed_in ? "session" : "logon-screen");
}

static void
on_received(Connection *connection, gpointer user)
{
}

static void
on_gone(Connection *connection, gpointer user)
{
}

static const ConnectionEvents events = {
    .active = on_active,
    .received = on_received,
    .gone = on_gone,
};

static void
on_accepted(int take_fd, gpointer user)
{
    const Machine *machine = user;
    if (connection_new(take_fd, machine->options, machine->pem, &events, user) == NULL)
        report("the RDP library failed");
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
    int status = 1;
    if (machine.pem == NULL || !prepare_library())
        (void)fprintf(stderr, "termservice: OpenSSL or the RDP library cannot be set up\n");
    else
        status = run(&machine);
    options_free(machine.options);
    g_free(machine.pem);
    return status;
}
