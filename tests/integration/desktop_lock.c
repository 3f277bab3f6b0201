// SPDX-License-Identifier: Apache-2.0
// Games have the pointer's movements alone, and nobody else has.
#include "tests/integration/desktop_harness.h"

#include <X11/Xlib.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static Harness *h;
static Display *game; // another program
static Window window, arena;
static guint32 window_id, arena_id;

static Cursor
hidden(Display *dpy)
{
    XColor black = {0};
    char nothing = 0;
    Pixmap empty = XCreateBitmapFromData(dpy, DefaultRootWindow(dpy), &nothing, 1, 1);
    Cursor cursor = XCreatePixmapCursor(dpy, empty, empty, &black, &black, 0, 0);

    XFreePixmap(dpy, empty);
    return cursor;
}

static void
open_arena(void)
{
    game = XOpenDisplay(h->display);
    g_assert_nonnull(game);
    arena = XCreateSimpleWindow(game, DefaultRootWindow(game), 10, 10, 200, 200, 0, 0, 0);
    XStoreName(game, arena, "arena");
    XMapWindow(game, arena);
    XFlush(game);
}

// Once the game's is there, on the left: the other one, on the right, is active and has the
// pointer.
static void
open_other(void)
{
    harness_wait(h, harness_find(h, "arena"));
    arena_id = harness_find(h, "arena")->id;
    harness_wait(h, h->active == arena_id);
    window = harness_window(h, 400, 10, 200, 200);
    window_id = harness_map(h, window, "text")->id;
    harness_wait(h, h->active == window_id);
    ra_desktop_pointer_move(h->desktop, 500, 100);
    harness_settle(h);
    g_assert_cmpuint(h->lock_of, ==, 0);
}

static void
open_windows(void)
{
    open_arena();
    open_other();
}

static void
close_windows(void)
{
    XCloseDisplay(game);
    harness_unmap(h, window);
    harness_wait(h, !harness_find(h, "arena") && h->lock_of == 0);
}

static int
confine(void)
{
    return XGrabPointer(game, arena, True, ButtonPressMask | PointerMotionMask, GrabModeAsync,
                        GrabModeAsync, arena, hidden(game), CurrentTime);
}

static void
activate_arena(void)
{
    ra_desktop_activate(h->desktop, arena_id);
    harness_wait(h, h->active == arena_id);
}

// As text views do while somebody types.
static void
hide_in_text(void)
{
    XDefineCursor(h->client, window, hidden(h->client));
    harness_wait(h, h->cursor.width == 0);
    harness_settle(h);
}

// Pushed against the edge, and back.
static int
pushed(void)
{
    const ChanWindowMotion right = {.locked = 1, .dx = 1000}, left = {.locked = 1, .dx = -10};
    Window root, child;
    int x, y, in_x, in_y;
    unsigned mask;

    ra_desktop_pointer_shift(h->desktop, &right);
    ra_desktop_pointer_shift(h->desktop, &left);
    harness_settle(h);
    XQueryPointer(game, arena, &root, &child, &x, &y, &in_x, &in_y, &mask);
    return in_x;
}

static void
test_confined(void)
{
    open_windows();
    activate_arena();
    for (int i = 0; i < 2; i++) {
        g_assert_cmpint(confine(), ==, GrabSuccess);
        harness_wait(h, h->lock_of == arena_id);
        g_assert_cmpint(confine(), ==, GrabSuccess); // again
        harness_settle(h);
        g_assert_cmpuint(h->lock_of, ==, arena_id);
        g_assert_cmpint(pushed(), ==, 199 - 10); // that it was looked at changes nothing
        XUngrabPointer(game, CurrentTime);
        XSync(game, False);
        harness_wait(h, h->lock_of == 0);
    }
    close_windows();
}

static void
test_warped(void)
{
    open_windows();
    XSelectInput(h->client, window, PointerMotionMask); // the record comes with what is told
    hide_in_text();
    g_assert_cmpuint(h->lock_of, ==, 0);
    XWarpPointer(h->client, None, window, 0, 0, 0, 0, 100, 100);
    harness_wait(h, h->lock_of == window_id);
    XUndefineCursor(h->client, window);
    harness_wait(h, h->lock_of == 0);
    close_windows();
}

// The server ends a grab whose window is not seen any more, and tells nobody.
static void
test_ended(void)
{
    open_windows();
    activate_arena();
    g_assert_cmpint(confine(), ==, GrabSuccess);
    harness_wait(h, h->lock_of == arena_id);
    XUnmapWindow(game, arena);
    XSync(game, False);
    harness_wait(h, h->lock_of == 0);
    ra_desktop_activate(h->desktop, window_id);
    harness_wait(h, h->active == window_id);
    ra_desktop_pointer_move(h->desktop, 500, 100);
    hide_in_text();
    g_assert_cmpuint(h->lock_of, ==, 0);
    close_windows();
}

static void
test_refused(void)
{
    open_windows();
    g_assert_cmpint(XGrabPointer(h->client, window, True, ButtonPressMask, GrabModeAsync,
                                 GrabModeAsync, None, None, CurrentTime),
                    ==, GrabSuccess);
    g_assert_cmpint(confine(), ==, AlreadyGrabbed);
    XUngrabPointer(h->client, CurrentTime);
    harness_settle(h);
    hide_in_text();
    g_assert_cmpuint(h->lock_of, ==, 0);
    // One that tries again has it.
    activate_arena();
    g_assert_cmpint(confine(), ==, GrabSuccess);
    harness_wait(h, h->lock_of == arena_id);
    close_windows();
}

// Confines the pointer when told to, and stays as long as the server does.
static pid_t
run_game(int told_by)
{
    pid_t pid = fork();
    g_assert_cmpint(pid, >=, 0);
    if (pid > 0)
        return pid;
    char word;
    open_arena();
    if (read(told_by, &word, 1) != 1 || confine() != GrabSuccess)
        _exit(1);
    for (XEvent event;;)
        XNextEvent(game, &event);
}

// It is the game's also while another program's window is the active one.
static void
test_whose(void)
{
    int fds[2], status = 0;
    g_assert_cmpint(pipe(fds), ==, 0);
    pid_t pid = run_game(fds[0]);

    open_other();
    g_assert_cmpint(write(fds[1], "g", 1), ==, 1);
    harness_wait(h, h->cursor.width == 0);
    harness_settle(h);
    g_assert_cmpuint(h->active, ==, window_id);
    g_assert_cmpuint(h->lock_of, ==, 0);
    activate_arena();
    harness_wait(h, h->lock_of == arena_id);
    g_assert_cmpint(kill(pid, SIGKILL), ==, 0);
    g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
    harness_wait(h, h->lock_of == 0);
    harness_unmap(h, window);
    close(fds[0]);
    close(fds[1]);
}

// Some programs have a connection for their window and one for the rest.
static void
test_two_connections(void)
{
    open_windows();
    g_assert_cmpint(confine(), ==, GrabSuccess);
    harness_wait(h, h->lock_of == window_id);
    close_windows();
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    h = harness_new(SERVER_XVFB);
    g_assert_nonnull(h);
    g_test_add_func("/desktop/lock/confined", test_confined);
    g_test_add_func("/desktop/lock/warped", test_warped);
    g_test_add_func("/desktop/lock/ended", test_ended);
    g_test_add_func("/desktop/lock/refused", test_refused);
    g_test_add_func("/desktop/lock/whose", test_whose);
    g_test_add_func("/desktop/lock/two-connections", test_two_connections);
    int status = g_test_run();
    harness_free(h);
    return status;
}
