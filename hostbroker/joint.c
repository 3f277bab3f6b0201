// SPDX-License-Identifier: Apache-2.0
#include "hostbroker/joint.h"

#include <errno.h>
#include <glib-unix.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BUFFER_SIZE (128 * 1024)
#define ROUNDS 8 // before others have a turn

typedef struct {
    guint8 *bytes;
    gsize start, end;
    bool ended, told; // nothing more comes; the other side knows
} Flow;

typedef struct {
    GSource base;
    BrokerJoint *joint;
} JointSource;

struct BrokerJoint {
    GSource *source;
    int fds[2];
    gpointer tags[2]; // NULL: nothing is wanted of this one
    Flow flows[2];    // from fds[i] to the other
    BrokerJointEnded ended;
    gpointer user;
};

// One that is not waited for is not polled: a closed one would be ready for ever.
static void
watch(BrokerJoint *j, int i)
{
    const Flow *in = &j->flows[i], *out = &j->flows[!i];
    GIOCondition wanted = 0;

    if (!in->ended && in->start == in->end)
        wanted |= G_IO_IN;
    if (out->start < out->end)
        wanted |= G_IO_OUT;
    if (!wanted && j->tags[i]) {
        g_source_remove_unix_fd(j->source, j->tags[i]);
        j->tags[i] = NULL;
    } else if (wanted && j->tags[i]) {
        g_source_modify_unix_fd(j->source, j->tags[i], wanted);
    } else if (wanted) {
        j->tags[i] = g_source_add_unix_fd(j->source, j->fds[i], wanted);
    }
}

static bool
would_wait(ssize_t n)
{
    return n < 0 && (errno == EAGAIN || errno == EINTR);
}

// FALSE when a socket has failed; *moved is set when anything went.
static bool
carry(Flow *f, int from, int to, bool *moved)
{
    if (f->start == f->end && !f->ended) {
        ssize_t n = recv(from, f->bytes, BUFFER_SIZE, 0);
        if (n < 0 && !would_wait(n))
            return false;
        f->ended = n == 0;
        f->start = 0;
        f->end = n > 0 ? (gsize)n : 0;
        *moved |= n >= 0;
    }
    if (f->start < f->end) {
        ssize_t n = send(to, f->bytes + f->start, f->end - f->start, MSG_NOSIGNAL);
        if (n < 0 && !would_wait(n))
            return false;
        f->start += n > 0 ? (gsize)n : 0;
        *moved |= n > 0;
    }
    if (f->start == f->end && f->ended && !f->told) {
        f->told = true;
        (void)shutdown(to, SHUT_WR);
    }
    return true;
}

static gboolean
on_ready(GSource *source, GSourceFunc callback, gpointer data)
{
    BrokerJoint *j = ((JointSource *)source)->joint;
    bool ok = true, moved = true;

    for (int i = 0; i < ROUNDS && ok && moved; i++) {
        moved = false;
        ok = carry(&j->flows[0], j->fds[0], j->fds[1], &moved) &&
             carry(&j->flows[1], j->fds[1], j->fds[0], &moved);
    }
    if (!ok || (j->flows[0].told && j->flows[1].told)) {
        j->ended(j, j->user);
        return G_SOURCE_REMOVE;
    }
    watch(j, 0);
    watch(j, 1);
    return G_SOURCE_CONTINUE;
}

static GSourceFuncs source_functions = {.dispatch = on_ready};

BrokerJoint *
broker_joint_new(GMainContext *context, int take_a, int take_b, BrokerJointEnded ended,
                 gpointer user)
{
    BrokerJoint *j = g_new0(BrokerJoint, 1);

    j->fds[0] = take_a;
    j->fds[1] = take_b;
    j->ended = ended;
    j->user = user;
    j->source = g_source_new(&source_functions, sizeof(JointSource));
    ((JointSource *)j->source)->joint = j;
    for (int i = 0; i < 2; i++) {
        g_unix_set_fd_nonblocking(j->fds[i], TRUE, NULL);
        j->flows[i].bytes = g_malloc(BUFFER_SIZE);
        watch(j, i);
    }
    g_source_attach(j->source, context);
    return j;
}

void
broker_joint_free(BrokerJoint *j)
{
    if (!j)
        return;
    g_source_destroy(j->source);
    g_source_unref(j->source);
    for (int i = 0; i < 2; i++) {
        close(j->fds[i]);
        g_free(j->flows[i].bytes);
    }
    g_free(j);
}
