// SPDX-License-Identifier: Apache-2.0
// The host's end of a stream of pixels against a guest that does not keep to it.

#include "rdpbridge/pixel_stream.h"

#include "channel/tile_stream.h"

#include <glib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define TOKEN G_GUINT64_CONSTANT(0x1122334455667788)
#define PICTURE 5 // its buffer id

typedef struct {
    BridgePixelStream *stream;
    int guest; // the guest's end
    BridgeSurface *picture;
    size_t used;
    guint ready, frames, lost, no_video;
    gboolean busy, refuses, slow;
    BridgeDamage damage; // of the last frame
} Rig;

static void
on_ready(gpointer user)
{
    ((Rig *)user)->ready++;
}

static BridgeSurface *
on_picture(guint32 buffer, gboolean *free, gpointer user)
{
    Rig *rig = user;

    *free = !rig->busy;
    return buffer == PICTURE ? rig->picture : NULL;
}

static gboolean
on_frame(guint32 buffer, guint32 serial, const BridgeDamage *damage, gpointer user)
{
    Rig *rig = user;

    rig->frames++;
    rig->damage = *damage;
    return !rig->refuses;
}

static void
on_lost(gpointer user)
{
    ((Rig *)user)->lost++;
}

static void
on_slow(gboolean begins, gpointer user)
{
    Rig *rig = user;

    g_assert_true(rig->slow != begins);
    rig->slow = begins;
}

static void
on_no_video(const char *why, gpointer user)
{
    ((Rig *)user)->no_video++;
}

static const BridgePixelStreamHandlers handlers = {.ready = on_ready,
                                                   .picture = on_picture,
                                                   .frame = on_frame,
                                                   .slow = on_slow,
                                                   .no_video = on_no_video,
                                                   .lost = on_lost};

static void
set_up(Rig *rig, gconstpointer data)
{
    int fds[2];

    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
    rig->guest = fds[1];
    rig->picture = bridge_surface_new(PICTURE, 20, 10, &rig->used);
    g_assert_nonnull(rig->picture);
    rig->stream = bridge_pixel_stream_new(NULL, fds[0], TOKEN, &handlers, rig);
}

static void
tear_down(Rig *rig, gconstpointer data)
{
    bridge_pixel_stream_free(rig->stream);
    bridge_surface_unref(rig->picture);
    close(rig->guest);
}

static void
settle(void)
{
    while (g_main_context_iteration(NULL, FALSE))
        ;
}

static void
say_bytes(Rig *rig, gconstpointer bytes, gsize size)
{
    g_assert_cmpint(send(rig->guest, bytes, size, MSG_NOSIGNAL), ==, (gssize)size);
    settle();
}

static void
say(Rig *rig, ChanTilesMessage m)
{
    guint8 bytes[CHAN_TILES_SMALL_MAX + 1024] = {0};
    ChanSpan head = chan_tiles_encode(&m, bytes);

    memset(bytes + head.size, 77, m.untrusted_bytes.size);
    say_bytes(rig, bytes, head.size + m.untrusted_bytes.size);
}

static void
say_hello(Rig *rig, guint32 version)
{
    say(rig, (ChanTilesMessage){.type = CHAN_TILES_HELLO, .version = version});
}

static void
say_tile(Rig *rig, guint32 buffer, guint32 x, guint32 y)
{
    say(rig, (ChanTilesMessage){.type = CHAN_TILES_TILE,
                                .buffer = buffer,
                                .x = x,
                                .y = y,
                                .width = 4,
                                .height = 2,
                                .untrusted_bytes = {NULL, 32}});
}

static void
say_frame(Rig *rig, guint32 buffer)
{
    say(rig, (ChanTilesMessage){.type = CHAN_TILES_FRAME, .buffer = buffer, .serial = 1});
}

// Of the picture's whole width.
static void
say_move(Rig *rig, guint32 y, guint32 height, guint32 from_y)
{
    say(rig, (ChanTilesMessage){.type = CHAN_TILES_MOVE,
                                .buffer = PICTURE,
                                .y = y,
                                .width = rig->picture->width,
                                .height = height,
                                .from_y = from_y});
}

static ChanTilesMessage
hear(Rig *rig)
{
    guint8 bytes[CHAN_TILES_SMALL_MAX];
    ChanTilesMessage m;
    gsize size = 0;

    settle();
    gssize n = recv(rig->guest, bytes, sizeof bytes, MSG_DONTWAIT | MSG_PEEK);
    g_assert_cmpint(n, >, 0);
    g_assert_cmpint(chan_tiles_decode(CHAN_SPAN(bytes, (gsize)n), false, &m, &size), ==,
                    CHAN_TILES_ONE);
    g_assert_cmpint(recv(rig->guest, bytes, size, 0), ==, (gssize)size);
    return m;
}

