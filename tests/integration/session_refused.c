// SPDX-License-Identifier: Apache-2.0

// casement-session against servers that are none: silent, talking nonsense, gone at once.

#include "tests/integration/session_harness.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define EXIT_CONNECT 3 // as in casement-session(1)
#define EXIT_ABANDONED 6

static Harness *
start(int *server)
{
    int rdp[2];

    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM, 0, rdp), ==, 0);
    *server = rdp[0];
    return harness_new(rdp[1], 1280, 800, 0);
}

static void
expect_refusal(Harness *h, const char *words)
{
    int status = harness_wait_exit(h, 16);

    g_assert_true(WIFEXITED(status));
    g_assert_cmpint(WEXITSTATUS(status), ==, EXIT_CONNECT);
    harness_drain(h, 0);
    g_assert_true(h->fatal);
    g_assert_nonnull(strstr(h->notices->str, words));
    g_assert_nonnull(strstr(h->notices->str, "casement guest stop probe"));
}

static void
test_silent(void)
{
    int server;
    Harness *h = start(&server);
    gint64 began = g_get_monotonic_time();

    expect_refusal(h, "did not answer within");
    g_assert_cmpint(g_get_monotonic_time() - began, <, 15 * G_USEC_PER_SEC);
    harness_free(h);
    close(server);
}

static void
test_garbage(void)
{
    char noise[4096];
    int server;
    Harness *h = start(&server);

    for (gsize i = 0; i < sizeof noise; i++)
        noise[i] = (char)(i * 7 + 3);
    g_assert_cmpint(send(server, noise, sizeof noise, MSG_NOSIGNAL), ==, sizeof noise);
    expect_refusal(h, "Could not show the windows of probe");
    harness_free(h);
    close(server);
}

// A plausible beginning (TPKT, connection confirm for plain RDP), then nothing.
static void
test_stops_in_the_middle(void)
{
    static const guint8 confirm[] = {3, 0, 0, 19, 14, 0xd0, 0, 0, 0x12, 0x34,
                                     0, 2, 0, 8,  0,  0,    0, 0, 0};
    int server;
    Harness *h = start(&server);

    g_assert_cmpint(send(server, confirm, sizeof confirm, MSG_NOSIGNAL), ==, sizeof confirm);
    expect_refusal(h, "Could not show the windows of probe");
    harness_free(h);
    close(server);
}

static void
test_closed(void)
{
    int server;
    Harness *h = start(&server);

    close(server);
    expect_refusal(h, "Could not show the windows of probe");
    harness_free(h);
}

// Execs that wait are answered, whatever becomes of the session.
static void
test_exec_is_answered(void)
{
    int server;
    Harness *h = start(&server);

    harness_exec(h, 7, CTL_EXEC_APP, "xterm", NULL);
    close(server);
    expect_refusal(h, "Could not show");
    g_assert_cmpuint(h->results->len, ==, 1);
    g_assert_cmpuint(g_array_index(h->results, CtlExecResult, 0).serial, ==, 7);
    g_assert_cmpuint(g_array_index(h->results, CtlExecResult, 0).code, ==, CTL_EXEC_NO_ANSWER);
    harness_free(h);
}

static void
test_abandoned(void)
{
    int rdp[2], status;
    Harness *h;

    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM, 0, rdp), ==, 0);
    h = harness_new(rdp[1], 1280, 800, 0);
    // Before it can connect: neither broker nor view are left, so nobody would ever end it.
    close(h->view);
    close(h->control);
    h->view = h->control = -1;
    status = harness_wait_exit(h, 28);
    g_assert_true(WIFEXITED(status));
    g_assert_true(WEXITSTATUS(status) == EXIT_ABANDONED || WEXITSTATUS(status) == EXIT_CONNECT);
    close(rdp[0]);
    harness_free(h);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/session/refused/silent", test_silent);
    g_test_add_func("/session/refused/garbage", test_garbage);
    g_test_add_func("/session/refused/stops-in-the-middle", test_stops_in_the_middle);
    g_test_add_func("/session/refused/closed", test_closed);
    g_test_add_func("/session/refused/exec-is-answered", test_exec_is_answered);
    g_test_add_func("/session/refused/abandoned", test_abandoned);
    return g_test_run();
}
