// SPDX-License-Identifier: Apache-2.0

// A process that does not come back tells its broker and ends; one that does goes on as it was.

#include "rdpbridge/watchdog.h"

#include <glib.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define CODE 4

static CtlNotice
last_words(void)
{
    CtlNotice words = {.fatal = 1, .code = CODE};

    CTL_INIT(&words, CTL_NOTICE);
    CTL_SET_TEXT(words.text, "it took too long");
    return words;
}

static void
test_ends(void)
{
    CtlNotice words = last_words(), got = {0};
    int fds[2], status;

    g_assert_cmpint(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds), ==, 0);
    pid_t pid = fork();
    g_assert_cmpint(pid, >=, 0);
    if (pid == 0) {
        bridge_watchdog_start(1, fds[0], &words);
        memset(&words, 0, sizeof words);
        for (;;)
            pause();
    }
    close(fds[0]);
    g_assert_cmpint(recv(fds[1], &got, sizeof got, 0), ==, sizeof got);
    words = last_words();
    g_assert_cmpmem(&got, sizeof got, &words, sizeof words);
    g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
    g_assert_true(WIFEXITED(status));
    g_assert_cmpint(WEXITSTATUS(status), ==, CODE);
    close(fds[1]);
}

static void
another(int number)
{
}

static void
test_goes_on(void)
{
    struct sigaction before = {.sa_handler = another}, after;
    CtlNotice words = last_words();

    sigaction(SIGALRM, &before, NULL);
    alarm(1000);
    bridge_watchdog_start(500, -1, &words);
    bridge_watchdog_stop();
    g_assert_cmpuint(alarm(0), >, 500);
    sigaction(SIGALRM, NULL, &after);
    g_assert_true(after.sa_handler == another);
    bridge_watchdog_start(500, -1, &words);
    bridge_watchdog_stop();
    g_assert_cmpuint(alarm(0), ==, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/session/watchdog/ends", test_ends);
    g_test_add_func("/session/watchdog/goes-on", test_goes_on);
    return g_test_run();
}