static void
test_right(Rig *rig, gconstpointer data)
{
    ChanTilesMessage m = hear(rig);

    g_assert_cmpint(m.type, ==, CHAN_TILES_GREETING);
    g_assert_cmpuint(m.token, ==, TOKEN);
    say_hello(rig, CHAN_TILES_VERSION);
    g_assert_cmpuint(rig->ready, ==, 1);
    bridge_pixel_stream_offer(rig->stream, 3, rig->picture);
    m = hear(rig);
    g_assert_cmpint(m.type, ==, CHAN_TILES_BUFFER);
    g_assert_cmpuint(m.surface, ==, 3);
    g_assert_cmpuint(m.buffer, ==, PICTURE);
    say_tile(rig, PICTURE, 16, 8);
    g_assert_cmpuint(rig->picture->pixels[rig->picture->size - 1], ==, 77);
    say_tile(rig, PICTURE, 0, 0);
    g_assert_cmpuint(rig->frames, ==, 0); // half a picture
    say_frame(rig, PICTURE);
    g_assert_cmpuint(rig->frames, ==, 1);
    g_assert_cmpuint(bridge_damage_area(&rig->damage), ==, 16);
    bridge_pixel_stream_shown(rig->stream, PICTURE, 1);
    g_assert_cmpint(hear(rig).type, ==, CHAN_TILES_SHOWN);
    say_frame(rig, PICTURE);
    g_assert_cmpuint(rig->damage.count, ==, 0); // of its own tiles only
    g_assert_cmpuint(rig->lost, ==, 0);
}

static void
test_moved(Rig *rig, gconstpointer data)
{
    const guint8 *row[10];

    for (guint y = 0; y < G_N_ELEMENTS(row); y++)
        row[y] = rig->picture->pixels + (gsize)y * rig->picture->stride;
    say_hello(rig, CHAN_TILES_VERSION);
    say_tile(rig, PICTURE, 0, 0);
    say_frame(rig, PICTURE);
    say_move(rig, 1, 9, 0); // down, over itself
    g_assert_cmpuint(row[0][0] + row[1][0] + row[2][0] + row[3][0], ==, 3 * 77);
    say_frame(rig, PICTURE);
    g_assert_cmpuint(bridge_damage_area(&rig->damage), ==, 9 * rig->picture->width);
    say_move(rig, 0, 8, 2); // and up
    g_assert_cmpuint(row[0][0] + row[1][0] + row[2][0] + row[3][0], ==, 77);
    say_frame(rig, PICTURE);
    g_assert_cmpuint(rig->lost, ==, 0);
}

static void
test_moved_first(Rig *rig, gconstpointer data)
{
    say_move(rig, 1, 1, 0);
    g_assert_cmpuint(rig->lost, ==, 1);
}

static void
test_moved_from_beyond(Rig *rig, gconstpointer data)
{
    say_hello(rig, CHAN_TILES_VERSION);
    say_move(rig, 0, 5, 6);
    g_assert_cmpuint(rig->lost, ==, 1);
}

static void
test_moved_beyond(Rig *rig, gconstpointer data)
{
    say_hello(rig, CHAN_TILES_VERSION);
    say_move(rig, 6, 5, 0);
    g_assert_cmpuint(rig->lost, ==, 1);
}

static void
test_moved_unshown(Rig *rig, gconstpointer data)
{
    say_hello(rig, CHAN_TILES_VERSION);
    say_tile(rig, PICTURE, 0, 0);
    rig->busy = TRUE;
    say_move(rig, 4, 2, 0);
    g_assert_cmpuint(rig->lost, ==, 1);
    g_assert_cmpuint(rig->picture->pixels[4 * rig->picture->stride], ==, 0);
}

// A few bytes do not have the host copy pictures without end.
static void
test_moved_much(Rig *rig, gconstpointer data)
{
    say_hello(rig, CHAN_TILES_VERSION);
    for (guint i = 0; i < 3; i++) {
        say_move(rig, 0, 5, 5);
        say_move(rig, 5, 5, 0);
        g_assert_cmpuint(rig->lost, ==, 0);
        say_frame(rig, PICTURE);
    }
    say_move(rig, 0, 5, 5);
    say_move(rig, 5, 5, 0);
    say_move(rig, 0, 1, 1);
    g_assert_cmpuint(rig->lost, ==, 1);
}

// Nor by frames that are over at once, since nobody shows them: this ends.
static void
test_moved_always(Rig *rig, gconstpointer data)
{
    const guint32 side = 4096;

    bridge_surface_unref(rig->picture);
    rig->picture = bridge_surface_new(PICTURE, side, side, &rig->used);
    say_hello(rig, CHAN_TILES_VERSION);
    while (rig->lost == 0) {
        say_move(rig, 1, side - 1, 0);
        say_frame(rig, PICTURE);
    }
    g_assert_cmpuint(rig->frames, >, 5); // that many are nothing unusual
}

