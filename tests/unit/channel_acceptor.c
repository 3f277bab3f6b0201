// SPDX-License-Identifier: Apache-2.0
// A listener while the process has no descriptor left: it rests, says so once, and goes on.
#include "channel/glib/acceptor.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

typedef struct {
    GMainContext *context;
    char *dir, *path;
    int listener;
    ChanAcceptor *acceptor;
    guint accepted;
} House;

static void
on_accepted(int take_fd, gpointer user)
{
    House *h = user;

    h->accepted++;
    close(take_fd);
}

static void
set_up(House *h)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    h->context = g_main_context_new();
    h->dir = g_dir_make_tmp("acceptor-XXXXXX", NULL);
    h->path = g_build_filename(h->dir, "listener", NULL);
    g_strlcpy(address.sun_path, h->path, sizeof address.sun_path);
    h->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    g_assert_cmpint(bind(h->listener, (struct sockaddr *)&address, sizeof address), ==, 0);
    g_assert_cmpint(listen(h->listener, 4), ==, 0);
    h->acceptor = chan_acceptor_new(h->context, h->listener, "the door", on_accepted, h);
}

static void
tear_down(House *h)
{
    chan_acceptor_free(h->acceptor);
    close(h->listener);
    g_unlink(h->path);
    g_rmdir(h->dir);
    g_free(h->path);
    g_free(h->dir);
    g_main_context_unref(h->context);
}

static int
connect_to(const House *h)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    g_strlcpy(address.sun_path, h->path, sizeof address.sun_path);
    g_assert_cmpint(connect(fd, (struct sockaddr *)&address, sizeof address), ==, 0);
    return fd;
}

// Leaves no descriptor; returns the limit that was.
static struct rlimit
exhaust(void)
{
    struct rlimit was, none;
    int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

    g_assert_cmpint(fd, >=, 0);
    g_assert_cmpint(getrlimit(RLIMIT_NOFILE, &was), ==, 0);
    none = was;
    none.rlim_cur = (rlim_t)fd; // the lowest free number
    close(fd);
    g_assert_cmpint(setrlimit(RLIMIT_NOFILE, &none), ==, 0);
    g_assert_cmpint(open("/dev/null", O_RDONLY | O_CLOEXEC), ==, -1);
    g_assert_cmpint(errno, ==, EMFILE);
    return was;
}

static void
count(const char *domain, GLogLevelFlags level, const char *text, gpointer user)
{
    guint *lines = user;

    *lines += level == G_LOG_LEVEL_MESSAGE;
}

static void
test_no_descriptor(void)
{
    House h = {0};
    guint lines = 0;

    set_up(&h);
    g_log_set_default_handler(count, &lines);
    int client = connect_to(&h);
    struct rlimit was = exhaust();
    g_main_context_iteration(h.context, TRUE); // finds none
    for (int tries = 0; tries < 2; tries++) {
        g_assert_false(g_main_context_pending(h.context)); // rests
        g_main_context_iteration(h.context, TRUE);         // the pause is over
        g_assert_true(g_main_context_pending(h.context));
        g_main_context_iteration(h.context, TRUE); // none again
    }
    g_assert_cmpuint(h.accepted, ==, 0);
    g_assert_cmpuint(lines, ==, 1);
    g_assert_cmpint(setrlimit(RLIMIT_NOFILE, &was), ==, 0);
    while (h.accepted == 0)
        g_main_context_iteration(h.context, TRUE);
    int second = connect_to(&h);
    while (h.accepted == 1)
        g_main_context_iteration(h.context, TRUE);
    g_assert_cmpuint(lines, ==, 1);
    close(client);
    close(second);
    tear_down(&h);
}

static void
on_accepted_last(int take_fd, gpointer user)
{
    House *h = user;

    close(take_fd);
    chan_acceptor_free(h->acceptor);
    h->acceptor = NULL;
}

static void
test_freed_meanwhile(void)
{
    House h = {0};

    set_up(&h);
    chan_acceptor_free(h.acceptor);
    h.acceptor = chan_acceptor_new(h.context, h.listener, "the door", on_accepted_last, &h);
    int client = connect_to(&h);
    while (h.acceptor)
        g_main_context_iteration(h.context, TRUE);
    close(client);
    tear_down(&h);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/channel/acceptor/freed-meanwhile", test_freed_meanwhile);
    g_test_add_func("/channel/acceptor/no-descriptor", test_no_descriptor);
    return g_test_run();
}
