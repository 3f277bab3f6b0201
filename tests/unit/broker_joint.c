// SPDX-License-Identifier: Apache-2.0

// Two sockets made one: every byte, in order, both ways, under back-pressure; half-close; ends.

#include "hostbroker/joint.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SIZE (3u * 1024 * 1024)
#define PIECE 70001

typedef struct {
    GMainContext *context;
    BrokerJoint *joint;
    int ends[2]; // ours
    guint ended;
} Test;

static void
on_ended(BrokerJoint *joint, gpointer user)
{
    Test *t = user;

    g_assert_true(joint == t->joint);
    t->ended++;
    broker_joint_free(g_steal_pointer(&t->joint));
}

static void
set_up(Test *t, gconstpointer data)
{
    int a[2], b[2];

    t->context = g_main_context_new();
    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, a), ==, 0);
    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, b), ==, 0);
    t->ends[0] = a[0];
    t->ends[1] = b[0];
    t->joint = broker_joint_new(t->context, a[1], b[1], on_ended, t);
}

static void
tear_down(Test *t, gconstpointer data)
{
    broker_joint_free(t->joint);
    for (int i = 0; i < 2; i++)
        if (t->ends[i] >= 0)
            close(t->ends[i]);
    g_main_context_unref(t->context);
}

static void
turn(Test *t)
{
    for (int i = 0; i < 20 && g_main_context_iteration(t->context, FALSE); i++)
        ;
}

static guint8
byte_at(int end, gsize i)
{
    return (guint8)(i * 31 + i / 251 + (gsize)end);
}

static void
test_bytes(Test *t, gconstpointer data)
{
    gsize sent[2] = {0}, received[2] = {0};
    g_autofree guint8 *piece = g_malloc(PIECE);

    while (received[0] < SIZE || received[1] < SIZE) {
        for (int i = 0; i < 2; i++) {
            gsize n = MIN(PIECE, SIZE - sent[i]);
            for (gsize k = 0; k < n; k++)
                piece[k] = byte_at(i, sent[i] + k);
            ssize_t done = n > 0 ? send(t->ends[i], piece, n, 0) : 0;
            g_assert_true(done >= 0 || errno == EAGAIN);
            sent[i] += done > 0 ? (gsize)done : 0;
        }
        turn(t);
        for (int i = 0; i < 2; i++) {
            // Less than comes: the joint has to hold back.
            ssize_t n = recv(t->ends[i], piece, PIECE / 2, 0);
            g_assert_true(n > 0 || errno == EAGAIN);
            for (ssize_t k = 0; k < n; k++)
                g_assert_cmpuint(piece[k], ==, byte_at(!i, received[i] + (gsize)k));
            received[i] += n > 0 ? (gsize)n : 0;
        }
    }
    g_assert_cmpuint(t->ended, ==, 0);
}

static void
test_half_close(Test *t, gconstpointer data)
{
    char buffer[16];

    g_assert_cmpint(send(t->ends[0], "last", 4, 0), ==, 4);
    shutdown(t->ends[0], SHUT_WR);
    turn(t);
    g_assert_cmpint(recv(t->ends[1], buffer, sizeof buffer, 0), ==, 4);
    g_assert_cmpint(recv(t->ends[1], buffer, sizeof buffer, 0), ==, 0);
    // The other way is still open, and nothing turns in vain.
    g_assert_false(g_main_context_iteration(t->context, FALSE));
    g_assert_cmpint(send(t->ends[1], "answer", 6, 0), ==, 6);
    turn(t);
    g_assert_cmpint(recv(t->ends[0], buffer, sizeof buffer, 0), ==, 6);
    g_assert_cmpuint(t->ended, ==, 0);
    shutdown(t->ends[1], SHUT_WR);
    turn(t);
    g_assert_cmpuint(t->ended, ==, 1);
    g_assert_cmpint(recv(t->ends[0], buffer, sizeof buffer, 0), ==, 0);
}

static void
test_closed(Test *t, gconstpointer data)
{
    char buffer[16];

    close(t->ends[0]);
    t->ends[0] = -1;
    turn(t);
    g_assert_cmpint(recv(t->ends[1], buffer, sizeof buffer, 0), ==, 0);
    // Whoever writes to one that is gone ends both.
    (void)send(t->ends[1], "x", 1, MSG_NOSIGNAL);
    turn(t);
    g_assert_cmpuint(t->ended, ==, 1);
}

#define ADD(path, test) g_test_add("/joint/" path, Test, NULL, set_up, test, tear_down)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("bytes", test_bytes);
    ADD("half-close", test_half_close);
    ADD("closed", test_closed);
    return g_test_run();
}