// Tiles of a surface that the guest has deleted meanwhile meet nothing.
static void
test_gone(Rig *rig, gconstpointer data)
{
    say_hello(rig, CHAN_TILES_VERSION);
    say_tile(rig, PICTURE + 1, 1000, 1000);
    say_frame(rig, PICTURE + 1);
    g_assert_cmpuint(rig->frames, ==, 1);
    g_assert_cmpuint(rig->damage.count, ==, 0);
    g_assert_cmpuint(rig->lost, ==, 0);
}

static void
test_tile_first(Rig *rig, gconstpointer data)
{
    say_tile(rig, PICTURE, 0, 0);
    g_assert_cmpuint(rig->lost, ==, 1);
    g_assert_cmpuint(rig->picture->pixels[0], ==, 0);
}

static void
test_frame_first(Rig *rig, gconstpointer data)
{
    say_frame(rig, PICTURE);
    g_assert_cmpuint(rig->lost, ==, 1);
    g_assert_cmpuint(rig->frames, ==, 0);
}

static void
test_hello_twice(Rig *rig, gconstpointer data)
{
    say_hello(rig, CHAN_TILES_VERSION);
    say_hello(rig, CHAN_TILES_VERSION);
    g_assert_cmpuint(rig->lost, ==, 1);
}

static void
test_other_version(Rig *rig, gconstpointer data)
{
    say_hello(rig, CHAN_TILES_VERSION + 1);
    g_assert_cmpuint(rig->lost, ==, 1);
    g_assert_cmpuint(rig->ready, ==, 0);
}

// A frame of another picture in between is that one's alone.
static void
test_two_pictures(Rig *rig, gconstpointer data)
{
    say_hello(rig, CHAN_TILES_VERSION);
    say_tile(rig, PICTURE, 0, 0);
    say_frame(rig, PICTURE + 1);
    g_assert_cmpuint(rig->damage.count, ==, 0);
    say_tile(rig, PICTURE, 0, 4);
    say_frame(rig, PICTURE);
    g_assert_cmpuint(bridge_damage_area(&rig->damage), ==, 16);
    g_assert_cmpuint(rig->frames, ==, 2);
    g_assert_cmpuint(rig->lost, ==, 0);
}

// What is being shown stays as it is.
static void
test_not_shown_yet(Rig *rig, gconstpointer data)
{
    say_hello(rig, CHAN_TILES_VERSION);
    rig->busy = TRUE;
    say_tile(rig, PICTURE, 0, 0);
    g_assert_cmpuint(rig->lost, ==, 1);
    g_assert_cmpuint(rig->picture->pixels[0], ==, 0);
}

static void
test_refused_frame(Rig *rig, gconstpointer data)
{
    say_hello(rig, CHAN_TILES_VERSION);
    rig->refuses = TRUE;
    say_frame(rig, PICTURE);
    g_assert_cmpuint(rig->lost, ==, 1);
}

static void
test_beyond(Rig *rig, gconstpointer data)
{
    say_hello(rig, CHAN_TILES_VERSION);
    say_tile(rig, PICTURE, 17, 0);
    g_assert_cmpuint(rig->lost, ==, 1);
}

static void
test_hosts_message(Rig *rig, gconstpointer data)
{
    say_hello(rig, CHAN_TILES_VERSION);
    say(rig, (ChanTilesMessage){.type = CHAN_TILES_SHOWN, .buffer = PICTURE, .serial = 1});
    g_assert_cmpuint(rig->lost, ==, 1);
}

static void
test_nonsense(Rig *rig, gconstpointer data)
{
    say_bytes(rig, "\xff\xff\xff\xff", 4);
    g_assert_cmpuint(rig->lost, ==, 1);
}

static void
test_hung_up(Rig *rig, gconstpointer data)
{
    say_hello(rig, CHAN_TILES_VERSION);
    say_bytes(rig, "\x20\x00", 2); // in the middle of a message
    g_assert_cmpuint(rig->lost, ==, 0);
    g_assert_cmpint(shutdown(rig->guest, SHUT_WR), ==, 0);
    settle();
    g_assert_cmpuint(rig->lost, ==, 1);
}

// Whoever does not read what it is told loses the stream; nothing piles up.
static void
test_unread(Rig *rig, gconstpointer data)
{
    say_hello(rig, CHAN_TILES_VERSION);
    for (guint i = 0; i < 1000000 && rig->lost == 0; i++) {
        bridge_pixel_stream_offer(rig->stream, 3, rig->picture);
        if (i % 1000 == 0)
            settle();
    }
    g_assert_cmpuint(rig->lost, ==, 1);
}

