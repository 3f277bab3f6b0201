// SPDX-License-Identifier: Apache-2.0
// Packets with descriptors over a real socket pair; and the check of control packets.
#include "channel/control.h"
#include "channel/glib/packet.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct {
    ChanPacketSocket *socket;
    int packets, closed, fds;
    int fd; // the last one
    GByteArray *last;
    gboolean free_at_once;
} Receiver;

static void
on_packet(ChanPacketSocket *socket, ChanSpan untrusted_packet, const int *take_fds, guint n_fds,
          gpointer user)
{
    Receiver *r = user;

    if (untrusted_packet.size == 0) {
        r->closed++;
        g_assert_cmpuint(n_fds, ==, 0);
    } else {
        r->packets++;
        g_byte_array_set_size(r->last, 0);
        g_byte_array_append(r->last, untrusted_packet.data, (guint)untrusted_packet.size);
    }
    for (guint i = 0; i < n_fds; i++) {
        r->fds++;
        if (r->fd >= 0)
            close(r->fd);
        r->fd = take_fds[i];
    }
    if (r->free_at_once)
        g_clear_pointer(&r->socket, chan_packet_socket_free);
}

static void
start(Receiver *r, ChanPacketSocket **sender, gsize packet_max)
{
    int fds[2];

    g_assert_true(chan_packet_pair(fds, NULL));
    *r = (Receiver){.fd = -1, .last = g_byte_array_new()};
    r->socket = chan_packet_socket_new(NULL, fds[0], packet_max, on_packet, r);
    if (sender) {
        static Receiver ignored;
        ignored = (Receiver){.fd = -1, .last = r->last};
        *sender = chan_packet_socket_new(NULL, fds[1], packet_max, on_packet, &ignored);
    } else {
        r->fds = fds[1]; // the test's own
    }
}

static void
stop(Receiver *r)
{
    chan_packet_socket_free(r->socket);
    if (r->fd >= 0)
        close(r->fd);
    g_byte_array_unref(r->last);
}

static gboolean
on_deadline(gpointer user)
{
    g_error("nothing happened for 20 s");
    return G_SOURCE_REMOVE;
}

#define WAIT(condition)                                                                            \
    do {                                                                                           \
        guint timer_ = g_timeout_add_seconds(20, on_deadline, NULL);                               \
        while (!(condition))                                                                       \
            g_main_context_iteration(NULL, TRUE);                                                  \
        g_source_remove(timer_);                                                                   \
    } while (0)

static void
test_round(void)
{
    ChanPacketSocket *sender;
    Receiver r;
    int pipe_fds[2];
    char byte;

    start(&r, &sender, 1000);
    g_assert_cmpint(pipe2(pipe_fds, O_CLOEXEC), ==, 0);
    g_assert_true(chan_packet_send(sender, "one", 3, NULL, 0));
    WAIT(r.packets == 1);
    g_assert_cmpmem(r.last->data, r.last->len, "one", 3);
    g_assert_true(chan_packet_send(sender, "two", 3, &pipe_fds[0], 1));
    WAIT(r.packets == 2);
    g_assert_cmpint(r.fds, ==, 1);
    g_assert_true(fcntl(r.fd, F_GETFD) & FD_CLOEXEC);
    g_assert_cmpint(write(pipe_fds[1], "x", 1), ==, 1);
    g_assert_cmpint(read(r.fd, &byte, 1), ==, 1);
    chan_packet_socket_free(sender);
    WAIT(r.closed == 1);
    g_assert_false(chan_packet_send(r.socket, "x", 1, NULL, 0));
    close(pipe_fds[0]);
    close(pipe_fds[1]);
    stop(&r);
}

// At the limit it arrives, one byte over the peer counts as gone.
static void
test_limit(void)
{
    guint8 bytes[1001] = {0};
    ChanPacketSocket *sender;
    Receiver r;

    start(&r, &sender, 1000);
    g_assert_true(chan_packet_send(sender, bytes, 1000, NULL, 0));
    g_assert_true(chan_packet_send(sender, bytes, 1001, NULL, 0));
    WAIT(r.closed == 1);
    g_assert_cmpint(r.packets, ==, 1);
    g_assert_cmpuint(r.last->len, ==, 1000);
    chan_packet_socket_free(sender);
    stop(&r);
}

