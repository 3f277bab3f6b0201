// SPDX-License-Identifier: Apache-2.0

// What the relay of casement-agent.exe carries through a port, of what the same port carries
// without it, measured in one run: guest to host (pixels) and host to guest.
//
// usage: relay_bench WINE BIN        prints both rates and their ratios; 1 if one is below 0.7

#include "channel/glib/pump.h"
#include "channel/msg.h"

#include <fcntl.h>
#include <gio/gio.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#define BYTES (48L * 1024 * 1024)
#define RUNS 4
#define AT_LEAST 0.7
#define LIMIT_S 240

typedef enum { TO_HOST, TO_GUEST } Direction;

typedef struct {
    const char *wine, *bin;
    int master, slave; // of the pty that is the port
    char *link;
} Port;

static gboolean
on_limit(gpointer user)
{
    g_error("not done within %d s", LIMIT_S);
    return G_SOURCE_REMOVE;
}

static void
port_open(Port *p)
{
    g_autofree char *folder =
        g_build_filename(g_getenv("WINEPREFIX"), "dosdevices", "global", NULL);
    struct termios raw;

    p->link = g_build_filename(folder, "org.casement.channel.0", NULL);
    p->master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    g_assert_cmpint(p->master, >=, 0);
    g_assert_cmpint(grantpt(p->master) | unlockpt(p->master), ==, 0);
    p->slave = open(ptsname(p->master), O_RDWR | O_NOCTTY | O_CLOEXEC);
    g_assert_cmpint(tcgetattr(p->slave, &raw), ==, 0);
    cfmakeraw(&raw);
    g_assert_cmpint(tcsetattr(p->slave, TCSANOW, &raw), ==, 0);
    g_assert_cmpint(g_mkdir_with_parents(folder, 0700), ==, 0);
    g_unlink(p->link);
    g_assert_cmpint(symlink(ptsname(p->master), p->link), ==, 0);
}

static void
port_close(Port *p)
{
    close(p->master);
    close(p->slave);
    g_unlink(p->link);
    g_free(p->link);
}

static GSubprocess *
start(const Port *p, const char *program, const char *a, const char *b)
{
    g_autofree char *path = g_build_filename(p->bin, program, NULL);
    g_autoptr(GError) error = NULL;
    GSubprocess *process =
        g_subprocess_new(G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE,
                         &error, p->wine, path, a, b, NULL);

    g_assert_no_error(error);
    return process;
}

static void
stop(GSubprocess *process)
{
    g_subprocess_force_exit(process);
    g_subprocess_wait(process, NULL, NULL);
    g_object_unref(process);
}

static gint64
drain(int fd, glong bytes)
{
    static guint8 buffer[256 * 1024];
    gint64 since = 0;

    while (bytes > 0) {
        ssize_t n = read(fd, buffer, sizeof buffer);
        g_assert_cmpint(n, >, 0);
        if (since == 0)
            since = g_get_monotonic_time(); // a program of wine takes its time to start
        bytes -= n;
    }
    return g_get_monotonic_time() - since;
}

static void
fill(int fd, glong bytes)
{
    static guint8 block[64 * 1024];

    while (bytes > 0) {
        ssize_t n = write(fd, block, (gsize)MIN(bytes, (glong)sizeof block));
        g_assert_cmpint(n, >, 0);
        bytes -= n;
    }
}

static gdouble
rate(gint64 us)
{
    return BYTES / (gdouble)us; // MB/s
}

// Until the last byte is known to be read in the guest.
static gint64
fill_and_wait(int fd)
{
    guint8 byte;

    fill(fd, 1); // by which the other end is known to be there
    gint64 since = g_get_monotonic_time();
    fill(fd, BYTES - 1);
    g_assert_cmpint(read(fd, &byte, 1), ==, 1);
    return g_get_monotonic_time() - since;
}

static gdouble
without(const char *wine, const char *bin, Direction direction)
{
    Port p = {.wine = wine, .bin = bin};
    g_autofree char *bytes = g_strdup_printf("%ld", BYTES);

    port_open(&p);
    GSubprocess *process =
        start(&p, "port_raw.exe", direction == TO_HOST ? "write" : "read", bytes);
    gdouble result;
    if (direction == TO_HOST) {
        result = rate(drain(p.master, BYTES));
    } else {
        // A pty takes some bytes before anybody reads: it says when it does.
        drain(p.master, 1);
        result = rate(fill_and_wait(p.master));
    }
    stop(process);
    port_close(&p);
    return result;
}

// ---- with the agent

typedef struct {
    GMainLoop *loop;
    ChanPump *pump;
    Direction direction;
    int listener, stream;
    gint64 us;
} Relay;