// While paused nothing is read, and afterwards nothing is missing.
static void
test_paused(Rig *rig, gconstpointer data)
{
    say_hello(rig, CHAN_TILES_VERSION);
    bridge_pixel_stream_pause(rig->stream, TRUE);
    say_tile(rig, PICTURE, 0, 0);
    say_frame(rig, PICTURE);
    g_assert_cmpuint(rig->frames, ==, 0);
    bridge_pixel_stream_pause(rig->stream, FALSE);
    settle();
    g_assert_cmpuint(rig->frames, ==, 1);
    g_assert_cmpuint(rig->picture->pixels[0], ==, 77);
}

static void
say_video(Rig *rig, guint32 buffer)
{
    say(rig, (ChanTilesMessage){.type = CHAN_TILES_VIDEO,
                                .buffer = buffer,
                                .width = 4,
                                .height = 2,
                                .untrusted_bytes = {NULL, 32}});
}

// What cannot be decoded ends video, is told once, and costs neither stream nor window.
static void
test_video_wrong(Rig *rig, gconstpointer data)
{
    bridge_pixel_stream_take_video(rig->stream);
    say_hello(rig, CHAN_TILES_VERSION);
    say_video(rig, PICTURE + 1); // whose surface is gone
    g_assert_cmpuint(rig->no_video, ==, 0);
    say_video(rig, PICTURE);
    say_video(rig, PICTURE);
    say(rig, (ChanTilesMessage){.type = CHAN_TILES_STILL, .buffer = PICTURE});
    g_assert_cmpuint(rig->no_video, ==, 1);
    g_assert_false(rig->slow);
    say_tile(rig, PICTURE, 0, 0);
    say_frame(rig, PICTURE);
    g_assert_cmpuint(bridge_damage_area(&rig->damage), ==, 8); // the tile's alone
    g_assert_cmpuint(rig->picture->pixels[0], ==, 77);
    g_assert_cmpuint(rig->lost, ==, 0);
}

// Nobody asked for it.
static void
test_video_unasked(Rig *rig, gconstpointer data)
{
    say_hello(rig, CHAN_TILES_VERSION);
    say_video(rig, PICTURE);
    g_assert_cmpuint(rig->lost, ==, 1);
}

static void
test_still_unasked(Rig *rig, gconstpointer data)
{
    say_hello(rig, CHAN_TILES_VERSION);
    say(rig, (ChanTilesMessage){.type = CHAN_TILES_STILL, .buffer = PICTURE});
    g_assert_cmpuint(rig->lost, ==, 1);
}

static void
test_video_first(Rig *rig, gconstpointer data)
{
    bridge_pixel_stream_take_video(rig->stream);
    say_video(rig, PICTURE);
    g_assert_cmpuint(rig->lost, ==, 1);
}

static void
test_video_not_shown_yet(Rig *rig, gconstpointer data)
{
    bridge_pixel_stream_take_video(rig->stream);
    say_hello(rig, CHAN_TILES_VERSION);
    rig->busy = TRUE;
    say_video(rig, PICTURE);
    g_assert_cmpuint(rig->lost, ==, 1);
}

#define ADD(name, function)                                                                        \
    g_test_add("/session/pixel-stream/" name, Rig, NULL, set_up, function, tear_down)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("right", test_right);
    ADD("moved", test_moved);
    ADD("moved-first", test_moved_first);
    ADD("moved-from-beyond", test_moved_from_beyond);
    ADD("moved-beyond", test_moved_beyond);
    ADD("moved-unshown", test_moved_unshown);
    ADD("moved-much", test_moved_much);
    ADD("moved-always", test_moved_always);
    ADD("gone", test_gone);
    ADD("tile-first", test_tile_first);
    ADD("frame-first", test_frame_first);
    ADD("hello-twice", test_hello_twice);
    ADD("other-version", test_other_version);
    ADD("two-pictures", test_two_pictures);
    ADD("not-shown-yet", test_not_shown_yet);
    ADD("refused-frame", test_refused_frame);
    ADD("beyond", test_beyond);
    ADD("hosts-message", test_hosts_message);
    ADD("nonsense", test_nonsense);
    ADD("hung-up", test_hung_up);
    ADD("unread", test_unread);
    ADD("paused", test_paused);
    ADD("video-wrong", test_video_wrong);
    ADD("video-unasked", test_video_unasked);
    ADD("still-unasked", test_still_unasked);
    ADD("video-first", test_video_first);
    ADD("video-not-shown-yet", test_video_not_shown_yet);
    return g_test_run();
}
