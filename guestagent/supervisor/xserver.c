// SPDX-License-Identifier: Apache-2.0
#include "guestagent/supervisor/xserver.h"

#include "channel/glib/timer.h"
#include "guestagent/supervisor/logfile.h"
#include "guestagent/supervisor/spawn.h"
#include "guestagent/supervisor/xfiles.h"

#include <gio/gio.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define START_LIMIT_S 15
// Xvfb never grows over its first size; 4K costs 33 MB.
#define XVFB_SCREEN "3840x2160x24"

struct SupXServer {
    const SupPlaces *places;
    SupReaper *reaper;
    const SupXServerEvents *events;
    gpointer user;
    GMainContext *context;
    char **env;
    char *xorg, *xvfb; // the programs; NULL: not wanted, or not there
    gboolean tried_xorg, tried_xvfb;
    const char *name; // of the one that runs
    pid_t pid;
    GSource *display_source, *limit;
    int display_fd; // it writes its number there; -1: not awaited
    GString *display;
    gboolean is_ready;
};

static void
stop_waiting(SupXServer *x)
{
    chan_timer_clear(&x->display_source);
    chan_timer_clear(&x->limit);
    if (x->display_fd >= 0)
        close(x->display_fd);
    x->display_fd = -1;
}

static char *
find_xorg(char **env)
{
    // The program itself before a wrapper on the PATH, which may be setuid.
    static const char *const names[] = {"/usr/lib/xorg/Xorg", "/usr/libexec/Xorg", "/usr/lib/Xorg",
                                        "Xorg"};
    char *found = NULL;

    for (gsize i = 0; i < G_N_ELEMENTS(names) && !found; i++)
        found = sup_find_program(names[i], env);
    return found;
}

SupXServer *
sup_xserver_new(const SupPlaces *places, const SupXOptions *options, char **env, SupReaper *reaper,
                GError **error)
{
    g_autoptr(SupXServer) x = g_new0(SupXServer, 1);

    x->places = places;
    x->reaper = reaper;
    x->env = g_strdupv(env);
    x->display = g_string_new(NULL);
    x->display_fd = -1;
    if (options->kind != SUP_X_XVFB)
        x->xorg = options->xorg ? sup_find_program(options->xorg, env) : find_xorg(env);
    if (options->kind != SUP_X_XORG)
        x->xvfb = sup_find_program("Xvfb", env);
    if (!x->xorg && !x->xvfb) {
        g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                            "no X server for the guest: neither Xorg nor Xvfb is there (Debian: "
                            "install xserver-xorg-core and xserver-xorg-video-dummy, or xvfb)");
        return NULL;
    }
    if (!sup_xauthority_write(places, error) || !sup_xorg_conf_write(places, error))
        return NULL;
    // Only root's X server makes it; in a sandbox of its own nobody else does.
    if (g_mkdir("/tmp/.X11-unix", 01777) == 0)
        (void)chmod("/tmp/.X11-unix", 01777);
    return g_steal_pointer(&x);
}

void
sup_xserver_free(SupXServer *x)
{
    if (!x)
        return;
    stop_waiting(x);
    if (x->pid)
        sup_reaper_unwatch(x->reaper, x->pid);
    g_string_free(x->display, TRUE);
    g_strfreev(x->env);
    g_free(x->xorg);
    g_free(x->xvfb);
    g_free(x);
}

static gboolean
on_display(int fd, GIOCondition condition, gpointer user)
{
    SupXServer *x = user;
    char bytes[16];
    ssize_t n = read(fd, bytes, sizeof bytes);

    if (n > 0)
        g_string_append_len(x->display, bytes, n);
    char *end = strchr(x->display->str, '\n');
    if (n > 0 && !end && x->display->len < 16)
        return G_SOURCE_CONTINUE;
    if (!end) { // its end says what happened
        chan_timer_clear(&x->display_source);
        return G_SOURCE_REMOVE;
    }
    stop_waiting(x);
    *end = '\0';
    g_autofree char *display = g_strconcat(":", x->display->str, NULL);
    x->is_ready = TRUE;
    x->events->ready(display, x->name, x->user);
    return G_SOURCE_REMOVE;
}

static gboolean
on_limit(gpointer user)
{
    SupXServer *x = user;

    g_printerr("casement-supervisor: %s does not come up within %d s\n", x->name, START_LIMIT_S);
    chan_timer_clear(&x->limit);
    if (x->pid)
        kill(x->pid, SIGKILL);
    return G_SOURCE_REMOVE;
}

