// SPDX-License-Identifier: Apache-2.0

// The relay of casement-agent.exe under wine: what goes into a stream of the host comes out at a
// TCP server in the guest, and back, in order and whole, also when one end closes first. Then a
// suspend: a process that was held for longer than a silent host is waited for keeps its channel.
//
// usage: relay WINE AGENT_EXE        prints MB/s both ways

#include "channel/glib/pump.h"
#include "channel/msg.h"

#include <gio/gio.h>
#include <glib-unix.h>
#include <signal.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#define BYTES (32 * 1024 * 1024)
#define LIMIT_S 150
#define ASLEEP_S 33
#define NEVER_MS 300000 // the host says nothing by itself

typedef struct {
    GMainLoop *loop;
    ChanPump *pump;
    gboolean available;
    guint sessions;
    gint64 asked_us;
    GError *error;
} Test;

static void
on_ready(ChanPump *pump, const ChanHello *untrusted_peer, gpointer user)
{
    ((Test *)user)->sessions++;
}

static void
on_message(ChanPump *pump, uint16_t type, ChanSpan untrusted_payload, gpointer user)
{
    Test *t = user;
    ChanService service;

    if (type != CHAN_MSG_SERVICE || !chan_service_decode(&service, untrusted_payload) ||
        !service.available)
        return;
    t->available = TRUE;
    g_main_loop_quit(t->loop);
}

static void
on_lost(ChanPump *pump, const GError *error, gpointer user)
{
    g_error("the channel was lost: %s", error->message);
}

static gboolean
on_limit(gpointer user)
{
    g_error("not done within %d s", LIMIT_S);
    return G_SOURCE_REMOVE;
}

static gboolean
on_awake(gpointer user)
{
    Test *t = user;
    ChanPumpStats stats;

    chan_pump_get_stats(t->pump, &stats);
    if ((gint64)stats.heard_us <= t->asked_us)
        return G_SOURCE_CONTINUE;
    g_main_loop_quit(t->loop);
    return G_SOURCE_REMOVE;
}

static gboolean
on_slept(gpointer user)
{
    g_main_loop_quit(((Test *)user)->loop);
    return G_SOURCE_REMOVE;
}

static void
suspend(Test *t, GSubprocess *agent)
{
    g_subprocess_send_signal(agent, SIGSTOP);
    g_timeout_add_seconds(ASLEEP_S, on_slept, t);
    g_main_loop_run(t->loop);
    g_subprocess_send_signal(agent, SIGCONT);
    // It looks at its clock, and asks by itself whether we are there; nothing of ours helps it.
    t->asked_us = g_get_monotonic_time();
    g_timeout_add(20, on_awake, t);
    g_main_loop_run(t->loop);
    g_assert_cmpuint(t->sessions, ==, 1);
}

static guint8
expected(gsize at)
{
    return (guint8)(at * 31 + (at >> 13));
}

// Accepts once, and echoes until the other end sends no more.
static gpointer
echo(gpointer data)
{
    int fd = accept(GPOINTER_TO_INT(data), NULL, NULL);
    while (fd < 0 ||
           recv(fd, (char[1]){0}, 1, MSG_PEEK) == 0) { // the agent only looked whether we answer
        close(fd);
        fd = accept(GPOINTER_TO_INT(data), NULL, NULL);
    }
    static guint8 buffer[256 * 1024];
    for (ssize_t n; (n = read(fd, buffer, sizeof buffer)) > 0;)
        for (ssize_t at = 0; at < n;) {
            ssize_t w = write(fd, buffer + at, (gsize)(n - at));
            g_assert_cmpint(w, >, 0);
            at += w;
        }
    close(fd);
    return NULL;
}

