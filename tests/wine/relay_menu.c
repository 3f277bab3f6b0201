// SPDX-License-Identifier: Apache-2.0

// A change of the guest's Start menu while the relay of casement-agent.exe has both directions full
// all the time: it reaches the host as soon as otherwise.
//
// usage: relay_menu WINE BIN

#include "channel/glib/pump.h"
#include "channel/msg.h"
#include "tests/wine/relay_port.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#define WITHIN_S 2
#define CHANGES 10 // one by itself may be lucky
#define STREAMS 3
#define FULL (16 * 1024 * 1024) // bytes both ways, after which the pipe is as full as it gets
#define LIMIT_S 240

typedef struct {
    GMainLoop *loop;
    ChanPump *pump;
    int listener;
    gint in_guest, on_host; // KiB that came there, atomically
    gboolean listed, available, told, ready;
    char name[16]; // that is to be told
} Test;

// One of the streams, with what plays Remote Desktop for it.
typedef struct {
    Test *test;
    int fd;
    GThread *fills, *drains, *serves;
} Stream;

static gboolean
on_limit(gpointer user)
{
    g_error("not done within %d s", LIMIT_S);
    return G_SOURCE_REMOVE;
}

static void
on_ready(ChanPump *pump, const ChanHello *untrusted_peer, gpointer user)
{
}

static void
on_app(Test *t, ChanSpan untrusted_payload)
{
    ChanApp app;

    g_assert_true(chan_app_decode(&app, untrusted_payload));
    if (app.name.size == strlen(t->name) && memcmp(app.name.data, t->name, app.name.size) == 0)
        t->told = TRUE;
}

static void
on_message(ChanPump *pump, uint16_t type, ChanSpan untrusted_payload, gpointer user)
{
    Test *t = user;
    ChanService service;

    if (type == CHAN_MSG_SERVICE && chan_service_decode(&service, untrusted_payload))
        t->available = service.available;
    if (type == CHAN_MSG_APPS_END)
        t->listed = TRUE;
    if (type == CHAN_MSG_APP)
        on_app(t, untrusted_payload);
    if (t->told || (t->available && t->listed && !t->ready))
        g_main_loop_quit(t->loop);
    t->ready |= t->available && t->listed;
}

static void
on_lost(ChanPump *pump, const GError *error, gpointer user)
{
    g_error("the channel was lost: %s", error->message);
}

// ---- both directions full, until either end closes

static gpointer
fill(gpointer data)
{
    static const guint8 block[64 * 1024];

    while (send(GPOINTER_TO_INT(data), block, sizeof block, MSG_NOSIGNAL) > 0)
        ;
    return NULL;
}

static void
drain(int fd, gint *came)
{
    guint8 *buffer = g_malloc(256 * 1024);
    gssize rest = 0;

    for (gssize n; (n = recv(fd, buffer, 256 * 1024, 0)) > 0; rest %= 1024) {
        rest += n;
        g_atomic_int_add(came, (gint)(rest / 1024));
    }
    g_free(buffer);
}

static gpointer
drain_on_host(gpointer data)
{
    Stream *s = data;

    drain(s->fd, &s->test->on_host);
    return NULL;
}

static gpointer
serve(gpointer data)
{
    Test *t = ((Stream *)data)->test;
    int fd = relay_accept(t->listener);
    GThread *fills = g_thread_new("guest fills", fill, GINT_TO_POINTER(fd));

    drain(fd, &t->in_guest);
    shutdown(fd, SHUT_RDWR);
    g_thread_join(fills);
    close(fd);
    return NULL;
}

static void
begin(Test *t, Stream *s)
{
    g_autoptr(GError) error = NULL;

    s->test = t;
    s->serves = g_thread_new("serve", serve, s);
    s->fd = chan_pump_open_stream(t->pump, "rdp", CHAN_PRIORITY_BULK, &error);
    g_assert_no_error(error);
    s->fills = g_thread_new("host fills", fill, GINT_TO_POINTER(s->fd));
    s->drains = g_thread_new("host drains", drain_on_host, s);
}

static void
end(Stream *s)
{
    shutdown(s->fd, SHUT_RDWR);
    g_thread_join(s->fills);
    g_thread_join(s->drains);
    close(s->fd);
}

static gboolean
is_full(gpointer user)
{
    Test *t = user;

    if (g_atomic_int_get(&t->in_guest) < FULL / 1024 || g_atomic_int_get(&t->on_host) < FULL / 1024)
        return G_SOURCE_CONTINUE;
    g_main_loop_quit(t->loop);
    return G_SOURCE_REMOVE;
}

