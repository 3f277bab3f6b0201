// SPDX-License-Identifier: Apache-2.0

// How fast casement-session brings raw pixels from the server's socket to its memfds, and how much
// memory it takes at 1920×1080. A real guest's stream is recorded once and then played into a fresh
// session as fast as it takes it, so that the guest's own speed does not count.
//   session_throughput [MEGABYTES]       prints JSON; exits 1 when a target is missed

#include "tests/integration/session_guest.h"
#include "tests/integration/session_harness.h"
#include "tests/integration/session_relay.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/input-event-codes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define TARGET_MB_PER_S 100
#define TARGET_MIB 90

static gboolean
is_shown(Harness *h, gpointer user)
{
    HarnessWindow *w = harness_window_titled(h, "Painted");

    return w && w->commit.buffer_id;
}

static gboolean
has_serial(Harness *h, gpointer user)
{
    return harness_window_titled(h, "Painted")->commit.serial >= GPOINTER_TO_UINT(user);
}

static void
press_n(Harness *h)
{
    for (guint32 down = 1; down <= 1; down--) {
        ViewKey m = {.evdev = KEY_N, .down = down};
        VIEW_INIT(&m, VIEW_MSG_KEY);
        harness_send_view(h, &m, sizeof m, -1);
    }
}

static off_t
size_of(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 ? st.st_size : 0;
}

// Sum of RssAnon and RssFile, MiB.
static double
memory_of(GPid pid)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/status", (int)pid), *text = NULL;
    double sum = 0;

    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    for (const char *line = text; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (g_str_has_prefix(line, "RssAnon:") || g_str_has_prefix(line, "RssFile:"))
            sum += strtod(line + 8, NULL) / 1024;
    }
    return sum;
}

static double
record(const char *path, off_t bytes)
{
    g_autofree char *painter = harness_program("session_painter");
    g_autofree char *command = g_strdup_printf("%s painter Painted 1900 1000", painter);
    Guest *guest = guest_new();
    ViewId focus = {0};

    guest_publish(guest, "painter", command);
    Relay *relay = relay_new(guest_stream(guest), RELAY_FAITHFUL, path);
    Harness *h = harness_new(relay->client, 1920, 1080, 0);
    harness_exec(h, 1, CTL_EXEC_APP, "painter", NULL);
    harness_wait(h, is_shown, NULL, 20, "the window");
    VIEW_INIT(&focus, VIEW_MSG_FOCUS);
    focus.id = harness_window_titled(h, "Painted")->id;
    harness_send_view(h, &focus, sizeof focus, -1);
    while (size_of(path) < bytes) {
        guint32 serial = harness_window_titled(h, "Painted")->commit.serial;
        press_n(h);
        harness_wait(h, has_serial, GUINT_TO_POINTER(serial + 1), 20, "a repaint");
    }
    double mib = memory_of(h->pid);
    harness_free(h);
    relay_free(relay);
    guest_free(guest);
    return mib;
}

static gboolean
send_file(int socket, int file)
{
    static char data[1024 * 1024];
    gssize n;

    while ((n = read(file, data, sizeof data)) > 0)
        for (gssize done = 0; done < n;) {
            gssize sent = send(socket, data + done, (gsize)(n - done), MSG_NOSIGNAL);
            if (sent <= 0)
                return FALSE;
            done += sent;
        }
    return n == 0;
}

static gboolean
is_over(Harness *h, gpointer user)
{
    return h->fatal;
}

// Bytes of pixels per second from the window's first commit to the end of the stream. What several
// frames changed while a commit was in flight is copied once, and counted once.
static double
play(const char *path, double *committed, double *cpu_ms_per_mb, double *window_ms)
{
    struct rusage usage;
    Harness *h;
    int pair[2];
    gint64 began;

    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), ==, 0);
    GPid player = fork();
    if (player == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        close(pair[1]);
        gboolean ok = send_file(pair[0], open(path, O_RDONLY));
        shutdown(pair[0], SHUT_WR); // what the session says is left unread
        char byte;
        while (recv(pair[0], &byte, 1, 0) > 0)
            continue;
        _exit(ok ? 0 : 1);
    }
    close(pair[0]);
    gint64 started = g_get_monotonic_time();
    h = harness_new(pair[1], 1920, 1080, 0);
    harness_wait(h, is_shown, NULL, 20, "the window of the recording");
    began = g_get_monotonic_time();
    *window_ms = MIN(*window_ms, (double)(began - started) / 1000);
    guint64 first = harness_window_titled(h, "Painted")->damaged;
    harness_wait(h, is_over, NULL, 120, "the end of the recording");
    double seconds = (double)(g_get_monotonic_time() - began) / G_USEC_PER_SEC;
    *committed = (double)(harness_window_titled(h, "Painted")->damaged - first) * 4;
    g_assert_cmpint(wait4(h->pid, NULL, 0, &usage), ==, h->pid);
    h->pid = 0;
    *cpu_ms_per_mb = ((double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e3 +
                      (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e3) /
                     ((double)size_of(path) / 1e6);
    harness_free(h);
    waitpid(player, NULL, 0);
    return *committed / seconds;
}

int
main(int argc, char **argv)
{
    off_t bytes = (argc > 1 ? atoi(argv[1]) : 200) * 1000000L;
    g_autofree char *dir = g_dir_make_tmp("casement-bench-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(dir, "stream", NULL);
    double best = 0, mib = record(path, bytes), committed = 0, cpu = 0, window_ms = G_MAXDOUBLE;

    for (int i = 0; i < 5; i++)
        best = MAX(best, play(path, &committed, &cpu, &window_ms) / 1e6);
    printf("{\"raw_mb_per_s\": %.1f, \"target_mb_per_s\": %d, \"rss_anon_file_mib\": %.1f, "
           "\"target_mib\": %d, \"recorded_mb\": %.1f, \"committed_mb\": %.1f, "
           "\"cpu_ms_per_mb\": %.2f, \"start_to_window_ms\": %.0f}\n",
           best, TARGET_MB_PER_S, mib, TARGET_MIB, (double)size_of(path) / 1e6, committed / 1e6,
           cpu, window_ms);
    unlink(path);
    rmdir(dir);
    return best >= TARGET_MB_PER_S && mib <= TARGET_MIB ? 0 : 1;
}
