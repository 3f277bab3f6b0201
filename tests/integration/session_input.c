// SPDX-License-Identifier: Apache-2.0

// The view's own way of input past casement-session (channel/input_path.h) to a real guest.

#include "channel/input_path.h"
#include "tests/integration/session_guest.h"
#include "tests/integration/session_harness.h"

#include <linux/input-event-codes.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#define GREEN 0x00ff00
#define INDEX 3 // of the application

typedef struct {
    Guest *guest;
    Harness *h;
    HarnessWindow *window;
    int way; // our end; -1: closed
} Fixture;

static gboolean
is_shown(Harness *h, gpointer title)
{
    HarnessWindow *w = harness_window_titled(h, title);

    return w && w->commit.serial > 0 && w->commit.buffer_id;
}

static void
say_id(Fixture *f, ViewMsgType type, guint32 id)
{
    ViewId m = {.id = id};

    VIEW_INIT(&m, type);
    harness_send_view(f->h, &m, sizeof m, -1);
}

static void
launch(Fixture *f)
{
    harness_exec(f->h, 1, CTL_EXEC_APP, "painter", NULL);
    harness_wait(f->h, is_shown, "Painted", 10, "the painter's window");
    f->window = harness_window_titled(f->h, "Painted");
    say_id(f, VIEW_MSG_FOCUS, f->window->id);
}

static gboolean
has_answer(Harness *h, gpointer serial)
{
    return h->settled_count > 0 && h->settled == GPOINTER_TO_UINT(serial);
}

static void
make_way(Fixture *f)
{
    const ViewPlain m = {VIEW_MSG_INPUT, sizeof m};
    int fds[2];

    g_assert_cmpint(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds), ==, 0);
    f->way = fds[0];
    f->h->settled_count = 0;
    harness_send_view(f->h, &m, sizeof m, fds[1]);
    close(fds[1]);
}

static void
settle(Fixture *f, guint32 serial)
{
    ViewSettle m = {.serial = serial};

    VIEW_INIT(&m, VIEW_MSG_SETTLE);
    harness_send_view(f->h, &m, sizeof m, -1);
    harness_wait(f->h, has_answer, GUINT_TO_POINTER(serial), 5, "the guest's answer");
}

static void
set_up(Fixture *f, gconstpointer flags)
{
    g_autofree char *painter = harness_program("session_painter");
    g_autofree char *command = g_strdup_printf("%s painter Painted", painter);
    CtlApp app = {.index = INDEX, .app_id = "painter", .wm_class = "painter", .name = "Painter"};

    f->way = -1;
    f->guest = guest_new();
    guest_publish(f->guest, "painter", command);
    f->h = harness_new(guest_stream(f->guest), 1280, 800, GPOINTER_TO_UINT(flags));
    f->h->any_way = TRUE;
    CTL_INIT(&app, CTL_APP);
    harness_send_control(f->h, &app, sizeof app, -1);
    launch(f);
}

static void
tear_down(Fixture *f, gconstpointer data)
{
    if (f->way >= 0)
        close(f->way);
    harness_free(f->h);
    guest_free(f->guest);
}

static void
open_way(Fixture *f)
{
    make_way(f);
    harness_wait(f->h, has_answer, GUINT_TO_POINTER(0), 5, "that the guest has its end");
    settle(f, 1);
}

static void
write_key(Fixture *f, guint32 evdev, guint32 down)
{
    ChanInput key = {.type = CHAN_INPUT_KEY, .code = evdev, .down = down};

    g_assert_cmpint(send(f->way, &key, sizeof key, MSG_NOSIGNAL), ==, sizeof key);
}

static void
say_key(Fixture *f, guint32 evdev, guint32 down)
{
    ViewKey m = {.evdev = evdev, .down = down};

    VIEW_INIT(&m, VIEW_MSG_KEY);
    harness_send_view(f->h, &m, sizeof m, -1);
}

static gboolean
is_green(Harness *h, gpointer window)
{
    return harness_pixel(h, window, 10, 10) == GREEN && harness_pixel(h, window, 73, 73) == GREEN;
}

static gboolean
is_noise(Harness *h, gpointer window)
{
    return !is_green(h, window) && harness_pixel(h, window, 200, 100) != GREEN &&
           ((HarnessWindow *)window)->damaged > 0;
}

static void
test_key(Fixture *f, gconstpointer data)
{
    open_way(f);
    write_key(f, KEY_G, 1);
    harness_wait(f->h, is_green, f->window, 5, "the green square");
    write_key(f, KEY_G, 0);
}