// The abstract socket stays: with -displayfd it is all that keeps two servers off one number, since
// a server without it unlinks the other's socket in /tmp/.X11-unix. The cookie guards it. The log
// has errors alone: at the next level the input driver writes a line for each key and motion.
static char **
xorg_arguments(SupXServer *x, const char *display_fd)
{
    const SupPlaces *p = x->places;
    const char *argv[] = {x->xorg,     "-displayfd", display_fd,    "-auth",       p->xauthority,
                          "-nolisten", "tcp",        "-noreset",    "-novtswitch", "-sharevts",
                          "-keeptty",  "-config",    p->xorg_conf,  "-configdir",  p->xorg_conf_dir,
                          "-logfile",  p->xorg_log,  "-logverbose", "0",           "-verbose",
                          "0",         "-s",         "0",           "-dpms",       NULL};

    return g_strdupv((char **)argv);
}

static char **
xvfb_arguments(SupXServer *x, const char *display_fd)
{
    const char *argv[] = {x->xvfb,     "-displayfd", display_fd, "-auth",   x->places->xauthority,
                          "-nolisten", "tcp",        "-noreset", "-screen", "0",
                          XVFB_SCREEN, "-s",         "0",        NULL};

    return g_strdupv((char **)argv);
}

static void try_next(SupXServer *x, const char *reason);

static void
on_ended(pid_t pid, int status, gpointer user)
{
    SupXServer *x = user;
    g_autofree char *reason = status < 0
                                  ? g_strdup_printf("%s was ended by signal %d (%s)", x->name,
                                                    -status, strsignal(-status))
                                  : g_strdup_printf("%s ended with status %d", x->name, status);

    x->pid = 0;
    stop_waiting(x);
    if (x->is_ready)
        x->events->lost(reason, x->user);
    else
        try_next(x, reason);
}

static gboolean
start(SupXServer *x, char **(*arguments)(SupXServer *, const char *), GError **error)
{
    int fds[2];

    if (!g_unix_open_pipe(fds, FD_CLOEXEC, error))
        return FALSE;
    g_autofree char *number = g_strdup_printf("%d", fds[1]);
    g_auto(GStrv) argv = arguments(x, number);
    int log = sup_log_file_open(x->places->log, "xserver", NULL);
    SupSpawn spawn = {.argv = argv, .env = x->env, .output_fd = log, .fds = {fds[1]}, .n_fds = 1};
    pid_t pid = sup_spawn(&spawn, error);
    close(fds[1]);
    if (log >= 0)
        close(log);
    if (pid < 0) {
        close(fds[0]);
        return FALSE;
    }
    x->pid = pid;
    sup_reaper_watch(x->reaper, pid, on_ended, x);
    g_string_truncate(x->display, 0);
    x->display_fd = fds[0];
    x->display_source = g_unix_fd_source_new(fds[0], G_IO_IN | G_IO_HUP);
    g_source_set_callback(x->display_source, G_SOURCE_FUNC(on_display), x, NULL);
    g_source_attach(x->display_source, x->context);
    x->limit = g_timeout_source_new_seconds(START_LIMIT_S);
    g_source_set_callback(x->limit, on_limit, x, NULL);
    g_source_attach(x->limit, x->context);
    return TRUE;
}

// Starts the next server that has not been tried; reason: why the one before is not.
static void
try_next(SupXServer *x, const char *reason)
{
    g_autoptr(GError) error = NULL;
    gboolean started = FALSE;

    if (x->xorg && !x->tried_xorg) {
        x->tried_xorg = TRUE;
        x->name = "xorg";
        started = start(x, xorg_arguments, &error);
    } else if (x->xvfb && !x->tried_xvfb) {
        if (reason)
            g_printerr("casement-supervisor: %s (see %s); taking Xvfb instead: no larger screen "
                       "than " XVFB_SCREEN " and no smooth scrolling in this guest\n",
                       reason, x->places->xorg_log);
        x->tried_xvfb = TRUE;
        x->name = "xvfb";
        started = start(x, xvfb_arguments, &error);
    } else {
        x->events->lost(reason, x->user);
        return;
    }
    if (!started)
        try_next(x, error->message);
}

void
sup_xserver_run(SupXServer *x, GMainContext *context, const SupXServerEvents *events, gpointer user)
{
    x->context = context;
    x->events = events;
    x->user = user;
    try_next(x, NULL);
}

pid_t
sup_xserver_pid(const SupXServer *x)
{
    return x->pid;
}
