// SPDX-License-Identifier: Apache-2.0

// A real guest's program that plays, behind a pipe that does not take all of it: more of it is seen
// as video than losslessly, what is beside it is as it was painted at any time, and so is all of it
// when it rests.

#include "tests/integration/session_carrier.h"
#include "tests/integration/session_guest.h"
#include "tests/integration/session_harness.h"
#include "tests/integration/session_relay.h"

#include <linux/input-event-codes.h>
#include <sys/socket.h>
#include <unistd.h>

#define WIDTH 581 // a movie of 480 × 361 beside the margin
#define HEIGHT 361
#define MARGIN 101
#define BYTES_PER_MS 1000 // a frame and a half a second, losslessly
#define SHIFTS 8
#define TIMES_FASTER 2.0
#define NEARLY 40 // of 255, what a coarse picture is off by on the mean at most

typedef struct {
    Guest *guest;
    Relay *relay;
    Harness *h;
    GPid carrier;
    guint wanted;
    guint frames;    // commits with most of the movie
    gboolean beside; // the margin was whole in all commits
    gboolean was_video;
} Fixture;

static guint32
colour(guint x, guint y, guint shift)
{
    guint grain = (x * 2654435761u ^ y * 40503u) >> 9 & 0x0f;

    return ((x / 4 + shift % SHIFTS) & 0x7f) << 17 | ((y / 3) & 0xff) << 8 | ((x + y) / 5 & 0xf0) |
           grain;
}

static guint
shift_of(Harness *h, HarnessWindow *w, guint y)
{
    return harness_pixel(h, w, MARGIN, y) >> 17 & 0x7f;
}

static gboolean
row_is(Harness *h, HarnessWindow *w, guint y, guint shift)
{
    for (guint x = MARGIN; x < WIDTH; x++)
        if (harness_pixel(h, w, x, y) != colour(x - MARGIN, y, shift))
            return FALSE;
    return TRUE;
}

// It shows one picture, to the last bit.
static gboolean
is_exact(Harness *h, gpointer user)
{
    HarnessWindow *w = harness_window_titled(h, "Played");

    if (!w || !w->commit.buffer_id)
        return FALSE;
    for (guint y = 0; y < HEIGHT; y++)
        if (!row_is(h, w, y, shift_of(h, w, 0)))
            return FALSE;
    return TRUE;
}

// Rows that are of no picture, nor of none yet. One that was painted while it was read has those of
// two.
static gboolean
is_video(Harness *h, HarnessWindow *w)
{
    for (guint y = 0; y < HEIGHT; y++)
        if (harness_pixel(h, w, MARGIN, y) != 0x202020 && !row_is(h, w, y, shift_of(h, w, y)))
            return TRUE;
    return FALSE;
}

static gboolean
margin_is(Harness *h, HarnessWindow *w, guint32 rgb)
{
    for (guint y = 80; y < HEIGHT; y++)
        for (guint x = 0; x < MARGIN; x++)
            if (harness_pixel(h, w, x, y) != rgb)
                return FALSE;
    return TRUE;
}

static void
on_commit(Harness *h, HarnessWindow *w, const ViewRect *damage, guint n_damage, gpointer user)
{
    Fixture *f = user;
    guint64 pixels = 0;

    for (guint i = 0; i < n_damage; i++)
        pixels += (guint64)damage[i].width * damage[i].height;
    if (pixels < (WIDTH - MARGIN) * HEIGHT * 3 / 4)
        return;
    f->frames++;
    f->beside = f->beside && margin_is(h, w, 0x202020);
    f->was_video = f->was_video || is_video(h, w);
}

static void
open_guest(Fixture *f, guint32 flags)
{
    g_autofree char *player = harness_program("session_player");
    g_autofree char *command = g_strdup_printf("%s player Played %u %u", player, WIDTH, HEIGHT);
    int pair[2];

    f->guest = guest_new();
    guest_publish(f->guest, "player", command);
    f->relay = relay_new(guest_stream(f->guest), RELAY_FAITHFUL, NULL);
    f->h = harness_new(f->relay->client, 1280, 800, flags);
    f->h->way = VIEW_PIXELS_STREAMED;
    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), ==, 0);
    f->carrier = carrier_new(guest_pixels(f->guest), pair[1], BYTES_PER_MS);
    harness_give_pixels(f->h, pair[0]);
    f->beside = TRUE;
    f->h->on_commit = on_commit;
    f->h->user = f;
}

static void
close_guest(Fixture *f)
{
    harness_free(f->h);
    relay_free(f->relay);
    carrier_free(f->carrier);
    guest_free(f->guest);
}

static gboolean
is_ready(Harness *h, gpointer user)
{
    return h->ready;
}

