// SPDX-License-Identifier: Apache-2.0
// Two pumps in one process over every kind of pipe: messages, streams both ways, half-close, what a
// restarted peer and a console's text do to them.
#include "channel/glib/pump.h"
#include "channel/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <pty.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#define DEADLINE_S 30
#define BULK (3 * 1024 * 1024)

typedef struct {
    ChanPump *pump;
    int ready, messages, streams;
    guint16 last_type;
    GByteArray *last;
    GString *service;
    int stream_fd; // the guest's end of the last stream
    GError *lost;
    gboolean free_when_lost;
    gboolean replies;   // to a message, by one of its own
    gsize sent, queued; // by the end of that
} End;

static void
on_ready(ChanPump *pump, const ChanHello *untrusted_peer, gpointer user)
{
    End *e = user;

    e->ready++;
    g_assert_cmpstr(untrusted_peer->software, ==, "test 1");
}

static void
reply(End *e)
{
    ChanPumpStats before, after;

    chan_pump_get_stats(e->pump, &before);
    g_assert_true(chan_pump_send(e->pump, 1, CHAN_SPAN_TEXT("reply"), NULL));
    chan_pump_flush(e->pump);
    chan_pump_get_stats(e->pump, &after);
    e->sent = after.bytes_out - before.bytes_out;
    e->queued = after.queued;
}

static void
on_message(ChanPump *pump, uint16_t type, ChanSpan untrusted_payload, gpointer user)
{
    End *e = user;

    e->messages++;
    e->last_type = type;
    g_byte_array_set_size(e->last, 0);
    g_byte_array_append(e->last, untrusted_payload.data, (guint)untrusted_payload.size);
    if (e->replies)
        reply(e);
}

static void
on_stream(ChanPump *pump, const char *untrusted_service, int take_fd, gpointer user)
{
    End *e = user;

    e->streams++;
    g_string_assign(e->service, untrusted_service);
    if (e->stream_fd >= 0)
        close(e->stream_fd);
    e->stream_fd = take_fd;
}

static void
on_lost(ChanPump *pump, const GError *error, gpointer user)
{
    End *e = user;

    g_assert_null(e->lost);
    e->lost = g_error_copy(error);
    if (e->free_when_lost)
        g_clear_pointer(&e->pump, chan_pump_free);
}

static const ChanPumpHandlers handlers = {on_ready, on_message, on_stream, on_lost};

static void
end_start(End *e, ChanRole role, int in, int out, guint32 features)
{
    ChanConnConfig config = {.role = role, .features = features, .software = "test 1"};

    for (int i = 0; i < CHAN_NONCE_SIZE; i++)
        config.nonce[i] = (guint8)g_random_int_range(1, 256);
    *e = (End){.stream_fd = -1, .last = g_byte_array_new(), .service = g_string_new(NULL)};
    e->pump = chan_pump_new(NULL, in, out, &config, &handlers, e);
}

static void
end_stop(End *e)
{
    chan_pump_free(e->pump);
    if (e->stream_fd >= 0)
        close(e->stream_fd);
    g_byte_array_unref(e->last);
    g_string_free(e->service, TRUE);
    g_clear_error(&e->lost);
}

static gboolean
on_deadline(gpointer user)
{
    g_error("nothing happened for %d s", DEADLINE_S);
    return G_SOURCE_REMOVE;
}

#define WAIT(condition)                                                                            \
    do {                                                                                           \
        guint timer_ = g_timeout_add_seconds(DEADLINE_S, on_deadline, NULL);                       \
        while (!(condition))                                                                       \
            g_main_context_iteration(NULL, TRUE);                                                  \
        g_source_remove(timer_);                                                                   \
    } while (0)

// --- pipes

typedef enum { SOCKET, SOCKET_RELAY, PIPES, PTY } Kind;

typedef struct {
    int host_in, host_out, guest_in, guest_out;
} Ends;

