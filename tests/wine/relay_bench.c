// SPDX-License-Identifier: Apache-2.0

// What the relay of casement-agent.exe carries through a port, of what the same port carries
// without it, measured in one run: guest to host (pixels) and host to guest.
//
// usage: relay_bench WINE BIN        prints both rates and their ratios; 1 if one is below 0.7

#include "channel/glib/pump.h"
#include "channel/msg.h"
#include "tests/wine/relay_port.h"

#include <gio/gio.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#define BYTES (48L * 1024 * 1024)
#define RUNS 6
#define AT_LEAST 0.7
#define LIMIT_S 240

typedef enum { TO_HOST, TO_GUEST } Direction;

static gboolean
on_limit(gpointer user)
{
    g_error("not done within %d s", LIMIT_S);
    return G_SOURCE_REMOVE;
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
    RelayPort p;
    g_autofree char *bytes = g_strdup_printf("%ld", BYTES);

    relay_port_open(&p);
    GSubprocess *process =
        relay_start(wine, bin, "port_raw.exe", direction == TO_HOST ? "write" : "read", bytes);
    gdouble result;
    if (direction == TO_HOST) {
        result = rate(drain(p.master, BYTES));
    } else {
        // A pty takes some bytes before anybody reads: it says when it does.
        drain(p.master, 1);
        result = rate(fill_and_wait(p.master));
    }
    relay_stop(process);
    relay_port_close(&p);
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

// Plays Remote Desktop.
static gpointer
serve(gpointer data)
{
    Relay *r = data;
    guint8 byte;
    int fd = relay_accept(r->listener);

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

static gdouble
with_agent(const char *wine, const char *bin, Direction direction)
{
    static const ChanPumpHandlers handlers = {on_ready, on_message, NULL, on_lost};
    Relay r = {.loop = g_main_loop_new(NULL, FALSE), .direction = direction};
    ChanConnConfig config = {.role = CHAN_ROLE_HOST, .software = "relay bench"};
    RelayPort p;
    g_autoptr(GError) error = NULL;
    char port[8];

    relay_port_open(&p);
    r.listener = relay_listen(port);
    GSubprocess *agent = relay_start(wine, bin, "casement-agent.exe", "--rdp-port", port);
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
    relay_stop(agent);
    close(r.listener);
    g_thread_join(serves);
    g_main_loop_unref(r.loop);
    relay_port_close(&p);
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
