// SPDX-License-Identifier: Apache-2.0

// What casement-remoteapp alone costs: raw pixels through its socket to a client's surfaces, and
// the way of a key press to a changed pixel and back. Prints one JSON object.
//
// usage: remoteapp_bench [SECONDS [WIDTH HEIGHT]]

#include "rdpbridge/transport.h"
#include "tests/integration/remoteapp_rig.h"

#include <freerdp/input.h>
#include <freerdp/scancode.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define PRESSES 300
#define WAIT_MS 10000
#define PAINT_EVERY_MS 5 // more than can be sent, less than the display's whole time

static BridgeTransport *transport;

// Reads ahead, as casement-session does; the library alone costs more than the server.
static void
prepare(rdpContext *context, int fd)
{
    g_clear_pointer(&transport, bridge_transport_free);
    transport = bridge_transport_install(context, fd, NULL);
}

static const TestClientOptions options = {.prepare = prepare};

typedef struct {
    gint64 end_us;
} Until;

static bool
is_over(TestClient *c, gconstpointer data)
{
    return g_get_monotonic_time() >= ((const Until *)data)->end_us;
}

static GPid
start_target(void)
{
    g_autofree char *program = rig_program("chain_target");
    const char *argv[] = {program, "320", "240", NULL};
    GPid pid = 0;
    g_assert_true(
        g_spawn_async(NULL, (char **)argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &pid, NULL));
    return pid;
}

// A program that repaints its window again and again, each time waiting for the display as one
// does that paints frames; one that floods the display measures the display's scheduler.
static pid_t
start_painter(int width, int height)
{
    pid_t pid = fork();
    if (pid != 0)
        return pid;
    Rig rig = {.dpy = XOpenDisplay(NULL)};
    XRectangle all = {0, 0, (unsigned short)width, (unsigned short)height};
    Window window = rig_window(&rig, "painter", &all, 0);
    for (unsigned long n = 0;; n++) {
        rig_fill(&rig, window, &all, (n * 0x35a74fUL) & 0xffffffUL);
        XSync(rig.dpy, False);
        poll(NULL, 0, PAINT_EVERY_MS);
    }
}

static double
measure_throughput(double seconds, int width, int height)
{
    Rig *rig = rig_new(NULL);
    TestClient *c = rig_connect(rig, &options);
    pid_t painter = start_painter(width, height);
    g_assert_nonnull(test_client_wait_window(c, "painter", WAIT_MS));
    Until warm = {g_get_monotonic_time() + G_USEC_PER_SEC / 2};
    test_client_until(c, is_over, &warm, WAIT_MS);
    guint64 before = test_client_pixel_bytes(c);
    gint64 start = g_get_monotonic_time();
    Until until = {start + (gint64)(seconds * G_USEC_PER_SEC)};
    test_client_until(c, is_over, &until, (guint)(seconds * 1000) + WAIT_MS);
    double took = (double)(g_get_monotonic_time() - start) / G_USEC_PER_SEC;
    double rate = (double)(test_client_pixel_bytes(c) - before) / took / 1e6;
    kill(painter, SIGKILL);
    waitpid(painter, NULL, 0);
    test_client_free(c);
    rig_free(rig);
    return rate;
}

static bool
has_changed(TestClient *c, gconstpointer data)
{
    const guint32 *before = data;
    return test_client_pixel(c, before[0], 4, 4) != before[1];
}

static int
compare(const void *a, const void *b)
{
    gint64 x = *(const gint64 *)a, y = *(const gint64 *)b;
    return x < y ? -1 : x > y;
}

static void
measure_latency(double *p50, double *p99)
{
    Rig *rig = rig_new(NULL);
    TestClient *c = rig_connect(rig, &options);
    GPid target = start_target();
    TestWindow *w = test_client_wait_window(c, "chain_target", WAIT_MS);
    g_assert_nonnull(w);
    guint32 id = w->id;
    test_client_activate(c, id);
    Until warm = {g_get_monotonic_time() + G_USEC_PER_SEC / 2};
    test_client_until(c, is_over, &warm, WAIT_MS);
    gint64 took[PRESSES];
    for (int i = 0; i < PRESSES; i++) {
        guint32 before[2] = {id, test_client_pixel(c, id, 4, 4)};
        gint64 start = g_get_monotonic_time();
        rdpInput *input = test_client_input(c);
        freerdp_input_send_keyboard_event_ex(input, TRUE, FALSE, RDP_SCANCODE_KEY_A);
        g_assert_true(test_client_until(c, has_changed, before, WAIT_MS));
        took[i] = g_get_monotonic_time() - start;
        freerdp_input_send_keyboard_event_ex(input, FALSE, FALSE, RDP_SCANCODE_KEY_A);
        Until rest = {g_get_monotonic_time() + 5000};
        test_client_until(c, is_over, &rest, WAIT_MS);
    }
    qsort(took, PRESSES, sizeof *took, compare);
    const size_t middle = PRESSES / 2, last_but_one_in_100 = PRESSES * 99 / 100;

    *p50 = (double)took[middle] / 1e3;
    *p99 = (double)took[last_but_one_in_100] / 1e3;
    kill(target, SIGTERM);
    test_client_free(c);
    rig_free(rig);
}

int
main(int argc, char **argv)
{
    double seconds = argc > 1 ? g_ascii_strtod(argv[1], NULL) : 3;
    int width = argc > 3 ? atoi(argv[2]) : 1280, height = argc > 3 ? atoi(argv[3]) : 720;
    double p50 = 0, p99 = 0;
    measure_latency(&p50, &p99);
    double rate = measure_throughput(seconds, width, height);
    printf(
        "{\"raw_mb_per_s\": %.1f, \"key_to_pixel_p50_ms\": %.3f, \"key_to_pixel_p99_ms\": %.3f}\n",
        rate, p50, p99);
    return 0;
}