static Ends
make_pipe(Kind kind)
{
    int a[2], b[2];

    switch (kind) {
    case SOCKET:
    case SOCKET_RELAY:
        g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, a), ==, 0);
        return (Ends){a[0], a[0], a[1], a[1]};
    case PIPES:
        g_assert_cmpint(pipe2(a, O_CLOEXEC), ==, 0);
        g_assert_cmpint(pipe2(b, O_CLOEXEC), ==, 0);
        return (Ends){a[0], b[1], b[0], a[1]};
    case PTY:
        g_assert_cmpint(openpty(&a[0], &a[1], NULL, NULL, NULL), ==, 0);
        return (Ends){a[0], a[0], a[1], a[1]};
    }
    g_assert_not_reached();
}

static guint32
features_of(Kind kind)
{
    return kind == SOCKET_RELAY ? 0 : CHAN_FEATURE_FDS;
}

static void
start(Kind kind, End *host, End *guest)
{
    Ends ends = make_pipe(kind);

    end_start(host, CHAN_ROLE_HOST, ends.host_in, ends.host_out, features_of(kind));
    end_start(guest, CHAN_ROLE_GUEST, ends.guest_in, ends.guest_out, features_of(kind));
    WAIT(host->ready == 1 && guest->ready == 1);
}

// --- tests

static void
send_message(End *e, guint16 type, gsize size)
{
    g_autofree guint8 *bytes = g_malloc(size + 1);

    for (gsize i = 0; i < size; i++)
        bytes[i] = (guint8)(i * 7 + i / 251);
    g_assert_true(chan_pump_send(e->pump, type, CHAN_SPAN(bytes, size), NULL));
}

static void
test_messages(gconstpointer data)
{
    static const gsize sizes[] = {0, 1, 5, 65529, 65530, 65531, 200000, CHAN_MESSAGE_MAX};
    End host, guest;
    g_autoptr(GError) error = NULL;

    start((Kind)GPOINTER_TO_INT(data), &host, &guest);
    for (gsize i = 0; i < G_N_ELEMENTS(sizes); i++) {
        send_message(&host, (guint16)i, sizes[i]);
        send_message(&guest, (guint16)(i + 100), sizes[i]);
        WAIT(host.messages == (int)i + 1 && guest.messages == (int)i + 1);
        g_assert_cmpuint(guest.last_type, ==, i);
        g_assert_cmpuint(host.last_type, ==, i + 100);
        g_assert_cmpuint(guest.last->len, ==, sizes[i]);
        g_assert_cmpuint(host.last->len, ==, sizes[i]);
        for (gsize k = 0; k < sizes[i]; k++)
            g_assert_cmpuint(guest.last->data[k], ==, (guint8)(k * 7 + k / 251));
    }
    g_autofree guint8 *big = g_malloc0(CHAN_MESSAGE_MAX + 1);
    g_assert_false(chan_pump_send(host.pump, 1, CHAN_SPAN(big, CHAN_MESSAGE_MAX + 1), &error));
    g_assert_error(error, G_IO_ERROR, G_IO_ERROR_MESSAGE_TOO_LARGE);
    end_stop(&host);
    end_stop(&guest);
}

// Writes BULK bytes into a socket and closes that direction, and counts and checks what comes.
typedef struct {
    int fd;
    gsize sent, got, to_send;
    guint8 seed;
    gboolean end;
    guint in, out;
} Traffic;

static guint8
byte_at(gsize i, guint8 seed)
{
    return (guint8)(seed + i + i / 253);
}

static gboolean
on_traffic_out(int fd, GIOCondition condition, gpointer user)
{
    Traffic *t = user;
    guint8 buffer[5000];
    gsize n = MIN(sizeof buffer, t->to_send - t->sent);

    for (gsize i = 0; i < n; i++)
        buffer[i] = byte_at(t->sent + i, t->seed);
    ssize_t done = n > 0 ? send(fd, buffer, n, MSG_DONTWAIT | MSG_NOSIGNAL) : 0;
    if (done > 0)
        t->sent += (gsize)done;
    if (t->sent < t->to_send)
        return G_SOURCE_CONTINUE;
    shutdown(fd, SHUT_WR);
    t->out = 0;
    return G_SOURCE_REMOVE;
}