static gpointer
feed(gpointer data)
{
    int fd = GPOINTER_TO_INT(data);
    static guint8 buffer[64 * 1024];

    for (gsize at = 0; at < BYTES; at += sizeof buffer) {
        for (gsize i = 0; i < sizeof buffer; i++)
            buffer[i] = expected(at + i);
        for (gsize done = 0; done < sizeof buffer;) {
            ssize_t n = write(fd, buffer + done, sizeof buffer - done);
            g_assert_cmpint(n, >, 0);
            done += (gsize)n;
        }
    }
    shutdown(fd, SHUT_WR);
    return NULL;
}

static gpointer
check(gpointer data)
{
    Test *t = ((gpointer *)data)[0];
    int fd = GPOINTER_TO_INT(((gpointer *)data)[1]);
    static guint8 buffer[256 * 1024];
    gsize at = 0;

    for (ssize_t n; (n = read(fd, buffer, sizeof buffer)) > 0; at += (gsize)n)
        for (ssize_t i = 0; i < n; i++)
            g_assert_cmpuint(buffer[i], ==, expected(at + (gsize)i));
    g_assert_cmpuint(at, ==, BYTES);
    g_main_loop_quit(t->loop);
    return NULL;
}

static int
listen_here(char port[8])
{
    g_autoptr(GInetAddress) loopback = g_inet_address_new_loopback(G_SOCKET_FAMILY_IPV4);
    g_autoptr(GSocketAddress) any = g_inet_socket_address_new(loopback, 0);
    GSocket *socket =
        g_socket_new(G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);

    g_assert_true(g_socket_bind(socket, any, TRUE, NULL) && g_socket_listen(socket, NULL));
    g_autoptr(GSocketAddress) bound = g_socket_get_local_address(socket, NULL);
    g_snprintf(port, 8, "%u", g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(bound)));
    int fd = dup(g_socket_get_fd(socket));
    g_object_unref(socket);
    g_unix_set_fd_nonblocking(fd, FALSE, NULL);
    return fd;
}

int
main(int argc, char **argv)
{
    static const ChanPumpHandlers handlers = {on_ready, on_message, NULL, on_lost};
    ChanConnConfig config = {.role = CHAN_ROLE_HOST,
                             .heartbeat_ms = NEVER_MS,
                             .lost_ms = NEVER_MS,
                             .software = "relay test"};
    Test t = {.loop = g_main_loop_new(NULL, FALSE)};
    char port[8];
    int pair[2];

    g_assert_cmpint(argc, ==, 3);
    int listener = listen_here(port);
    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), ==, 0);
    g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_NONE);
    g_subprocess_launcher_take_stdin_fd(launcher, dup(pair[1]));
    g_subprocess_launcher_take_stdout_fd(launcher, pair[1]);
    g_autoptr(GSubprocess) agent = g_subprocess_launcher_spawn(launcher, &t.error, argv[1], argv[2],
                                                               "--stdio", "--rdp-port", port, NULL);
    g_assert_no_error(t.error);
    g_assert_cmpint(getrandom(config.nonce, sizeof config.nonce, 0), ==, sizeof config.nonce);
    t.pump = chan_pump_new(NULL, pair[0], dup(pair[0]), &config, &handlers, &t);
    g_timeout_add_seconds(LIMIT_S, on_limit, NULL);
    GThread *echoes = g_thread_new("echo", echo, GINT_TO_POINTER(listener));
    g_main_loop_run(t.loop); // until Remote Desktop answers
    int stream = chan_pump_open_stream(t.pump, "rdp", CHAN_PRIORITY_BULK, &t.error);
    g_assert_no_error(t.error);
    gint64 since = g_get_monotonic_time();
    GThread *feeds = g_thread_new("feed", feed, GINT_TO_POINTER(stream));
    gpointer checked[] = {&t, GINT_TO_POINTER(stream)};
    GThread *checks = g_thread_new("check", check, checked);
    g_main_loop_run(t.loop); // until all came back
    g_print("relay: %.1f MB/s both ways\n", BYTES / (gdouble)(g_get_monotonic_time() - since));
    g_thread_join(feeds);
    g_thread_join(checks);
    g_thread_join(echoes);
    suspend(&t, agent);
    g_subprocess_force_exit(agent);
    return 0;
}
