// SPDX-License-Identifier: Apache-2.0

// casement-session: the RDP client of one guest session, in a sandbox (packaging/man has its page).

#include "rdpbridge/rdp.h"
#include "rdpbridge/sandbox.h"
#include "rdpbridge/session.h"

#include <errno.h>
#include <fcntl.h>
#include <freerdp/primitives.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <winpr/ssl.h>
#include <winpr/wlog.h>

#ifdef BRIDGE_SANITIZED
// The search for leaks at the end would start a process and trace, which the sandbox ends.
const char *__asan_default_options(void);
const char *
__asan_default_options(void)
{
    return "detect_leaks=0";
}
#endif

typedef struct {
    gint control, view, rdp;
    gboolean version;
} Options;

static gboolean
is_socket(int fd, int type)
{
    int have = 0;
    socklen_t size = sizeof have;

    return fd > STDERR_FILENO && getsockopt(fd, SOL_SOCKET, SO_TYPE, &have, &size) == 0 &&
           have == type;
}

static gboolean
parse(Options *o, int *argc, char ***argv)
{
    const GOptionEntry entries[] = {
        {"control-fd", 0, 0, G_OPTION_ARG_INT, &o->control, "Control pipe to casementd", "N"},
        {"view-fd", 0, 0, G_OPTION_ARG_INT, &o->view, "Socket to casement-view", "N"},
        {"rdp-fd", 0, 0, G_OPTION_ARG_INT, &o->rdp, "Stream to the guest's RemoteApp server", "N"},
        {"version", 0, 0, G_OPTION_ARG_NONE, &o->version, "Print the version and exit", NULL},
        {0}};
    g_autoptr(GOptionContext) context = g_option_context_new("- show a guest's windows");
    g_autoptr(GError) error = NULL;

    g_option_context_set_summary(context, "Started by casementd; of no use by hand.");
    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, argc, argv, &error)) {
        fprintf(stderr, "casement-session: %s\n", error->message);
        return FALSE;
    }
    if (o->version)
        return TRUE;
    if (*argc > 1)
        fprintf(stderr, "casement-session: unknown argument \"%s\"\n", (*argv)[1]);
    else if (!is_socket(o->control, SOCK_SEQPACKET))
        fprintf(stderr, "casement-session: --control-fd must name a SOCK_SEQPACKET socket\n");
    else if (!is_socket(o->view, SOCK_SEQPACKET))
        fprintf(stderr, "casement-session: --view-fd must name a SOCK_SEQPACKET socket\n");
    else if (!is_socket(o->rdp, SOCK_STREAM))
        fprintf(stderr, "casement-session: --rdp-fd must name a SOCK_STREAM socket\n");
    else
        return TRUE;
    return FALSE;
}

// Everything of the libraries that reads files or takes long, before the sandbox closes.
static void
warm_up(void)
{
    if (!g_getenv("WLOG_LEVEL"))
        g_setenv("WLOG_LEVEL", "OFF", TRUE);   // the guest could fill the log
    primitives_set_hints(PRIMITIVES_ONLY_CPU); // benchmarking them takes 310 ms
    winpr_InitializeSSL(WINPR_SSL_INIT_DEFAULT);
    primitives_get();
    bridge_rdp_register_addins();
    tzset();
}

static void
note_layers(BridgeSession *session, unsigned layers)
{
    g_autofree char *text = g_strdup_printf(
        "sandbox: seccomp%s%s%s", layers & BRIDGE_SANDBOX_LANDLOCK ? ", Landlock" : "",
        layers & BRIDGE_SANDBOX_NAMESPACES ? ", namespaces" : "",
        layers & BRIDGE_SANDBOX_EMPTY_ROOT ? ", empty root" : "");

    g_debug("%s", text);
    if (g_getenv("CASEMENT_DEBUG"))
        bridge_session_note(session, text);
}

int
main(int argc, char **argv)
{
    static const char *const keep[] = {"G_MESSAGES_DEBUG", "G_DEBUG",          "WLOG_LEVEL",
                                       "CASEMENT_DEBUG",   "ASAN_OPTIONS",     "UBSAN_OPTIONS",
                                       "TSAN_OPTIONS",     "MALLOC_ARENA_MAX", NULL};
    Options options = {-1, -1, -1, FALSE};

    if (!parse(&options, &argc, &argv))
        return BRIDGE_EXIT_USAGE;
    if (options.version) {
        printf("casement-session %s\n", CASEMENT_VERSION);
        return BRIDGE_EXIT_QUIT;
    }
    const int fds[] = {options.control, options.view, options.rdp};
    bridge_sandbox_clean(fds, G_N_ELEMENTS(fds), keep);
    for (gsize i = 0; i < G_N_ELEMENTS(fds); i++)
        fcntl(fds[i], F_SETFD, FD_CLOEXEC);
    signal(SIGPIPE, SIG_IGN);
    warm_up();

    g_autoptr(GMainContext) context = g_main_context_new();
    g_autoptr(BridgeSession) session =
        bridge_session_new(context, options.control, options.view, options.rdp);
    if (!session) {
        fprintf(stderr, "casement-session: the RDP library could not be set up\n");
        return BRIDGE_EXIT_INTERNAL;
    }
    unsigned layers = bridge_sandbox_enter();
    if (!(layers & BRIDGE_SANDBOX_SECCOMP)) {
        fprintf(stderr, "casement-session: could not set up the system call filter: %s\n",
                g_strerror(errno));
        return BRIDGE_EXIT_SANDBOX;
    }
    note_layers(session, layers);
    return (int)bridge_session_run(session);
}