static gboolean
on_traffic_in(int fd, GIOCondition condition, gpointer user)
{
    Traffic *t = user;
    guint8 buffer[7001];
    ssize_t n = recv(fd, buffer, sizeof buffer, MSG_DONTWAIT);

    if (n < 0 && errno == EAGAIN)
        return G_SOURCE_CONTINUE;
    for (ssize_t i = 0; i < n; i++)
        if (buffer[i] != byte_at(t->got + (gsize)i, (guint8)(t->seed ^ 1)))
            g_error("byte %zu is wrong", t->got + (gsize)i);
    t->got += (gsize)MAX(n, 0);
    if (n > 0)
        return G_SOURCE_CONTINUE;
    t->end = TRUE;
    t->in = 0;
    return G_SOURCE_REMOVE;
}

static void
traffic_start(Traffic *t, int fd, gsize bytes, guint8 seed)
{
    *t = (Traffic){.fd = fd, .to_send = bytes, .seed = seed};
    t->in = g_unix_fd_add(fd, G_IO_IN | G_IO_HUP, on_traffic_in, t);
    t->out = g_unix_fd_add(fd, G_IO_OUT, on_traffic_out, t);
}

static int
open_stream(End *host, End *guest, const char *service)
{
    g_autoptr(GError) error = NULL;
    int before = guest->streams;
    int fd = chan_pump_open_stream(host->pump, service, CHAN_PRIORITY_BULK, &error);

    g_assert_no_error(error);
    WAIT(guest->streams == before + 1);
    g_assert_cmpstr(guest->service->str, ==, service);
    return fd;
}

// What a handler sends is on its way before the handler has ended, if it says so.
static void
test_flush(gconstpointer data)
{
    End host, guest;

    start((Kind)GPOINTER_TO_INT(data), &host, &guest);
    guest.replies = TRUE;
    send_message(&host, 5, 100);
    WAIT(guest.messages == 1);
    g_assert_cmpuint(guest.sent, >=, strlen("reply"));
    g_assert_cmpuint(guest.queued, ==, 0);
    WAIT(host.messages == 1);
    g_assert_cmpmem(host.last->data, host.last->len, "reply", strlen("reply"));
    end_stop(&host);
    end_stop(&guest);
}

static void
test_stream(gconstpointer data)
{
    Kind kind = (Kind)GPOINTER_TO_INT(data);
    ChanPumpStats stats;
    Traffic a, b;
    End host, guest;

    start(kind, &host, &guest);
    int fd = open_stream(&host, &guest, "rdp");
    chan_pump_get_stats(host.pump, &stats);
    g_assert_true(stats.passes_fds == (kind == SOCKET));
    g_assert_cmpuint(stats.streams, ==, kind == SOCKET ? 0 : 1);
    traffic_start(&a, fd, BULK, 6);
    traffic_start(&b, guest.stream_fd, BULK / 2, 7);
    WAIT(a.end && b.end);
    g_assert_cmpuint(b.got, ==, BULK);
    g_assert_cmpuint(a.got, ==, BULK / 2);
    close(fd);
    close(guest.stream_fd);
    guest.stream_fd = -1;
    if (kind != SOCKET) {
        WAIT((chan_pump_get_stats(host.pump, &stats), stats.streams == 0));
        WAIT((chan_pump_get_stats(guest.pump, &stats), stats.streams == 0));
    } else {
        g_assert_cmpuint(stats.bytes_out, <, 4096);
    }
    end_stop(&host);
    end_stop(&guest);
}

// One direction ends, the other goes on.
static void
test_half_close(gconstpointer data)
{
    char buffer[16];
    End host, guest;

    start((Kind)GPOINTER_TO_INT(data), &host, &guest);
    int fd = open_stream(&host, &guest, "echo");
    g_assert_cmpint(send(fd, "question", 8, 0), ==, 8);
    shutdown(fd, SHUT_WR);
    ssize_t n = 0;
    WAIT((n = recv(guest.stream_fd, buffer, sizeof buffer, MSG_DONTWAIT)) >= 0);
    g_assert_cmpmem(buffer, n, "question", 8);
    WAIT((n = recv(guest.stream_fd, buffer, sizeof buffer, MSG_DONTWAIT)) >= 0);
    g_assert_cmpint(n, ==, 0);
    g_assert_cmpint(send(guest.stream_fd, "answer", 6, 0), ==, 6);
    WAIT((n = recv(fd, buffer, sizeof buffer, MSG_DONTWAIT)) >= 0);
    g_assert_cmpmem(buffer, n, "answer", 6);
    close(guest.stream_fd);
    guest.stream_fd = -1;
    WAIT((n = recv(fd, buffer, sizeof buffer, MSG_DONTWAIT)) >= 0);
    g_assert_cmpint(n, ==, 0);
    close(fd);
    end_stop(&host);
    end_stop(&guest);
}