static gboolean
was_video(Harness *h, gpointer user)
{
    return ((Fixture *)user)->was_video;
}

static gboolean
has_frames(Harness *h, gpointer user)
{
    Fixture *f = user;

    return f->frames >= f->wanted;
}

static void
press(Fixture *f, guint32 evdev)
{
    HarnessWindow *w = harness_window_titled(f->h, "Played");
    ViewId focus = {.id = w->id};

    VIEW_INIT(&focus, VIEW_MSG_FOCUS);
    harness_send_view(f->h, &focus, sizeof focus, -1);
    for (guint32 down = 1; down <= 1; down--) {
        ViewKey m = {.evdev = evdev, .down = down};
        VIEW_INIT(&m, VIEW_MSG_KEY);
        harness_send_view(f->h, &m, sizeof m, -1);
    }
}

// Frames a second, of so many.
static double
rate(Fixture *f, guint frames)
{
    gint64 start = g_get_monotonic_time();

    f->frames = 0;
    f->wanted = frames;
    harness_wait(f->h, has_frames, f, 60, "frames");
    return frames * 1e6 / (double)(g_get_monotonic_time() - start);
}

static gboolean
is_there(Harness *h, gpointer user)
{
    return harness_window_titled(h, "Played") != NULL;
}

static double
rate_of(Fixture *f, gboolean video)
{
    harness_wait(f->h, is_ready, NULL, 10, "READY");
    harness_exec(f->h, 1, CTL_EXEC_APP, "player", NULL);
    harness_wait(f->h, is_there, NULL, 20, "the player");
    if (video)
        harness_wait(f->h, was_video, f, 30, "it to go as video");
    return rate(f, video ? 40 : 10);
}

static gboolean
is_green_beside(Harness *h, gpointer user)
{
    HarnessWindow *w = harness_window_titled(h, "Played");

    if (!is_video(h, w))
        return FALSE;
    for (guint y = 10; y < 74; y++)
        for (guint x = 10; x < 74; x++)
            if (harness_pixel(h, w, x, y) != 0x00ff00)
                return FALSE;
    return TRUE;
}

// Whether what is shown is some picture of the movie, nearly.
static void
assert_nearly(Harness *h)
{
    HarnessWindow *w = harness_window_titled(h, "Played");
    guint64 least = G_MAXUINT64;

    for (guint shift = 0; shift < SHIFTS; shift++) {
        guint64 off = 0;
        for (guint y = 8; y < HEIGHT - 8; y += 16)
            for (guint x = MARGIN + 9; x < WIDTH - 8; x += 16) {
                guint32 is = harness_pixel(h, w, x, y), was = colour(x - MARGIN, y, shift);
                for (guint k = 0; k < 24; k += 8)
                    off += (guint64)ABS((int)(is >> k & 0xff) - (int)(was >> k & 0xff));
            }
        least = MIN(least, off);
    }
    g_assert_cmpuint(least, <, 22ull * 30 * 3 * NEARLY);
}

// On a busy machine the player may have come to a rest before it was told to.
static void
rest(Fixture *f)
{
    HarnessWindow *w = harness_window_titled(f->h, "Played");
    guint64 before;

    do {
        before = w->damaged;
        harness_drain(f->h, 1000);
    } while (before != w->damaged);
}

static void
test_plays_and_rests(void)
{
    Fixture lossless = {0}, video = {0};

    open_guest(&lossless, CTL_LOSSLESS_PIXELS);
    double before = rate_of(&lossless, FALSE);
    g_assert_true(lossless.beside);
    g_assert_false(lossless.was_video);
    close_guest(&lossless);
    open_guest(&video, 0);
    double after = rate_of(&video, TRUE);
    g_test_message("%.1f frames a second, losslessly %.1f", after, before);
    g_assert_cmpfloat(after, >=, TIMES_FASTER * before);
    assert_nearly(video.h);
    press(&video, KEY_G);
    harness_wait(video.h, is_green_beside, NULL, 30, "what a key paints beside the video");
    press(&video, KEY_S);
    harness_wait(video.h, is_exact, NULL, 20, "its last picture as it is");
    g_assert_true(video.beside);
    rest(&video);
    g_assert_true(is_exact(video.h, NULL));
    // And on.
    video.was_video = FALSE;
    press(&video, KEY_S);
    harness_wait(video.h, was_video, &video, 30, "it to go as video again");
    press(&video, KEY_S);
    harness_wait(video.h, is_exact, NULL, 20, "its last picture as it is");
    g_assert_false(video.h->fatal);
    close_guest(&video);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/session/video/plays-and-rests", test_plays_and_rests);
    return g_test_run();
}