// The session does not know of it, and lets it through.
static void
test_let_go_by_the_other(Fixture *f, gconstpointer data)
{
    open_way(f);
    for (guint i = 0; i < 2; i++) { // the second time it is none of a key that is held
        write_key(f, KEY_LEFTSHIFT, 1);
        harness_wait(f->h, is_green, f->window, 5, "the green square");
        say_key(f, KEY_LEFTSHIFT, 0);
        say_key(f, KEY_N, 1);
        say_key(f, KEY_N, 0);
        harness_wait(f->h, is_noise, f->window, 5, "noise");
        settle(f, 2 + i);
    }
}

// Both wait when the guest goes on.
static void
test_before_what_is_said_later(Fixture *f, gconstpointer data)
{
    GPid pid = guest_process(f->guest, "casement-remoteapp");

    open_way(f);
    for (guint32 i = 0; i < 10; i++) {
        kill(pid, SIGSTOP);
        write_key(f, KEY_N, 1);
        write_key(f, KEY_N, 0);
        say_key(f, KEY_G, 1);
        say_key(f, KEY_G, 0);
        harness_drain(f->h, 20); // the session has passed it on
        kill(pid, SIGCONT);
        settle(f, 2 + i);
        harness_wait(f->h, is_green, f->window, 5, "the green square above the noise");
        harness_drain(f->h, 100);
        g_assert_true(is_green(f->h, f->window));
    }
}

// The guest alone knows what was pressed.
static void
test_released_when_the_view_goes(Fixture *f, gconstpointer data)
{
    open_way(f);
    write_key(f, KEY_LEFTSHIFT, 1);
    harness_wait(f->h, is_green, f->window, 5, "the green square");
    close(f->way);
    f->way = -1;
    say_key(f, KEY_N, 1);
    say_key(f, KEY_N, 0);
    harness_wait(f->h, is_noise, f->window, 5, "noise");
    say_key(f, KEY_LEFTSHIFT, 1); // which is none while it is held
    harness_wait(f->h, is_green, f->window, 5, "that it is pressed again");
}

// The way is closed by the guest; what the session says goes on.
static void
test_no_packet(Fixture *f, gconstpointer data)
{
    ChanInput bad = {.type = CHAN_INPUT_LAST + 1};
    char none;

    open_way(f);
    g_assert_cmpint(send(f->way, &bad, sizeof bad, MSG_NOSIGNAL), ==, sizeof bad);
    g_assert_cmpint(recv(f->way, &none, 1, 0), ==, 0);
    say_key(f, KEY_G, 1);
    harness_wait(f->h, is_green, f->window, 5, "the green square");
}

static void
test_new_view(Fixture *f, gconstpointer data)
{
    open_way(f);
    close(f->way);
    harness_new_view(f->h);
    harness_wait(f->h, is_shown, "Painted", 5, "the window again");
    f->window = harness_window_titled(f->h, "Painted");
    say_id(f, VIEW_MSG_FOCUS, f->window->id);
    open_way(f);
    write_key(f, KEY_G, 1);
    harness_wait(f->h, is_green, f->window, 5, "the green square");
}

// RDP has no scancode for it.
static void
test_linefeed(Fixture *f, gconstpointer data)
{
    say_key(f, KEY_LINEFEED, 1);
    harness_wait(f->h, is_green, f->window, 5, "the green square");
    say_key(f, KEY_LINEFEED, 0);
}

// A guest that has no memory with the host has no such way: nobody says that it may be used.
static void
test_none_over_rdp(Fixture *f, gconstpointer data)
{
    make_way(f);
    say_key(f, KEY_G, 1);
    harness_wait(f->h, is_green, f->window, 5, "the green square");
    g_assert_cmpuint(f->h->settled_count, ==, 0);
}

#define ADD(name, flags, function)                                                                 \
    g_test_add("/session/input/" name, Fixture, GUINT_TO_POINTER(flags), set_up, function,         \
               tear_down)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("key", 0, test_key);
    ADD("let-go-by-the-other", 0, test_let_go_by_the_other);
    ADD("before-what-is-said-later", 0, test_before_what_is_said_later);
    ADD("released-when-the-view-goes", 0, test_released_when_the_view_goes);
    ADD("no-packet", 0, test_no_packet);
    ADD("new-view", 0, test_new_view);
    ADD("linefeed", CTL_RDP_PIXELS, test_linefeed);
    ADD("none-over-rdp", CTL_RDP_PIXELS, test_none_over_rdp);
    return g_test_run();
}