// A console's text comes first, and the guest's agent only after it.
static void
test_console_text(void)
{
    static const char text[] = "SeaBIOS\r\n\xc5\xc5\x46 Booting...\n[    0.000000] Linux\nlogin: ";
    Ends ends = make_pipe(PTY);
    End host, guest;

    end_start(&host, CHAN_ROLE_HOST, ends.host_in, ends.host_out, 0);
    for (int i = 0; i < 40; i++) {
        g_assert_cmpint(write(ends.guest_out, text, sizeof text - 1), ==, sizeof text - 1);
        g_main_context_iteration(NULL, FALSE);
    }
    end_start(&guest, CHAN_ROLE_GUEST, ends.guest_in, ends.guest_out, 0);
    WAIT(host.ready == 1 && guest.ready == 1);
    send_message(&host, 1, 100);
    WAIT(guest.messages == 1);
    end_stop(&host);
    end_stop(&guest);
}

// The guest's process is replaced in the middle of a frame, the pipe stays.
static void
test_restart(void)
{
    Ends ends = make_pipe(SOCKET);
    int guest_fd = fcntl(ends.guest_in, F_DUPFD_CLOEXEC, 0);
    char byte;
    End host, guest;

    end_start(&host, CHAN_ROLE_HOST, ends.host_in, ends.host_out, 0);
    end_start(&guest, CHAN_ROLE_GUEST, ends.guest_in, ends.guest_out, 0);
    WAIT(host.ready == 1 && guest.ready == 1);
    int fd = open_stream(&host, &guest, "rdp");
    // More than the socket takes while nobody reads: a frame is cut.
    send_message(&guest, 1, CHAN_MESSAGE_MAX);
    end_stop(&guest);
    end_start(&guest, CHAN_ROLE_GUEST, guest_fd, guest_fd, 0);
    WAIT(host.ready == 2 && guest.ready == 1);
    g_assert_cmpint(host.messages, ==, 0);
    g_assert_cmpint(recv(fd, &byte, 1, MSG_DONTWAIT), ==, 0); // the old stream is closed
    close(fd);
    send_message(&guest, 2, 1000);
    WAIT(host.messages == 1);
    fd = open_stream(&host, &guest, "rdp");
    close(fd);
    end_stop(&host);
    end_stop(&guest);
}

static void
test_lost(gconstpointer data)
{
    End host, guest;

    start((Kind)GPOINTER_TO_INT(data), &host, &guest);
    int fd = chan_pump_open_stream(host.pump, "rdp", CHAN_PRIORITY_BULK, NULL);
    g_assert_cmpint(fd, >=, 0);
    host.free_when_lost = TRUE;
    ChanPumpStats before, stats;
    chan_pump_get_stats(guest.pump, &before);
    send_message(&guest, 7, 3000); // its last words are heard
    WAIT((chan_pump_get_stats(guest.pump, &stats), stats.bytes_out >= before.bytes_out + 3000));
    g_clear_pointer(&guest.pump, chan_pump_free);
    WAIT(host.lost);
    g_assert_error(host.lost, G_IO_ERROR, G_IO_ERROR_CLOSED);
    g_assert_cmpint(host.messages, ==, 1);
    close(fd);
    end_stop(&host);
    end_stop(&guest);
}