// ---- the change

// A real shortcut, made before so that its program does not wait for the busy machine.
static char *
make_shortcut(const char *wine, const char *bin)
{
    GSubprocess *maker =
        relay_start(wine, bin, "make_shortcut.exe", "C:\\link.lnk", "C:\\windows\\notepad.exe");

    g_assert_true(g_subprocess_wait_check(maker, NULL, NULL));
    g_object_unref(maker);
    return g_build_filename(g_getenv("WINEPREFIX"), "drive_c", "link.lnk", NULL);
}

static gdouble
change(Test *t, const char *shortcut, unsigned i)
{
    g_snprintf(t->name, sizeof t->name, "Change %u", i);
    t->told = FALSE;
    g_autofree char *file = g_strconcat(t->name, ".lnk", NULL);
    g_autofree char *place =
        g_build_filename(g_getenv("WINEPREFIX"), "drive_c", "ProgramData", "Microsoft", "Windows",
                         "Start Menu", "Programs", file, NULL);
    gint64 since = g_get_monotonic_time();

    g_assert_cmpint(link(shortcut, place), ==, 0);
    g_main_loop_run(t->loop); // until it is told
    return (gdouble)(g_get_monotonic_time() - since) / G_USEC_PER_SEC;
}

static gdouble
under_load(Test *t, const char *shortcut)
{
    Stream streams[STREAMS];

    for (unsigned i = 0; i < STREAMS; i++)
        begin(t, &streams[i]);
    g_timeout_add(10, is_full, t);
    g_main_loop_run(t->loop);
    gint in_guest = g_atomic_int_get(&t->in_guest), on_host = g_atomic_int_get(&t->on_host);
    gdouble slowest = 0;
    for (unsigned i = 0; i < CHANGES; i++) {
        gdouble took = change(t, shortcut, i);
        slowest = MAX(slowest, took);
    }
    g_print("relay: each shortcut within %.2f s, meanwhile %d KiB to the guest and %d KiB to the "
            "host\n",
            slowest, g_atomic_int_get(&t->in_guest) - in_guest,
            g_atomic_int_get(&t->on_host) - on_host);
    for (unsigned i = 0; i < STREAMS; i++)
        end(&streams[i]);
    chan_pump_free(t->pump);
    for (unsigned i = 0; i < STREAMS; i++)
        g_thread_join(streams[i].serves);
    return slowest;
}

// Over a socket: no port is fast enough to leave the agent no rest between two things to do.
static GSubprocess *
start_agent(const char *wine, const char *bin, const char *port, int *pipe)
{
    g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_NONE);
    g_autofree char *path = g_build_filename(bin, "casement-agent.exe", NULL);
    g_autoptr(GError) error = NULL;
    int pair[2];

    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), ==, 0);
    g_subprocess_launcher_take_stdin_fd(launcher, dup(pair[1]));
    g_subprocess_launcher_take_stdout_fd(launcher, pair[1]);
    GSubprocess *agent = g_subprocess_launcher_spawn(launcher, &error, wine, path, "--stdio",
                                                     "--rdp-port", port, NULL);
    g_assert_no_error(error);
    *pipe = pair[0];
    return agent;
}

int
main(int argc, char **argv)
{
    static const ChanPumpHandlers handlers = {on_ready, on_message, NULL, on_lost};
    Test t = {.loop = g_main_loop_new(NULL, FALSE)};
    ChanConnConfig config = {.role = CHAN_ROLE_HOST, .software = "relay menu"};
    int pipe;
    char port[8];

    g_assert_cmpint(argc, ==, 3);
    g_timeout_add_seconds(LIMIT_S, on_limit, NULL);
    g_autofree char *shortcut = make_shortcut(argv[1], argv[2]);
    t.listener = relay_listen(port);
    GSubprocess *agent = start_agent(argv[1], argv[2], port, &pipe);
    g_assert_cmpint(getrandom(config.nonce, sizeof config.nonce, 0), ==, sizeof config.nonce);
    t.pump = chan_pump_new(NULL, pipe, dup(pipe), &config, &handlers, &t);
    g_main_loop_run(t.loop); // until the menu is known, and Remote Desktop
    gdouble took = under_load(&t, shortcut);
    relay_stop(agent);
    close(t.listener);
    g_main_loop_unref(t.loop);
    return took <= WITHIN_S ? 0 : 1;
}
