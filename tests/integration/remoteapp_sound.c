// SPDX-License-Identifier: Apache-2.0

// Sound of the guest as a client gets it: every sample of a tone, and nothing while nothing plays.

#include "tests/integration/remoteapp_ear.h"
#include "tests/integration/remoteapp_rig.h"

#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define RATE 48000
#define HZ 440
#define SECONDS 4
#define WAIT_MS 30000
#define STALL_MS 400
#define START_LOSS_MAX (RATE / 5) // frames that may be over before recording began

static pid_t
start(const char *const *argv)
{
    pid_t pid = fork();
    if (pid != 0)
        return pid;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    execvp(argv[0], (char *const *)argv);
    _exit(127);
}

// A sound server as the supervisor starts it. The caller ends it.
static pid_t
start_pulse(const char *dir)
{
    g_autofree char *socket_path = g_build_filename(dir, "native", NULL);
    g_autofree char *native =
        g_strdup_printf("module-native-protocol-unix auth-anonymous=1 socket=%s", socket_path);
    g_autofree char *server = g_strconcat("unix:", socket_path, NULL);
    const char *const argv[] = {"pulseaudio",
                                "-n",
                                "--daemonize=no",
                                "--use-pid-file=no",
                                "--exit-idle-time=-1",
                                "--realtime=no",
                                "--high-priority=no",
                                "-L",
                                "module-null-sink sink_name=guest rate=48000 norewinds=1",
                                "-L",
                                native,
                                NULL};
    g_setenv("PULSE_SERVER", server, TRUE);
    g_setenv("PULSE_SINK", "guest", TRUE);
    g_setenv("XDG_RUNTIME_DIR", dir, TRUE);
    pid_t pid = start(argv);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    g_strlcpy(address.sun_path, socket_path, sizeof address.sun_path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    gint64 deadline = g_get_monotonic_time() + WAIT_MS * 1000;
    while (connect(fd, (const struct sockaddr *)&address, sizeof address) != 0) {
        g_assert_cmpint(g_get_monotonic_time(), <, deadline);
        poll(NULL, 0, 10);
    }
    close(fd);
    return pid;
}

static gint16
sample(guint frame)
{
    return (gint16)lrint(12000 * sin(2 * G_PI * HZ * frame / RATE));
}

static void
write_tone(const char *path)
{
    g_autoptr(GByteArray) samples = g_byte_array_new();
    for (guint i = 0; i < RATE * SECONDS; i++) {
        gint16 both[2] = {sample(i), sample(i)};
        g_byte_array_append(samples, (const guint8 *)both, sizeof both);
    }
    g_assert_true(g_file_set_contents(path, (const char *)samples->data, samples->len, NULL));
}

static gint16
heard_at(gsize frame)
{
    gint16 value = 0;
    memcpy(&value, test_ear_heard()->data + frame * 4, sizeof value);
    return value;
}

static gsize
heard_frames(void)
{
    return test_ear_heard()->len / 4;
}

static gsize
first_loud(void)
{
    gsize at = 0;
    while (at < heard_frames() && ABS(heard_at(at)) < 1000)
        at++;
    return at;
}

static bool
has_heard_all(TestClient *c, gconstpointer data)
{
    return heard_frames() >= first_loud() + RATE * SECONDS - START_LOSS_MAX;
}

typedef struct {
    gint64 end_us;
    gsize frames;
} Quiet;

static bool
is_over(TestClient *c, gconstpointer data)
{
    return g_get_monotonic_time() >= ((const Quiet *)data)->end_us;
}

// From its first sample on, what was heard is the tone, sample for sample.
static void
check_tone(void)
{
    gsize at = first_loud();
    gsize n = RATE * SECONDS - START_LOSS_MAX;
    // Where in the tone the recording begins: one period repeats only every 1200 frames.
    guint phase = 0;
    for (guint p = 0; p < 1200 && phase == 0; p++) {
        gsize i = 0;
        while (i < 200 && ABS(heard_at(at + i) - sample(p + (guint)i)) <= 1)
            i++;
        phase = i == 200 ? p : 0;
    }
    g_assert_cmpuint(phase, >, 0);
    for (gsize i = 0; i < n; i++)
        if (ABS(heard_at(at + i) - sample(phase + (guint)i)) > 1)
            g_error("after %.3f s the tone is not the tone (%d instead of %d, then %d)",
                    (double)i / RATE, heard_at(at + i), sample(phase + (guint)i),
                    heard_at(at + i + 20));
}

// The server has its stream for recording, which waits for a program that plays.
static bool
is_listening(TestClient *c, gconstpointer data)
{
    const char *const argv[] = {"pactl", "list", "short", "source-outputs", NULL};
    g_autofree char *out = NULL;
    g_assert_true(g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &out,
                               NULL, NULL, NULL));
    return *out != '\0';
}

static bool
has_heard_a_second(TestClient *c, gconstpointer data)
{
    return heard_frames() >= first_loud() + RATE;
}

// The server is held up in the middle of the tone: what it then has to send is late, not new.
static void
stall(TestClient *c, const Rig *rig)
{
    g_assert_true(test_client_until(c, has_heard_a_second, NULL, WAIT_MS));
    kill(rig->remoteapp, SIGSTOP);
    Quiet quiet = {g_get_monotonic_time() + STALL_MS * 1000, 0};
    test_client_until(c, is_over, &quiet, WAIT_MS);
    kill(rig->remoteapp, SIGCONT);
}

static void
test_tone(void)
{
    g_autofree char *dir = g_dir_make_tmp("casement-sound-XXXXXX", NULL);
    pid_t pulse = start_pulse(dir);
    Rig *rig = rig_new(NULL);
    g_autofree char *tone = g_build_filename(rig->dir, "tone.raw", NULL);
    write_tone(tone);
    TestClientOptions options = {.sound = true};
    TestClient *c = rig_connect(rig, &options);
    g_assert_true(test_client_until(c, is_listening, NULL, WAIT_MS));
    const char *const play[] = {"paplay",       "--raw",          "--rate=48000", "--format=s16le",
                                "--channels=2", "--volume=65536", tone,           NULL};
    pid_t player = start(play);
    stall(c, rig);
    g_assert_true(test_client_until(c, has_heard_all, NULL, WAIT_MS));
    check_tone();
    kill(player, SIGTERM); // if it is still there
    waitpid(player, NULL, 0);
    // Recording ends some time after the last program; then nothing comes any more.
    Quiet quiet = {g_get_monotonic_time() + 2 * G_USEC_PER_SEC, 0};
    test_client_until(c, is_over, &quiet, WAIT_MS);
    gsize frames = heard_frames();
    quiet.end_us = g_get_monotonic_time() + G_USEC_PER_SEC;
    test_client_until(c, is_over, &quiet, WAIT_MS);
    g_assert_cmpuint(heard_frames(), ==, frames);
    test_client_free(c);
    rig_free(rig);
    kill(pulse, SIGTERM);
    waitpid(pulse, NULL, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/remoteapp/sound/tone", test_tone);
    return g_test_run();
}