// What the socket does not take waits, in order and with its descriptors, up to a limit.
static void
test_queue(void)
{
    ChanPacketSocket *sender;
    guint32 sent = 0;
    Receiver r;
    g_autofree guint8 *bytes = g_malloc0(32000);
    int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

    start(&r, &sender, 32000);
    chan_packet_socket_pause(r.socket, TRUE);
    for (;; sent++) {
        memcpy(bytes, &sent, sizeof sent);
        if (!chan_packet_send(sender, bytes, 32000, &fd, sent % 50 == 0 ? 1 : 0))
            break;
    }
    g_assert_cmpuint(chan_packet_queued(sender), <=, CHAN_PACKET_QUEUE_MAX);
    g_assert_cmpuint(chan_packet_queued(sender), >, CHAN_PACKET_QUEUE_MAX - 40000);
    chan_packet_socket_pause(r.socket, FALSE);
    WAIT(r.packets == (int)sent);
    memcpy(bytes, r.last->data, sizeof sent);
    sent--;
    g_assert_cmpmem(bytes, 4, &sent, 4);
    g_assert_cmpint(r.fds, ==, (int)(sent / 50 + 1));
    g_assert_cmpuint(chan_packet_queued(sender), ==, 0);
    close(fd);
    chan_packet_socket_free(sender);
    stop(&r);
}

static void
test_free_inside(void)
{
    ChanPacketSocket *sender;
    Receiver r;

    start(&r, &sender, 100);
    r.free_at_once = TRUE;
    g_assert_true(chan_packet_send(sender, "a", 1, NULL, 0));
    g_assert_true(chan_packet_send(sender, "b", 1, NULL, 0));
    WAIT(!r.socket);
    g_assert_cmpint(r.packets, ==, 1);
    chan_packet_socket_free(sender);
    stop(&r);
}

// More descriptors than a packet may have: the peer counts as gone and none leaks.
static void
test_too_many_fds(void)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int) * (CHAN_PACKET_FDS_MAX + 2))];
    } control = {0};
    struct iovec iov = {"x", 1};
    struct msghdr msg = {.msg_iov = &iov,
                         .msg_iovlen = 1,
                         .msg_control = &control,
                         .msg_controllen = sizeof control.bytes};
    Receiver r;

    start(&r, NULL, 100);
    int own = r.fds;
    r.fds = 0;
    struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(sizeof(int) * (CHAN_PACKET_FDS_MAX + 2));
    for (int i = 0; i < CHAN_PACKET_FDS_MAX + 2; i++)
        memcpy(CMSG_DATA(c) + (gsize)i * sizeof own, &own, sizeof own);
    int before = open("/dev/null", O_RDONLY | O_CLOEXEC);
    close(before);
    g_assert_cmpint(sendmsg(own, &msg, 0), ==, 1);
    WAIT(r.closed == 1);
    int after = open("/dev/null", O_RDONLY | O_CLOEXEC);
    close(after);
    g_assert_cmpint(before, ==, after);
    close(own);
    stop(&r);
}

// --- control packets

static void
test_control_sizes(void)
{
    CtlSetup setup;

    memset(&setup, 0, sizeof setup);
    CTL_INIT(&setup, CTL_SETUP);
    CTL_SET_TEXT(setup.guest, "demo");
    g_assert_true(ctl_check(CHAN_SPAN(&setup, sizeof setup)));
    g_assert_cmpint(ctl_type(CHAN_SPAN(&setup, sizeof setup)), ==, CTL_SETUP);
    for (gsize n = 0; n < sizeof setup; n++)
        g_assert_false(ctl_check(CHAN_SPAN(&setup, n)));
    for (int by = -1; by <= 1; by += 2) {
        setup.header.size = (guint32)((int)sizeof setup + by);
        g_assert_false(ctl_check(CHAN_SPAN(&setup, sizeof setup)));
    }
    setup.header.size = sizeof setup;
    memset(setup.title_prefix, 'x', sizeof setup.title_prefix);
    g_assert_false(ctl_check(CHAN_SPAN(&setup, sizeof setup)));
    setup.title_prefix[sizeof setup.title_prefix - 1] = 0;
    g_assert_true(ctl_check(CHAN_SPAN(&setup, sizeof setup)));
    for (guint32 type = 63; type < 70000; type++) {
        setup.header.type = type;
        g_assert_false(ctl_check(CHAN_SPAN(&setup, sizeof setup)));
    }
}