static void
on_ready(ChanPump *pump, const ChanHello *untrusted_peer, gpointer user)
{
}

static void
on_message(ChanPump *pump, uint16_t type, ChanSpan untrusted_payload, gpointer user)
{
    Relay *r = user;
    ChanService service;

    if (type == CHAN_MSG_SERVICE && chan_service_decode(&service, untrusted_payload) &&
        service.available)
        g_main_loop_quit(r->loop);
}

static void
on_lost(ChanPump *pump, const GError *error, gpointer user)
{
    g_error("the channel was lost: %s", error->message);
}

// Plays Remote Desktop. What only looks whether somebody answers sends nothing.
static gpointer
serve(gpointer data)
{
    Relay *r = data;
    guint8 byte;
    int fd = -1;

    do {
        if (fd >= 0)
            close(fd);
        fd = accept(r->listener, NULL, NULL);
    } while (recv(fd, &byte, 1, 0) != 1);
    if (r->direction == TO_HOST) {
        fill(fd, BYTES);
    } else {
        drain(fd, BYTES - 1);
        fill(fd, 1);
    }
    recv(fd, &byte, 1, 0);
    close(fd);
    return NULL;
}

static gpointer
measure(gpointer data)
{
    Relay *r = data;

    if (r->direction == TO_HOST) {
        fill(r->stream, 1);
        r->us = drain(r->stream, BYTES);
    } else {
        r->us = fill_and_wait(r->stream);
    }
    close(r->stream);
    g_main_loop_quit(r->loop);
    return NULL;
}

static int
listen_here(char port[8])
{
    g_autoptr(GInetAddress) loopback = g_inet_address_new_loopback(G_SOCKET_FAMILY_IPV4);
    g_autoptr(GSocketAddress) any = g_inet_socket_address_new(loopback, 0);
    g_autoptr(GSocket) socket =
        g_socket_new(G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);

    g_assert_true(g_socket_bind(socket, any, TRUE, NULL) && g_socket_listen(socket, NULL));
    g_autoptr(GSocketAddress) bound = g_socket_get_local_address(socket, NULL);
    g_snprintf(port, 8, "%u", g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(bound)));
    int fd = dup(g_socket_get_fd(socket));
    g_unix_set_fd_nonblocking(fd, FALSE, NULL);
    return fd;
}

static gdouble
with_agent(const char *wine, const char *bin, Direction direction)
{
    static const ChanPumpHandlers handlers = {on_ready, on_message, NULL, on_lost};
    Relay r = {.loop = g_main_loop_new(NULL, FALSE), .direction = direction};
    ChanConnConfig config = {.role = CHAN_ROLE_HOST, .software = "relay bench"};
    Port p = {.wine = wine, .bin = bin};
    g_autoptr(GError) error = NULL;
    char port[8];

    port_open(&p);
    r.listener = listen_here(port);
    GSubprocess *agent = start(&p, "casement-agent.exe", "--rdp-port", port);
    g_assert_cmpint(getrandom(config.nonce, sizeof config.nonce, 0), ==, sizeof config.nonce);
    r.pump = chan_pump_new(NULL, dup(p.master), dup(p.master), &config, &handlers, &r);
    GThread *serves = g_thread_new("serve", serve, &r);
    g_main_loop_run(r.loop);
    r.stream = chan_pump_open_stream(r.pump, "rdp", CHAN_PRIORITY_BULK, &error);
    g_assert_no_error(error);
    GThread *measures = g_thread_new("measure", measure, &r);
    g_main_loop_run(r.loop);
    g_thread_join(measures);
    chan_pump_free(r.pump);
    stop(agent);
    close(r.listener);
    g_thread_join(serves);
    g_main_loop_unref(r.loop);
    port_close(&p);
    return rate(r.us);
}

int
main(int argc, char **argv)
{
    static const char *const names[] = {"guest to host", "host to guest"};
    gboolean good = TRUE;

    g_assert_cmpint(argc, ==, 3);
    g_timeout_add_seconds(LIMIT_S, on_limit, NULL);
    for (Direction d = TO_HOST; d <= TO_GUEST; d++) {
        gdouble alone = 0, relayed = 0;
        // The best of some runs each, in turn: whoever else is on the machine only makes it slower.
        for (int i = 0; i < RUNS; i++) {
            alone = MAX(alone, without(argv[1], argv[2], d));
            relayed = MAX(relayed, with_agent(argv[1], argv[2], d));
        }
        g_print("relay, %s: %.1f MB/s of %.1f that the port carries, %.2f\n", names[d], relayed,
                alone, relayed / alone);
        good &= relayed / alone >= AT_LEAST;
    }
    return good ? 0 : 1;
}