// A descriptor that belongs to no open frame is closed, and nothing else happens.
static void
test_stray_fd(void)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control = {0};
    struct iovec iov = {"x", 1};
    struct msghdr msg = {.msg_iov = &iov,
                         .msg_iovlen = 1,
                         .msg_control = &control,
                         .msg_controllen = sizeof control.bytes};
    Ends ends = make_pipe(SOCKET);
    int pipe_fds[2];
    char byte;
    End host, guest;

    g_assert_cmpint(pipe2(pipe_fds, O_CLOEXEC), ==, 0);
    struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
    *c = (struct cmsghdr){
        .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof(int))};
    memcpy(CMSG_DATA(c), &pipe_fds[1], sizeof(int));
    g_assert_cmpint(sendmsg(ends.host_out, &msg, 0), ==, 1);
    g_assert_cmpint(sendmsg(ends.guest_out, &msg, 0), ==, 1);
    close(pipe_fds[1]);
    end_start(&host, CHAN_ROLE_HOST, ends.host_in, ends.host_out, CHAN_FEATURE_FDS);
    end_start(&guest, CHAN_ROLE_GUEST, ends.guest_in, ends.guest_out, CHAN_FEATURE_FDS);
    WAIT(host.ready == 1 && guest.ready == 1);
    int fd = open_stream(&host, &guest, "rdp");
    g_assert_cmpint(send(fd, "hi", 2, 0), ==, 2);
    ssize_t n = 0;
    char buffer[8];
    WAIT((n = recv(guest.stream_fd, buffer, sizeof buffer, MSG_DONTWAIT)) >= 0);
    g_assert_cmpmem(buffer, n, "hi", 2);
    // Every copy of the stray one's write end is closed: its reader sees the end.
    g_assert_cmpint(read(pipe_fds[0], &byte, 1), ==, 0);
    close(pipe_fds[0]);
    close(fd);
    end_stop(&host);
    end_stop(&guest);
}

// A stream between two Unix sockets with a program in between that passes bytes alone.
typedef struct {
    int from, to;
} Copy;

static gboolean
on_copy(int fd, GIOCondition condition, gpointer user)
{
    const Copy *copy = user;
    char buffer[4096];
    ssize_t n = recv(copy->from, buffer, sizeof buffer, MSG_DONTWAIT);

    if (n > 0)
        g_assert_cmpint(send(copy->to, buffer, (size_t)n, MSG_NOSIGNAL), ==, n);
    return n != 0 ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static void
test_between(void)
{
    ChanPumpStats stats;
    Ends a = make_pipe(SOCKET), b = make_pipe(SOCKET);
    Copy to_guest = {a.guest_in, b.host_in}, to_host = {b.host_in, a.guest_in};
    guint sources[2] = {g_unix_fd_add(to_guest.from, G_IO_IN, on_copy, &to_guest),
                        g_unix_fd_add(to_host.from, G_IO_IN, on_copy, &to_host)};
    Traffic t, u;
    End host, guest;

    end_start(&host, CHAN_ROLE_HOST, a.host_in, a.host_out, CHAN_FEATURE_FDS);
    end_start(&guest, CHAN_ROLE_GUEST, b.guest_in, b.guest_out, CHAN_FEATURE_FDS);
    WAIT(host.ready == 1 && guest.ready == 1);
    int fd = open_stream(&host, &guest, "rdp");
    chan_pump_get_stats(host.pump, &stats);
    g_assert_false(stats.passes_fds);
    traffic_start(&t, fd, 100000, 6);
    traffic_start(&u, guest.stream_fd, 50000, 7);
    WAIT(t.end && u.end);
    g_assert_cmpuint(u.got, ==, 100000);
    for (int i = 0; i < 2; i++)
        g_source_remove(sources[i]);
    close(fd);
    end_stop(&host);
    end_stop(&guest);
    close(a.guest_in);
    close(b.host_in);
}

static const struct {
    const char *name;
    Kind kind;
} kinds[] = {{"socket", SOCKET}, {"socket-relay", SOCKET_RELAY}, {"pipes", PIPES}, {"pty", PTY}};

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
        const struct {
            const char *name;
            GTestDataFunc run;
        } tests[] = {{"messages", test_messages},
                     {"flush", test_flush},
                     {"stream", test_stream},
                     {"half-close", test_half_close},
                     {"lost", test_lost}};
        for (gsize k = 0; k < G_N_ELEMENTS(tests); k++) {
            g_autofree char *path =
                g_strdup_printf("/channel/pump/%s/%s", kinds[i].name, tests[k].name);
            g_test_add_data_func(path, GINT_TO_POINTER(kinds[i].kind), tests[k].run);
        }
    }
    g_test_add_func("/channel/pump/console-text", test_console_text);
    g_test_add_func("/channel/pump/restart", test_restart);
    g_test_add_func("/channel/pump/stray-fd", test_stray_fd);
    g_test_add_func("/channel/pump/between", test_between);
    return g_test_run();
}
