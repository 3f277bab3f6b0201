// SPDX-License-Identifier: Apache-2.0

// The ways on which a real guest's pixels come, best first, where one is not there or is lost.

#include "channel/tile_stream.h"
#include "tests/integration/session_carrier.h"
#include "tests/integration/session_guest.h"
#include "tests/integration/session_harness.h"
#include "tests/integration/session_relay.h"

#include <linux/input-event-codes.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct {
    Guest *guest;
    Relay *relay; // of the stream of RDP
    Harness *h;
    GPid carrier; // of the stream of pixels
} Fixture;

// Its stream of RDP is relayed: no descriptor arrives, as behind any pipe.
static void
set_up(Fixture *f, gconstpointer data)
{
    g_autofree char *painter = harness_program("session_painter");
    g_autofree char *command = g_strdup_printf("%s painter Painted", painter);

    f->guest = guest_new();
    guest_publish(f->guest, "painter", command);
    f->relay = relay_new(guest_stream(f->guest), RELAY_FAITHFUL, NULL);
    f->h = harness_new(f->relay->client, 1280, 800, 0);
}

static void
drop_carrier(Fixture *f)
{
    carrier_free(f->carrier);
    f->carrier = 0;
}

static void
tear_down(Fixture *f, gconstpointer data)
{
    harness_free(f->h);
    relay_free(f->relay);
    drop_carrier(f);
    guest_free(f->guest);
}

static gboolean
is_ready(Harness *h, gpointer user)
{
    return h->ready;
}

static guint32
colour(guint x, guint y, guint shift)
{
    return ((x + shift) & 0xff) << 16 | (y & 0xff) << 8 | ((x ^ y) & 0xff);
}

// The window shows what the painter paints, on the way that the harness expects.
static gboolean
is_painted(Harness *h, gpointer user)
{
    HarnessWindow *w = harness_window_titled(h, "Painted");
    HarnessBuffer *b = w && w->commit.buffer_id ? harness_buffer(h, w->commit.buffer_id) : NULL;

    if (!b)
        return FALSE;
    for (guint y = 0; y < b->height; y++)
        for (guint x = 0; x < b->width; x++)
            if (harness_pixel(h, w, x, y) != colour(x, y, 0))
                return FALSE;
    return TRUE;
}

// The same, by now by this way.
static gboolean
has_changed_over(Harness *h, gpointer way)
{
    HarnessWindow *w = harness_window_titled(h, "Painted");

    g_assert_true(is_painted(h, NULL)); // nothing of it is seen
    return harness_buffer(h, w->commit.buffer_id)->way == GPOINTER_TO_UINT(way);
}

static void
expect_change(Fixture *f, ViewPixelsWay way)
{
    f->h->any_way = TRUE;
    harness_wait(f->h, has_changed_over, GUINT_TO_POINTER(way), 10, "pixels by the other way");
    f->h->any_way = FALSE;
    f->h->way = way;
}

static void
launch(Fixture *f)
{
    harness_wait(f->h, is_ready, NULL, 10, "READY");
    harness_exec(f->h, 1, CTL_EXEC_APP, "painter", NULL);
    harness_wait(f->h, is_painted, NULL, 10, "the painter's pixels");
}

static gboolean
is_wider(Harness *h, gpointer width)
{
    HarnessWindow *w = harness_window_titled(h, "Painted");

    return w && w->commit.geometry.width == GPOINTER_TO_UINT(width) && is_painted(h, NULL);
}

// New pixels in a new surface.
static void
resize(Fixture *f)
{
    HarnessWindow *w = harness_window_titled(f->h, "Painted");
    guint32 width = w->commit.geometry.width + 40;
    ViewConfigured m = {.id = w->id, .serial = width, .geometry = w->commit.geometry};

    m.geometry.width = width;
    VIEW_INIT(&m, VIEW_MSG_CONFIGURED);
    harness_send_view(f->h, &m, sizeof m, -1);
    harness_wait(f->h, is_wider, GUINT_TO_POINTER(width), 10, "its new size's pixels");
}

static void
give_carried_stream(Fixture *f)
{
    int pair[2];

    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), ==, 0);
    f->carrier = carrier_new(guest_pixels(f->guest), pair[1], 0);
    harness_give_pixels(f->h, pair[0]);
}

// Where no memory can be had it is the stream.
static void
test_behind_a_pipe(Fixture *f, gconstpointer data)
{
    f->h->way = VIEW_PIXELS_STREAMED;
    give_carried_stream(f);
    launch(f);
    resize(f);
}

// And by RDP where there is none: of an older session, to an agent that refuses it.
static void
test_none(Fixture *f, gconstpointer data)
{
    f->h->way = VIEW_PIXELS_RDP;
    launch(f);
}

static void
test_refused(Fixture *f, gconstpointer data)
{
    int pair[2];

    f->h->way = VIEW_PIXELS_RDP;
    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), ==, 0);
    close(pair[1]);
    harness_give_pixels(f->h, pair[0]);
    launch(f);
}

// It comes when windows are there that RDP has painted: they stay as they are, and go over it from
// then on.
static void
test_late(Fixture *f, gconstpointer data)
{
    f->h->way = VIEW_PIXELS_RDP;
    launch(f);
    give_carried_stream(f);
    expect_change(f, VIEW_PIXELS_STREAMED);
    resize(f);
}

// The pipe of the pixels alone breaks: RDP brings them, and the window stays.
static void
test_lost(Fixture *f, gconstpointer data)
{
    f->h->way = VIEW_PIXELS_STREAMED;
    give_carried_stream(f);
    launch(f);
    guint32 id = harness_window_titled(f->h, "Painted")->id;
    drop_carrier(f);
    expect_change(f, VIEW_PIXELS_RDP);
    resize(f);
    g_assert_cmpuint(harness_window_titled(f->h, "Painted")->id, ==, id);
    g_assert_false(f->h->fatal);
}

static void
say(int fd, const ChanTilesMessage *m)
{
    guint8 bytes[CHAN_TILES_SMALL_MAX];
    ChanSpan span = chan_tiles_encode(m, bytes);

    g_assert_cmpint(send(fd, span.data, span.size, MSG_NOSIGNAL), ==, (gssize)span.size);
}

static gboolean
is_closed(Harness *h, gpointer user)
{
    char bytes[256];
    int fd = GPOINTER_TO_INT(user);
    ssize_t n;

    while ((n = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT)) > 0)
        continue;
    return n == 0;
}

// Somebody who is not the guest's RemoteApp server has the stream, and breaks its rules.
static void
test_hostile(Fixture *f, gconstpointer data)
{
    const ChanTilesMessage hello = {.type = CHAN_TILES_HELLO, .version = CHAN_TILES_VERSION};
    int pair[2];

    f->h->way = VIEW_PIXELS_RDP;
    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), ==, 0);
    harness_give_pixels(f->h, pair[0]);
    say(pair[1], &hello);
    launch(f);
    say(pair[1], &hello);
    harness_wait(f->h, is_closed, GINT_TO_POINTER(pair[1]), 10, "the stream to be closed");
    resize(f);
    g_assert_false(f->h->fatal);
    close(pair[1]);
}

#define ADD(name, function)                                                                        \
    g_test_add("/session/ways/" name, Fixture, NULL, set_up, function, tear_down)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("behind-a-pipe", test_behind_a_pipe);
    ADD("none", test_none);
    ADD("refused", test_refused);
    ADD("late", test_late);
    ADD("lost", test_lost);
    ADD("hostile", test_hostile);
    return g_test_run();
}
