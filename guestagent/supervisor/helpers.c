// SPDX-License-Identifier: Apache-2.0
#include "guestagent/supervisor/helpers.h"

#include "guestagent/supervisor/protocol.h"

#include <errno.h>
#include <gio/gio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define SOUND_TRIES 5

char *
sup_own_program(const char *name, GError **error)
{
    const char *set = g_getenv("CASEMENT_LIBEXECDIR");
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *dir = set && *set ? g_strdup(set) : self ? g_path_get_dirname(self) : NULL;
    g_autofree char *path = dir ? g_build_filename(dir, name, NULL) : NULL;

    if (path && g_file_test(path, G_FILE_TEST_IS_EXECUTABLE))
        return g_canonicalize_filename(path, NULL);
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                "%s is not installed (looked for %s; $CASEMENT_LIBEXECDIR names another folder)",
                name, path ? path : name);
    return NULL;
}

SupKeeper *
sup_sound_new(const SupHelperNeeds *n, GError **error)
{
    g_autofree char *program = sup_find_program("pulseaudio", n->env);

    if (!program) {
        g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                            "pulseaudio is not installed (Debian: install pulseaudio)");
        return NULL;
    }
    if (strpbrk(n->places->pulse, " \"'\\")) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_FILENAME,
                    "the path %s cannot be given to pulseaudio", n->places->pulse);
        return NULL;
    }
    // norewinds: with rewinds, streams ran at 60 % of real time. Suspended, the sink does not
    // render silence 50 times a second. What the host's microphone hears is played to a sink of its
    // own, whose monitor is the source, by a name under which programs do not take it for one. The
    // folder is private, so whoever reaches the socket is of the guest.
    g_autofree char *protocol =
        g_strdup_printf("module-native-protocol-unix auth-anonymous=1 socket=%s", n->places->pulse);
    static char for_microphone[] = "module-null-sink sink_name=" SUPERVISOR_MICROPHONE_SINK
                                   " rate=48000 norewinds=1 sink_properties="
                                   "'device.description=\"For the microphone\"'";
    static char microphone[] = "module-remap-source master=" SUPERVISOR_MICROPHONE_SINK
                               ".monitor source_name=" SUPERVISOR_MICROPHONE_SOURCE
                               " source_properties='device.description=\"Microphone\" "
                               "device.icon_name=audio-input-microphone'";
    char *argv[] = {program,
                    "-n",
                    "--daemonize=no",
                    "--use-pid-file=no",
                    "--exit-idle-time=-1",
                    "--disallow-exit=yes",
                    "--realtime=no",
                    "--high-priority=no",
                    "--log-level=error",
                    "--log-target=stderr",
                    "-L",
                    "module-null-sink sink_name=guest rate=48000 norewinds=1",
                    "-L",
                    for_microphone,
                    "-L",
                    microphone,
                    "-L",
                    "module-suspend-on-idle timeout=5",
                    "-L",
                    protocol,
                    NULL};
    g_auto(GStrv) own =
        g_environ_setenv(g_strdupv(n->env), "PULSE_RUNTIME_PATH", n->places->run, TRUE);
    g_autofree char *state = g_build_filename(n->places->run, "pulse-state", NULL);
    own = g_environ_setenv(own, "PULSE_STATE_PATH", state, TRUE);
    // A server that finds itself in the environment takes it for another one.
    own = g_environ_unsetenv(own, "PULSE_SERVER");
    own = g_environ_unsetenv(own, "DBUS_SESSION_BUS_ADDRESS");
    SupSpawn spawn = {.argv = argv, .env = own, .output_fd = -1};
    return sup_keeper_new("pulseaudio", &spawn, n->reaper, SOUND_TRIES, n->events, n->user);
}

static int
listen_on(const char *path, GError **error)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = -1;

    if (strlen(path) >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
    } else {
        g_strlcpy(address.sun_path, path, sizeof address.sun_path);
        (void)unlink(path);
        fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    }
    if (fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof address) == 0 && listen(fd, 8) == 0)
        return fd;
    g_set_error(error, G_IO_ERROR, g_io_error_from_errno(errno), "cannot listen on %s: %s", path,
                g_strerror(errno));
    if (fd >= 0)
        close(fd);
    return -1;
}

SupKeeper *
sup_agent_new(const SupHelperNeeds *n, const SupGuestOptions *options, GError **error)
{
    g_autofree char *program = sup_own_program("casement-agent", error);
    g_autoptr(GStrvBuilder) argv = g_strv_builder_new();
    SupSpawn spawn = {.env = n->env, .output_fd = -1};

    if (!program)
        return NULL;
    g_strv_builder_add(argv, program);
    if (options->agent_arguments && options->agent_arguments[0]) {
        g_strv_builder_addv(argv, (const char **)options->agent_arguments);
    } else {
        // The descriptor stays open here, so that nobody who connects while the agent is being
        // restarted is refused.
        const char *path = options->agent_socket ? options->agent_socket : n->places->agent;
        int fd = options->agent_fd >= 0 ? options->agent_fd : listen_on(path, error);
        if (fd < 0)
            return NULL;
        g_autofree char *number = g_strdup_printf("%d", fd);
        g_strv_builder_add_many(argv, "--listen-fd", number, NULL);
        spawn.fds[spawn.n_fds++] = fd;
    }
    g_auto(GStrv) all = g_strv_builder_end(argv);
    spawn.argv = all;
    return sup_keeper_new("casement-agent", &spawn, n->reaper, 0, n->events, n->user);
}

SupKeeper *
sup_remoteapp_new(const SupHelperNeeds *n, GError **error)
{
    g_autofree char *program = sup_own_program("casement-remoteapp", error);
    char *argv[] = {program, NULL};
    SupSpawn spawn = {.argv = argv, .env = n->env, .output_fd = -1};

    return program ? sup_keeper_new("casement-remoteapp", &spawn, n->reaper, 0, n->events, n->user)
                   : NULL;
}
