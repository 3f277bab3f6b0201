// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/x11/adopt.h"

#include "rdpbridge/x11/session.h"

#include <errno.h>
#include <gio/gio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define BROKER_NAME "org.casement.Broker1"
#define RETRY_MS 100
#define PATIENCE_US (10 * G_USEC_PER_SEC)

struct HostAdoption {
    View *view;
    HostAdopted adopted;
    gpointer user;
    GCancellable *cancel;
    GSource *retry;
    gint64 until_us;
};

static void
drop_retry(HostAdoption *a)
{
    if (!a->retry)
        return;
    g_source_destroy(a->retry);
    g_source_unref(a->retry);
    a->retry = NULL;
}

void
host_adoption_free(HostAdoption *a)
{
    if (!a)
        return;
    g_cancellable_cancel(a->cancel);
    g_object_unref(a->cancel);
    drop_retry(a);
    g_free(a);
}

static void
give_up(HostAdoption *a, const char *why)
{
    g_message("guest %s: the broker is gone and could not be started again (%s); open windows "
              "stay, new programs need casementd",
              a->view->setup.guest, why);
    a->adopted(-1, a->user);
}

static int
connect_to_broker(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    g_autofree char *path = g_build_filename(g_get_user_runtime_dir(), "casement", "control", NULL);

    if (strlen(path) >= sizeof address.sun_path)
        return -1;
    memcpy(address.sun_path, path, strlen(path) + 1);
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) < 0) {
        int code = errno;
        close(fd);
        errno = code;
        return -1;
    }
    return fd;
}

// The first packet on the new pipe: who we are, and the session's own pipe to the broker.
static bool
send_adopt(HostAdoption *a, int fd, int session_end)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control = {0};
    CtlAdopt m = {.view_pid = (uint32_t)getpid()};
    struct iovec iov = {&m, sizeof m};
    struct msghdr msg = {.msg_iov = &iov,
                         .msg_iovlen = 1,
                         .msg_control = &control,
                         .msg_controllen = sizeof control};

    CTL_INIT(&m, CTL_ADOPT);
    CTL_SET_TEXT(m.guest, a->view->setup.guest);
    struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(c), &session_end, sizeof session_end);
    return sendmsg(fd, &msg, MSG_NOSIGNAL) == (ssize_t)sizeof m;
}

static bool
offer(HostAdoption *a, int fd)
{
    ViewPlain m = {VIEW_MSG_CONTROL, sizeof m};
    int pair[2];
    g_autoptr(GError) error = NULL;

    if (!chan_packet_pair(pair, &error))
        return false;
    bool sent = send_adopt(a, fd, pair[0]);
    if (sent)
        host_session_send_fd(a->view, &m, sizeof m, pair[1]);
    close(pair[0]);
    close(pair[1]);
    return sent;
}

static void try_connect(HostAdoption *a);

static gboolean
on_retry(gpointer user)
{
    HostAdoption *a = user;

    drop_retry(a);
    try_connect(a);
    return G_SOURCE_REMOVE;
}

// The name may be owned a moment before the socket listens.
static void
try_connect(HostAdoption *a)
{
    int fd = connect_to_broker();

    if (fd >= 0 && offer(a, fd)) {
        a->adopted(fd, a->user);
        return;
    }
    if (fd >= 0)
        close(fd);
    if (g_get_monotonic_time() >= a->until_us) {
        give_up(a, "it does not take connections");
        return;
    }
    a->retry = g_timeout_source_new(RETRY_MS);
    g_source_set_callback(a->retry, on_retry, a, NULL);
    g_source_attach(a->retry, a->view->context);
}

static void
on_started(GObject *bus, GAsyncResult *result, gpointer user)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(bus), result, &error);

    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return; // freed
    HostAdoption *a = user;
    if (!reply) {
        g_dbus_error_strip_remote_error(error);
        give_up(a, error->message);
        return;
    }
    try_connect(a);
}

static void
on_bus(GObject *source, GAsyncResult *result, gpointer user)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GDBusConnection) bus = g_bus_get_finish(result, &error);

    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return; // freed
    HostAdoption *a = user;
    if (!bus) {
        give_up(a, error->message);
        return;
    }
    g_dbus_connection_set_exit_on_close(bus, FALSE);
    g_dbus_connection_call(
        bus, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
        "StartServiceByName", g_variant_new("(su)", BROKER_NAME, 0), G_VARIANT_TYPE("(u)"),
        G_DBUS_CALL_FLAGS_NONE, (int)(PATIENCE_US / 1000), a->cancel, on_started, a);
}

HostAdoption *
host_adoption_start(View *view, HostAdopted adopted, gpointer user)
{
    HostAdoption *a = g_new0(HostAdoption, 1);

    a->view = view;
    a->adopted = adopted;
    a->user = user;
    a->cancel = g_cancellable_new();
    a->until_us = g_get_monotonic_time() + PATIENCE_US;
    g_bus_get(G_BUS_TYPE_SESSION, a->cancel, on_bus, a);
    return a;
}