static void
test_control_tail(void)
{
    static struct {
        CtlExec exec;
        char tail[CTL_PACKET_MAX];
    } m;
    const gsize most = CTL_PACKET_MAX - sizeof m.exec;

    CTL_INIT(&m.exec, CTL_EXEC);
    g_assert_true(ctl_check(CHAN_SPAN(&m, sizeof m.exec)));
    memset(m.tail, 'x', sizeof m.tail);
    m.tail[most - 1] = m.tail[most] = 0;
    for (gsize n = most - 1; n <= most + 1; n++) {
        m.exec.header.size = (guint32)(sizeof m.exec + n);
        // Not ended by a NUL; at the limit; over it.
        g_assert_true(ctl_check(CHAN_SPAN(&m, sizeof m.exec + n)) == (n == most));
    }
}

// Pixels are as many as the packet says, and no more than there may be.
static void
test_control_pixels(void)
{
    static struct {
        CtlTray tray;
        guint8 pixels[CTL_TRAY_SIDE_MAX + 1][CTL_TRAY_SIDE_MAX][4];
    } m;
    const struct {
        guint32 width, height;
        bool fits;
    } sizes[] = {{0, 0, true},
                 {1, 1, true},
                 {CTL_TRAY_SIDE_MAX, CTL_TRAY_SIDE_MAX, true},
                 {CTL_TRAY_SIDE_MAX, CTL_TRAY_SIDE_MAX + 1, false},
                 {CTL_TRAY_SIDE_MAX + 1, 1, false},
                 {0, 1, false},
                 {1, 0, false},
                 {0x80000000u, 2, false}};

    for (guint i = 0; i < G_N_ELEMENTS(sizes); i++) {
        guint32 pixels = sizes[i].width * sizes[i].height * 4;
        m.tray.header.type = CTL_TRAY;
        m.tray.width = sizes[i].width;
        m.tray.height = sizes[i].height;
        for (int by = -1; by <= 1; by++) {
            m.tray.header.size = (guint32)((int)(sizeof m.tray + pixels) + by);
            bool good = sizes[i].fits && by == 0;
            g_assert_true(ctl_check(CHAN_SPAN(&m, m.tray.header.size)) == good);
        }
    }
}

static void
test_control_text(void)
{
    char field[8];

    CTL_SET_TEXT(field, "1234567");
    g_assert_cmpstr(field, ==, "1234567");
    CTL_SET_TEXT(field, "12345678");
    g_assert_cmpstr(field, ==, "1234567");
    CTL_SET_TEXT(field, "123456ä");
    g_assert_cmpstr(field, ==, "123456");
    CTL_SET_TEXT(field, "1234€€");
    g_assert_cmpstr(field, ==, "1234€");
    CTL_SET_TEXT(field, NULL);
    g_assert_cmpstr(field, ==, "");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/channel/packet/round", test_round);
    g_test_add_func("/channel/packet/limit", test_limit);
    g_test_add_func("/channel/packet/queue", test_queue);
    g_test_add_func("/channel/packet/free-inside", test_free_inside);
    g_test_add_func("/channel/packet/too-many-fds", test_too_many_fds);
    g_test_add_func("/channel/control/sizes", test_control_sizes);
    g_test_add_func("/channel/control/tail", test_control_tail);
    g_test_add_func("/channel/control/pixels", test_control_pixels);
    g_test_add_func("/channel/control/text", test_control_text);
    return g_test_run();
}
