// SPDX-License-Identifier: Apache-2.0

// Streams on their way to a remoteapp that is there, not yet there, or never comes.

#include "guestagent/linux/handover.h"

#include <glib-unix.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static char *dir;

static int
listen_rdp(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

    g_snprintf(address.sun_path, sizeof address.sun_path, "%s/rdp", dir);
    (void)g_unlink(address.sun_path);
    g_assert_cmpint(bind(fd, (struct sockaddr *)&address, sizeof address), ==, 0);
    g_assert_cmpint(listen(fd, 4), ==, 0);
    return fd;
}

// Accepts one hand-over and returns the stream in it.
static int
receive(int listener, const char *what)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control;
    char text[8];
    struct iovec iov = {text, sizeof text};
    struct msghdr msg = {.msg_iov = &iov,
                         .msg_iovlen = 1,
                         .msg_control = &control,
                         .msg_controllen = sizeof control};
    int peer = accept(listener, NULL, NULL), fd;

    g_assert_cmpint(recvmsg(peer, &msg, MSG_CMSG_CLOEXEC), ==, (gssize)strlen(what));
    g_assert_cmpmem(text, strlen(what), what, strlen(what));
    g_assert_nonnull(CMSG_FIRSTHDR(&msg));
    memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof fd);
    close(peer);
    return fd;
}

static void
check_joined(int a, int b)
{
    char byte = 0;

    g_assert_cmpint(write(a, "x", 1), ==, 1);
    g_assert_cmpint(read(b, &byte, 1), ==, 1);
    g_assert_cmpint(byte, ==, 'x');
    close(a);
    close(b);
}

static void
test_there(void)
{
    g_autoptr(AgentHandover) handover = agent_handover_new(NULL, dir);
    int listener = listen_rdp(), pair[2];

    agent_handover_available(handover, TRUE);
    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), ==, 0);
    agent_handover_give(handover, AGENT_HANDOVER_RDP, pair[1]);
    check_joined(pair[0], receive(listener, "RDP"));
    close(listener);
}

// Each says what it is, in the order in which they came.
static void
test_pixels(void)
{
    g_autoptr(AgentHandover) handover = agent_handover_new(NULL, dir);
    int listener = listen_rdp(), rdp[2], pixels[2];

    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, rdp), ==, 0);
    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pixels), ==, 0);
    agent_handover_give(handover, AGENT_HANDOVER_RDP, rdp[1]);
    agent_handover_give(handover, AGENT_HANDOVER_PIXELS, pixels[1]);
    agent_handover_available(handover, TRUE);
    check_joined(rdp[0], receive(listener, "RDP"));
    check_joined(pixels[0], receive(listener, "PIXELS"));
    close(listener);
}

// It said it is there, but is not any more: the stream waits for the next word.
static void
test_restarted(void)
{
    g_autoptr(AgentHandover) handover = agent_handover_new(NULL, dir);
    int gone = listen_rdp(), pair[2];

    close(gone);
    agent_handover_available(handover, TRUE);
    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), ==, 0);
    agent_handover_give(handover, AGENT_HANDOVER_RDP, pair[1]);
    agent_handover_available(handover, FALSE);
    int listener = listen_rdp();
    agent_handover_available(handover, TRUE);
    check_joined(pair[0], receive(listener, "RDP"));
    close(listener);
}

// It never comes: the host sees the stream end, also when there are more than may wait.
static void
test_refused(void)
{
    g_autoptr(AgentHandover) handover = agent_handover_new(NULL, dir);
    gint64 until = g_get_monotonic_time() + 10 * G_USEC_PER_SEC;
    int pairs[10][2];
    char byte;

    for (int i = 0; i < 10; i++) {
        g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pairs[i]), ==, 0);
        g_unix_set_fd_nonblocking(pairs[i][0], TRUE, NULL);
        agent_handover_give(handover, AGENT_HANDOVER_RDP, pairs[i][1]);
    }
    g_assert_cmpint(read(pairs[9][0], &byte, 1), ==, 0);
    g_assert_cmpint(read(pairs[0][0], &byte, 1), ==, -1);
    while (read(pairs[0][0], &byte, 1) != 0) {
        g_assert_cmpint(g_get_monotonic_time(), <, until);
        g_main_context_iteration(NULL, TRUE);
    }
    for (int i = 0; i < 10; i++) {
        g_assert_cmpint(read(pairs[i][0], &byte, 1), ==, 0);
        close(pairs[i][0]);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    dir = g_dir_make_tmp("casement-handover-XXXXXX", NULL);
    g_test_add_func("/handover/there", test_there);
    g_test_add_func("/handover/pixels", test_pixels);
    g_test_add_func("/handover/restarted", test_restarted);
    g_test_add_func("/handover/refused", test_refused);
    int failed = g_test_run();
    char *cleanup[] = {(char[]){"rm"}, (char[]){"-r"}, dir, NULL};
    g_spawn_sync(NULL, cleanup, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL);
    return failed;
}
