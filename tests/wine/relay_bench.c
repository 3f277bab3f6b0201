// SPDX-License-Identifier: Apache-2.0

// What the relay of casement-agent.exe carries through a port, of what the same port carries
// without it, measured in one run: guest to host (pixels) and host to guest. Both stand ready at
// the same time, and a part of some hundredths of a second goes through each in turn, so that what
// else the machine does is the same for both.
//
// usage: relay_bench WINE BIN        prints both rates and their ratios; 1 if one is below 0.7

#include "channel/glib/pump.h"
#include "channel/msg.h"
#include "tests/wine/relay_port.h"

#include <gio/gio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#define BYTES (4L * 1024 * 1024) // of a part
#define PARTS 64
#define AT_LEAST 0.7
#define LIMIT_S 240

typedef enum { TO_HOST, TO_GUEST } Direction;

static gboolean
on_limit(gpointer user)
{
    g_error("not done within %d s", LIMIT_S);
    return G_SOURCE_REMOVE;
}

static void
drain(int fd, glong bytes)
{
    static guint8 buffer[256 * 1024];

    while (bytes > 0) {
        ssize_t n = read(fd, buffer, (gsize)MIN(bytes, (glong)sizeof buffer));
        g_assert_cmpint(n, >, 0);
        bytes -= n;
    }
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

// One part, asked for by a byte or answered by one; port_raw.c and serve() are the other end.
static gint64
part(int fd, Direction direction)
{
    gint64 since = g_get_monotonic_time();

    fill(fd, direction == TO_HOST ? 1 : BYTES);
    drain(fd, direction == TO_HOST ? BYTES : 1);
    return g_get_monotonic_time() - since;
}

// ---- with the agent

typedef struct {
    GMainLoop *loop;
    ChanPump *pump;
    Direction direction;
    int listener, port, stream; // without the agent, and with it
    gdouble alone_us[PARTS], relayed_us[PARTS], ratios[PARTS];
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
    int fd = relay_accept(r->listener); // which has taken the first byte

    if (r->direction == TO_GUEST)
        drain(fd, BYTES - 1);
    for (;;) {
        fill(fd, r->direction == TO_HOST ? BYTES : 1);
        if (recv(fd, &byte, 1, 0) != 1)
            break;
        if (r->direction == TO_GUEST)
            drain(fd, BYTES - 1);
    }
    close(fd);
    return NULL;
}

static gpointer
measure(gpointer data)
{
    Relay *r = data;

    for (int i = 0; i < PARTS; i++) {
        r->alone_us[i] = (gdouble)part(r->port, r->direction);
        r->relayed_us[i] = (gdouble)part(r->stream, r->direction);
        r->ratios[i] = r->alone_us[i] / r->relayed_us[i];
    }
    g_main_loop_quit(r->loop);
    return NULL;
}

static void
both(const char *wine, const char *bin, Relay *r)
{
    static const ChanPumpHandlers handlers = {on_ready, on_message, NULL, on_lost};
    ChanConnConfig config = {.role = CHAN_ROLE_HOST, .software = "relay bench"};
    g_autofree char *bytes = g_strdup_printf("%ld", BYTES);
    g_autoptr(GError) error = NULL;
    RelayPort alone, relayed;
    char port[8];

    r->loop = g_main_loop_new(NULL, FALSE);
    relay_port_open(&alone);
    GSubprocess *raw =
        relay_start(wine, bin, "port_raw.exe", r->direction == TO_HOST ? "write" : "read", bytes);
    r->port = alone.master;
    part(r->port, r->direction); // it has its port: the name is free for the agent's
    relay_port_open(&relayed);
    r->listener = relay_listen(port);
    GSubprocess *agent = relay_start(wine, bin, "casement-agent.exe", "--rdp-port", port);
    g_assert_cmpint(getrandom(config.nonce, sizeof config.nonce, 0), ==, sizeof config.nonce);
    r->pump = chan_pump_new(NULL, dup(relayed.master), dup(relayed.master), &config, &handlers, r);
    GThread *serves = g_thread_new("serve", serve, r);
    g_main_loop_run(r->loop);
    r->stream = chan_pump_open_stream(r->pump, "rdp", CHAN_PRIORITY_BULK, &error);
    g_assert_no_error(error);
    GThread *measures = g_thread_new("measure", measure, r);
    g_main_loop_run(r->loop);
    g_thread_join(measures);
    // Both ports are hung up, and let go, before their programs end. One that is killed while it
    // reads can have wineserver 8.0 end by an assertion (set_fd_events, sock_get_poll_events): each
    // program then starts another one, with all services of Windows beside what is measured.
    chan_pump_free(r->pump);
    close(r->stream);
    relay_port_close(&relayed);
    g_thread_join(serves);
    relay_stop(agent);
    relay_port_close(&alone);
    g_subprocess_wait(raw, NULL, NULL);
    g_object_unref(raw);
    close(r->listener);
    g_main_loop_unref(r->loop);
}

static int
compare(const void *a, const void *b)
{
    gdouble x = *(const gdouble *)a, y = *(const gdouble *)b;

    return (x > y) - (x < y);
}

static gdouble
median(gdouble values[PARTS])
{
    qsort(values, PARTS, sizeof *values, compare);
    return values[PARTS / 2];
}

// Each part with the relay is held against the one just before it without, and the median counts:
// of the best of each, one may have had a luckier moment than the other.
int
main(int argc, char **argv)
{
    static const char *const names[] = {"guest to host", "host to guest"};
    gboolean good = TRUE;

    g_assert_cmpint(argc, ==, 3);
    g_timeout_add_seconds(LIMIT_S, on_limit, NULL);
    for (Direction d = TO_HOST; d <= TO_GUEST; d++) {
        Relay r = {.direction = d};
        both(argv[1], argv[2], &r);
        gdouble ratio = median(r.ratios);
        g_print("relay, %s: %.1f MB/s of %.1f that the port carries, %.2f\n", names[d],
                BYTES / median(r.relayed_us), BYTES / median(r.alone_us), ratio);
        good &= ratio >= AT_LEAST;
    }
    return good ? 0 : 1;
}
