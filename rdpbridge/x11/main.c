// SPDX-License-Identifier: Apache-2.0
// casement-view: shows a guest session's windows on the user's X display and plays its sound.

#include "rdpbridge/x11/control.h"
#include "rdpbridge/x11/session.h"
#include "rdpbridge/x11/view.h"

#include <errno.h>
#include <glib-unix.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

// Exit codes, as in casement-view(1). Those of the display are in display.h.
enum { EXIT_USAGE = 2 };

typedef struct {
    int control_fd, session_fd;
    gboolean version;
} Options;

static bool
is_packet_socket(int fd)
{
    int type = 0;
    socklen_t size = sizeof type;

    return fd > STDERR_FILENO && getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 &&
           type == SOCK_SEQPACKET;
}

static int
parse(int *argc, char ***argv, Options *o)
{
    const GOptionEntry entries[] = {
        {"control-fd", 0, 0, G_OPTION_ARG_INT, &o->control_fd, "The broker's control pipe", "N"},
        {"session-fd", 0, 0, G_OPTION_ARG_INT, &o->session_fd, "The session's view socket", "N"},
        {"version", 0, 0, G_OPTION_ARG_NONE, &o->version, "Print the version and end", NULL},
        {NULL},
    };
    g_autoptr(GError) error = NULL;
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);

    g_option_context_set_summary(context,
                                 "Shows a guest session's windows on the X display and plays its "
                                 "sound. Started by casementd; N are\nconnected SOCK_SEQPACKET "
                                 "sockets.");
    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, argc, argv, &error)) {
        fprintf(stderr, "casement-view: %s\n", error->message);
        return EXIT_USAGE;
    }
    if (*argc > 1) {
        fprintf(stderr, "casement-view: unexpected argument '%s'\n", (*argv)[1]);
        return EXIT_USAGE;
    }
    if (!o->version && (!is_packet_socket(o->control_fd) || !is_packet_socket(o->session_fd))) {
        fprintf(stderr, "casement-view: --control-fd and --session-fd must each name a connected "
                        "SOCK_SEQPACKET socket; casementd starts this program\n");
        return EXIT_USAGE;
    }
    return 0;
}

static gboolean
on_term(gpointer view)
{
    view_quit(view);
    return G_SOURCE_CONTINUE;
}

int
main(int argc, char **argv)
{
    Options options = {-1, -1, FALSE};
    g_autoptr(GError) error = NULL;

    setlocale(LC_ALL, "");
    g_set_prgname("casement-view");
    int failed = parse(&argc, &argv, &options);
    if (failed)
        return failed;
    if (options.version) {
        printf("casement-view %s\n", CASEMENT_VERSION);
        return 0;
    }
    signal(SIGPIPE, SIG_IGN);
    HostDisplay *display = host_display_open(&error);
    if (!display) {
        fprintf(stderr, "casement-view: %s\n", error->message);
        return HOST_EXIT_NO_DISPLAY;
    }
    View *view = view_new(g_main_context_default(), display);
    g_unix_signal_add(SIGTERM, on_term, view);
    g_unix_signal_add(SIGINT, on_term, view);
    view->control = host_control_new(view, options.control_fd);
    host_session_connect(view->session, options.session_fd);
    host_control_ready(view->control);
    g_main_loop_run(view->loop);
    view_free(view);
    return 0;
}
