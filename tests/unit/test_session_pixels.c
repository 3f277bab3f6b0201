// SPDX-License-Identifier: Apache-2.0
// The host's end of the way of pixels past RDP against a guest that does not keep to it.

#include "rdpbridge/pixel_path.h"

#include <glib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct {
    BridgePixelPath *path;
    int guest; // the guest's end
    guint ready, frames, lost;
    gboolean refuses; // what the surfaces say to a frame
} Rig;

static void
on_ready(gpointer user)
{
    ((Rig *)user)->ready++;
}

static gboolean
on_frame(const ChanPixelsFrame *frame, gpointer user)
{
    Rig *rig = user;

    rig->frames++;
    return !rig->refuses;
}

static void
on_lost(gpointer user)
{
    ((Rig *)user)->lost++;
}

static const BridgePixelPathHandlers handlers = {
    .ready = on_ready, .frame = on_frame, .lost = on_lost};

static void
set_up(Rig *rig, gconstpointer data)
{
    g_autoptr(GError) error = NULL;

    rig->path = bridge_pixel_path_new(NULL, &handlers, rig, &error);
    g_assert_no_error(error);
    rig->guest = bridge_pixel_path_take_guests_end(rig->path);
    g_assert_cmpint(bridge_pixel_path_take_guests_end(rig->path), ==, -1);
}

static void
tear_down(Rig *rig, gconstpointer data)
{
    bridge_pixel_path_free(rig->path);
    close(rig->guest);
}

static void
say(Rig *rig, gconstpointer message, gsize size)
{
    g_assert_cmpint(send(rig->guest, message, size, MSG_NOSIGNAL), ==, (gssize)size);
    while (g_main_context_iteration(NULL, FALSE))
        ;
}

static void
say_hello(Rig *rig, guint32 version)
{
    ChanPixelsHello hello = {.header.type = CHAN_PIXELS_HELLO, .version = version};

    say(rig, &hello, sizeof hello);
}

static void
say_frame(Rig *rig)
{
    ChanPixelsFrame frame = {.header.type = CHAN_PIXELS_FRAME,
                             .buffer = 1,
                             .serial = 1,
                             .count = 1,
                             .rects = {{0, 0, 1, 1}}};

    say(rig, &frame, chan_pixels_frame_size(1));
}

// The guest is told that nobody listens any more.
static void
assert_hung_up(Rig *rig)
{
    guint8 byte;

    g_assert_cmpint(recv(rig->guest, &byte, 1, MSG_DONTWAIT), ==, 0);
    g_assert_cmpuint(rig->lost, ==, rig->ready);
    bridge_pixel_path_shown(rig->path, 1, 1, 0); // is no error
}

static void
test_right(Rig *rig, gconstpointer data)
{
    say_hello(rig, CHAN_PIXELS_VERSION);
    g_assert_cmpuint(rig->ready, ==, 1);
    say_frame(rig);
    g_assert_cmpuint(rig->frames, ==, 1);
    g_assert_cmpuint(rig->lost, ==, 0);
}

static void
test_frame_first(Rig *rig, gconstpointer data)
{
    say_frame(rig);
    g_assert_cmpuint(rig->frames, ==, 0);
    assert_hung_up(rig);
}

static void
test_hello_twice(Rig *rig, gconstpointer data)
{
    say_hello(rig, CHAN_PIXELS_VERSION);
    say_hello(rig, CHAN_PIXELS_VERSION);
    g_assert_cmpuint(rig->ready, ==, 1);
    assert_hung_up(rig);
}

static void
test_other_version(Rig *rig, gconstpointer data)
{
    say_hello(rig, CHAN_PIXELS_VERSION + 1);
    g_assert_cmpuint(rig->ready, ==, 0);
    assert_hung_up(rig);
}

static void
test_host_message(Rig *rig, gconstpointer data)
{
    ChanPixelsShown shown = {.header.type = CHAN_PIXELS_SHOWN};

    say_hello(rig, CHAN_PIXELS_VERSION);
    say(rig, &shown, sizeof shown);
    assert_hung_up(rig);
}

static void
test_too_long(Rig *rig, gconstpointer data)
{
    static const guint8 long_packet[CHAN_PIXELS_PACKET_MAX + 1] = {CHAN_PIXELS_FRAME};

    say_hello(rig, CHAN_PIXELS_VERSION);
    say(rig, long_packet, sizeof long_packet);
    assert_hung_up(rig);
}

// The guest's end closes.
static void
test_closed(Rig *rig, gconstpointer data)
{
    say_hello(rig, CHAN_PIXELS_VERSION);
    shutdown(rig->guest, SHUT_RDWR);
    while (g_main_context_iteration(NULL, FALSE))
        ;
    g_assert_cmpuint(rig->lost, ==, 1);
}

static void
test_refused_frame(Rig *rig, gconstpointer data)
{
    rig->refuses = TRUE;
    say_hello(rig, CHAN_PIXELS_VERSION);
    say_frame(rig);
    g_assert_cmpuint(rig->frames, ==, 1);
    assert_hung_up(rig);
}

// Descriptors are closed, of which the other end of a pipe tells.
static void
test_descriptor(Rig *rig, gconstpointer data)
{
    ChanPixelsHello hello = {.header.type = CHAN_PIXELS_HELLO, .version = CHAN_PIXELS_VERSION};
    struct iovec bytes = {&hello, sizeof hello};
    char space[CMSG_SPACE(sizeof(int))] = {0};
    struct msghdr m = {
        .msg_iov = &bytes, .msg_iovlen = 1, .msg_control = space, .msg_controllen = sizeof space};
    struct cmsghdr *c = CMSG_FIRSTHDR(&m);
    int ends[2];
    guint8 byte;

    g_assert_cmpint(pipe(ends), ==, 0);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(c), &ends[1], sizeof(int));
    g_assert_cmpint(sendmsg(rig->guest, &m, 0), ==, sizeof hello);
    close(ends[1]);
    while (g_main_context_iteration(NULL, FALSE))
        ;
    g_assert_cmpint(read(ends[0], &byte, 1), ==, 0);
    close(ends[0]);
    g_assert_cmpuint(rig->ready, ==, 1);
}

#define ADD(name, function)                                                                        \
    g_test_add("/session/pixels/" name, Rig, NULL, set_up, function, tear_down)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("right", test_right);
    ADD("frame-first", test_frame_first);
    ADD("hello-twice", test_hello_twice);
    ADD("other-version", test_other_version);
    ADD("host-message", test_host_message);
    ADD("too-long", test_too_long);
    ADD("closed", test_closed);
    ADD("refused-frame", test_refused_frame);
    ADD("descriptor", test_descriptor);
    return g_test_run();
}
