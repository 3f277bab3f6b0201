// SPDX-License-Identifier: Apache-2.0
// casement-remoteapp: the RemoteApp server of a Linux guest.

#include "guestagent/remoteapp/server.h"

#include <freerdp/channels/channels.h>
#include <freerdp/channels/wtsvc.h>
#include <freerdp/freerdp.h>
#include <freerdp/primitives.h>
#include <glib-unix.h>
#include <locale.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <winpr/ssl.h>
#include <winpr/wtsapi.h>

typedef struct {
    char *guest_dir, *listen, *display, *codec;
    int stdio_fd;
    gboolean version;
} Arguments;

typedef struct {
    GMainLoop *loop;
    bool lost;
} Run;

static bool
parse_codec(const char *name, RaCodec *codec)
{
    static const char *const names[] = {"auto", "raw", "planar"};
    for (guint i = 0; i < G_N_ELEMENTS(names); i++)
        if (name == NULL || strcmp(name, names[i]) == 0) {
            *codec = (RaCodec)i;
            return true;
        }
    return false;
}

static bool
parse(int *argc, char ***argv, Arguments *a)
{
    const GOptionEntry entries[] = {
        {"guest-dir", 'g', 0, G_OPTION_ARG_FILENAME, &a->guest_dir,
         "The guest's folder: streams arrive on its socket \"rdp\", programs are started through "
         "its socket \"supervisor\" (default: $CASEMENT_GUEST_DIR)",
         "DIR"},
        {"listen", 'l', 0, G_OPTION_ARG_FILENAME, &a->listen,
         "Also serve any RDP client that connects to this Unix socket (xfreerdp3 /v:PATH)", "PATH"},
        {"stdio-fd", 0, 0, G_OPTION_ARG_INT, &a->stdio_fd,
         "Also serve the connected stream on this inherited descriptor", "N"},
        {"codec", 0, 0, G_OPTION_ARG_STRING, &a->codec,
         "How pixels travel by RDP: raw, planar, or auto (whichever arrives sooner)", "CODEC"},
        {"display", 'd', 0, G_OPTION_ARG_STRING, &a->display,
         "The X display to serve (default: $DISPLAY)", "DISPLAY"},
        {"version", 'V', 0, G_OPTION_ARG_NONE, &a->version, "Show the version", NULL},
        G_OPTION_ENTRY_NULL,
    };
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_option_context_set_summary(
        context, "Shows the windows of an X display's programs to a RemoteApp client (RDP).");
    g_option_context_add_main_entries(context, entries, NULL);
    g_autoptr(GError) error = NULL;
    if (g_option_context_parse(context, argc, argv, &error) && *argc == 1)
        return true;
    fprintf(stderr, "casement-remoteapp: %s; see casement-remoteapp --help\n",
            error != NULL ? error->message : "arguments that are no options");
    return false;
}

static gboolean
on_signal(gpointer data)
{
    Run *run = data;
    g_main_loop_quit(run->loop);
    return G_SOURCE_CONTINUE;
}

static void
on_lost(gpointer user)
{
    Run *run = user;
    run->lost = true;
    g_main_loop_quit(run->loop);
}

static void
prepare_library(void)
{
    // What goes wrong is said once, by us; WLOG_LEVEL brings the library's own words back.
    g_setenv("WLOG_LEVEL", "OFF", FALSE);
    // The library allocates and frees buffers of a band for each one it sends: by mmap, each costs
    // the kernel its pages anew.
    (void)mallopt(M_MMAP_THRESHOLD, 4 * 1024 * 1024);
    (void)mallopt(M_TRIM_THRESHOLD, 4 * 1024 * 1024);
    primitives_set_hints(PRIMITIVES_ONLY_CPU); // the others are found by trying: 300 ms
    winpr_InitializeSSL(WINPR_SSL_INIT_DEFAULT);
    WTSRegisterWtsApiFunctionTable(FreeRDP_InitWtsApi());
}

static int
serve(const Arguments *a, RaCodec codec)
{
    const char *guest_dir = a->guest_dir != NULL ? a->guest_dir : g_getenv("CASEMENT_GUEST_DIR");
    if (guest_dir == NULL && a->listen == NULL && a->stdio_fd < 0) {
        fprintf(stderr, "casement-remoteapp: nobody could connect: give --guest-dir (or set "
                        "CASEMENT_GUEST_DIR), --listen or --stdio-fd\n");
        return 2;
    }
    RaServerOptions options = {
        .guest_dir = guest_dir,
        .listen = a->listen,
        .display = a->display,
        .codec = codec,
    };
    Run run = {.loop = g_main_loop_new(NULL, FALSE)};
    g_autoptr(GError) error = NULL;
    RaServer *server = ra_server_new(g_main_context_default(), &options, on_lost, &run, &error);
    if (server == NULL) {
        fprintf(stderr, "casement-remoteapp: %s\n", error->message);
        g_main_loop_unref(run.loop);
        return 1;
    }
    if (a->stdio_fd >= 0)
        ra_server_add_stream(server, a->stdio_fd);
    guint term = g_unix_signal_add(SIGTERM, on_signal, &run);
    guint interrupt = g_unix_signal_add(SIGINT, on_signal, &run);
    g_main_loop_run(run.loop);
    g_source_remove(term);
    g_source_remove(interrupt);
    if (run.lost)
        fprintf(stderr, "casement-remoteapp: the X display is gone\n");
    ra_server_free(server);
    g_main_loop_unref(run.loop);
    return run.lost ? 1 : 0;
}

int
main(int argc, char **argv)
{
    setlocale(LC_ALL, "");
    signal(SIGPIPE, SIG_IGN);
    g_set_prgname("casement-remoteapp");
    Arguments a = {.stdio_fd = -1};
    RaCodec codec = RA_CODEC_AUTO;
    int status = 2;
    if (!parse(&argc, &argv, &a)) {
        status = 2;
    } else if (a.version) {
        printf("casement-remoteapp %s\n", CASEMENT_VERSION);
        status = 0;
    } else if (!parse_codec(a.codec, &codec)) {
        fprintf(stderr, "casement-remoteapp: unknown codec '%s' (known: raw, planar, auto)\n",
                a.codec);
    } else {
        prepare_library();
        status = serve(&a, codec);
    }
    g_free(a.guest_dir);
    g_free(a.listen);
    g_free(a.display);
    g_free(a.codec);
    return status;
}
