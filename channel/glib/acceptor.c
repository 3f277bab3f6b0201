// SPDX-License-Identifier: Apache-2.0
#include "channel/glib/acceptor.h"

#include <errno.h>
#include <glib-unix.h>
#include <sys/socket.h>

struct ChanAcceptor {
    GMainContext *context;
    int listener;
    char *name;
    GSource *source; // of the listener, or of the pause
    gboolean said;   // that connections wait, since one was accepted
    ChanAccepted accepted;
    gpointer user;
};

static void attach(ChanAcceptor *a, GSource *source, GSourceFunc callback);
static gboolean on_connection(int fd, GIOCondition condition, gpointer user);

static void
listen_again(ChanAcceptor *a)
{
    attach(a, g_unix_fd_source_new(a->listener, G_IO_IN), G_SOURCE_FUNC(on_connection));
}

static gboolean
on_pause_over(gpointer user)
{
    listen_again(user);
    return G_SOURCE_REMOVE;
}

static void
pause_for(ChanAcceptor *a, int reason)
{
    if (!a->said)
        g_message("%s: a connection has to wait: %s", a->name, g_strerror(reason));
    a->said = TRUE;
    attach(a, g_timeout_source_new(CHAN_ACCEPTOR_PAUSE_MS), on_pause_over);
}

static gboolean
on_connection(int fd, GIOCondition condition, gpointer user)
{
    ChanAcceptor *a = user;
    int peer = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

    if (peer >= 0) {
        a->said = FALSE;
        a->accepted(peer, a->user);
    } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
        pause_for(a, errno);
    return G_SOURCE_CONTINUE;
}

static void
detach(ChanAcceptor *a)
{
    if (!a->source)
        return;
    g_source_destroy(a->source);
    g_source_unref(a->source);
    a->source = NULL;
}

static void
attach(ChanAcceptor *a, GSource *source, GSourceFunc callback)
{
    detach(a);
    a->source = source;
    g_source_set_callback(source, callback, a, NULL);
    g_source_attach(source, a->context);
}

ChanAcceptor *
chan_acceptor_new(GMainContext *context, int listener, const char *name, ChanAccepted accepted,
                  gpointer user)
{
    ChanAcceptor *a = g_new0(ChanAcceptor, 1);

    a->context = context;
    a->listener = listener;
    a->name = g_strdup(name);
    a->accepted = accepted;
    a->user = user;
    listen_again(a);
    return a;
}

void
chan_acceptor_free(ChanAcceptor *acceptor)
{
    if (!acceptor)
        return;
    detach(acceptor);
    g_free(acceptor->name);
    g_free(acceptor);
}
