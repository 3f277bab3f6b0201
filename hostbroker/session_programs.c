// SPDX-License-Identifier: Apache-2.0
#include "hostbroker/session_programs.h"

#include "channel/glib/packet.h"
#include "hostbroker/embedded.h"

#include <string.h>
#include <unistd.h>

// What a view may know of the desktop it opens windows on.
static const char *const desktop_names[] = {
    "DISPLAY",      "XAUTHORITY",   "WAYLAND_DISPLAY",
    "PULSE_SERVER", "PULSE_COOKIE", "XDG_CURRENT_DESKTOP",
    "LANG",         "LC_ALL",       "LC_CTYPE",
    "LC_MESSAGES",  "LANGUAGE",     "XMODIFIERS",
};

// Of the broker's own: for sanitizer builds and for debugging.
static const char *const own_names[] = {"ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS",
                                        "TSAN_OPTIONS", "G_MESSAGES_DEBUG"};

static char **
base_environment(const BrokerHost *host)
{
    char **env = g_environ_setenv(NULL, "PATH", "/usr/local/bin:/usr/bin:/bin", TRUE);

    for (gsize i = 0; i < G_N_ELEMENTS(own_names); i++) {
        const char *value = g_getenv(own_names[i]);
        if (value)
            env = g_environ_setenv(env, own_names[i], value, TRUE);
    }
    return env;
}

static char **
view_environment(const BrokerHost *host, const char *const *desktop)
{
    static const char *const user_names[] = {"DBUS_SESSION_BUS_ADDRESS", "USER", "LOGNAME"};
    char **env = base_environment(host);

    for (gsize i = 0; i < G_N_ELEMENTS(user_names); i++) {
        const char *value = g_getenv(user_names[i]);
        if (value)
            env = g_environ_setenv(env, user_names[i], value, TRUE);
    }
    env = g_environ_setenv(env, "HOME", g_get_home_dir(), TRUE);
    env = g_environ_setenv(env, "XDG_RUNTIME_DIR", host->runtime_dir, TRUE);
    for (gsize i = 0; i < G_N_ELEMENTS(desktop_names); i++) {
        const char *value = g_environ_getenv((char **)desktop, desktop_names[i]);
        if (value)
            env = g_environ_setenv(env, desktop_names[i], value, TRUE);
    }
    return env;
}

static BrokerProcess *
spawn(const BrokerProgramOwner *owner, BrokerSpawn *how, int *control_fd, GError **error)
{
    BrokerLink link = {.host = owner->host, .config = owner->config};
    int control[2];
    int fds[3] = {-1, -1, -1};

    if (!chan_packet_pair(control, error))
        return NULL;
    fds[0] = control[1];
    for (guint i = 0; i < how->n_fds; i++)
        fds[i + 1] = how->fds[i];
    how->fds = fds;
    how->n_fds++;
    how->stdin_fd = how->stdout_fd = -1;
    how->log_fd = broker_embedded_log(&link, "session.log");
    BrokerProcess *process =
        broker_process_spawn(owner->host->context, how, owner->ended, owner->user, error);
    if (how->log_fd >= 0)
        close(how->log_fd);
    close(control[1]);
    if (!process)
        close(control[0]);
    *control_fd = control[0];
    return process;
}

BrokerProcess *
broker_view_spawn(const BrokerProgramOwner *owner, int view_fd, const char *const *environment,
                  int *control_fd, GError **error)
{
    g_autofree char *program = broker_host_program(owner->host, "casement-view");
    const char *argv[] = {program, "--control-fd", "3", "--session-fd", "4", NULL};
    g_auto(GStrv) env = view_environment(owner->host, environment);
    BrokerSpawn how = {
        .argv = argv, .environment = (const char *const *)env, .fds = &view_fd, .n_fds = 1};

    return spawn(owner, &how, control_fd, error);
}

BrokerProcess *
broker_session_spawn(const BrokerProgramOwner *owner, int rdp_fd, int view_fd, int *control_fd,
                     GError **error)
{
    g_autofree char *program = broker_host_program(owner->host, "casement-session");
    const char *argv[] = {program, "--control-fd", "3", "--view-fd", "4", "--rdp-fd", "5", NULL};
    g_auto(GStrv) env = base_environment(owner->host);
    const int fds[] = {view_fd, rdp_fd};
    BrokerSpawn how = {
        .argv = argv, .environment = (const char *const *)env, .fds = fds, .n_fds = 2};

    return spawn(owner, &how, control_fd, error);
}
