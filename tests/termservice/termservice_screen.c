// SPDX-License-Identifier: Apache-2.0

// What casement-session shows of each Windows of the double that needs a person, and that it shows
// nothing of what is on its way; and that it asks for pixels that do not come by themselves.

#include "tests/termservice/picture.h"
#include "tests/termservice/windows_rig.h"

#include <linux/input-event-codes.h>
#include <string.h>
#include <sys/wait.h>

#define EXIT_SIGN_IN 7 // as in casement-session(1)
#define PATIENCE_S 15

static gboolean
has_screen(Harness *h, gpointer user)
{
    HarnessWindow *w = harness_window_titled(h, RIG_LOGON_TITLE);
    const HarnessBuffer *b =
        w != NULL && w->commit.buffer_id != 0 ? harness_buffer(h, w->commit.buffer_id) : NULL;
    if (b == NULL || b->width != RIG_LOGON_WIDTH || b->height != RIG_LOGON_HEIGHT)
        return FALSE;
    for (guint y = 0; y < b->height; y++)
        for (guint x = 0; x < b->width; x++)
            if (!windows_rig_is_screen(harness_pixel(h, w, x, y), (int)x, (int)y))
                return FALSE;
    return TRUE;
}

static gboolean
has_no_screen(Harness *h, gpointer user)
{
    return harness_window_titled(h, RIG_LOGON_TITLE) == NULL;
}

static HarnessWindow *
wait_screen(WindowsRig *w)
{
    harness_wait(w->h, has_screen, NULL, PATIENCE_S, "the log-on screen");
    g_assert_cmpuint(w->foreign, ==, 0);
    return harness_window_titled(w->h, RIG_LOGON_TITLE);
}

static void
say_id(WindowsRig *w, ViewMsgType type, guint32 id)
{
    ViewId m = {.id = id};
    VIEW_INIT(&m, type);
    harness_send_view(w->h, &m, sizeof m, -1);
}

static void
press(WindowsRig *w, guint32 evdev)
{
    for (guint32 down = 1; down <= 1; down--) {
        ViewKey m = {.evdev = evdev, .down = down};
        VIEW_INIT(&m, VIEW_MSG_KEY);
        harness_send_view(w->h, &m, sizeof m, -1);
    }
}

static void
point(WindowsRig *w, guint32 id, int x, int y)
{
    ViewPointer m = {.id = id, .kind = VIEW_POINTER_MOVE, .root_x = x, .root_y = y};
    VIEW_INIT(&m, VIEW_MSG_POINTER);
    harness_send_view(w->h, &m, sizeof m, -1);
}

// It lies within the host's screen with a frame around it. Input is where the guest's screen has
// it, wherever the host puts the window.
static void
use_screen(WindowsRig *w, const HarnessWindow *screen)
{
    const ViewRect *at = &screen->commit.geometry;
    ViewConfigured m = {
        .id = screen->id, .serial = 1, .geometry = {30, 40, RIG_LOGON_WIDTH, RIG_LOGON_HEIGHT}};

    g_assert_cmpint(at->x, >=, 8);
    g_assert_cmpint(at->y, >=, 40);
    g_assert_cmpint(at->x + (int)at->width, <=, 1280 - 8);
    g_assert_cmpint(at->y + (int)at->height, <=, 800 - 8);
    VIEW_INIT(&m, VIEW_MSG_CONFIGURED);
    harness_send_view(w->h, &m, sizeof m, -1);
    say_id(w, VIEW_MSG_FOCUS, screen->id);
    point(w, screen->id, 30, 40);
    windows_rig_expect(w, "mouse flags=0x0800 x=0 y=0");
    point(w, screen->id, 30 + 600, 40 + 375);
    windows_rig_expect(w, "mouse flags=0x0800 x=638 y=398");
    point(w, screen->id, 30 + RIG_LOGON_WIDTH - 1, 40 + RIG_LOGON_HEIGHT - 1);
    windows_rig_expect(w, "mouse flags=0x0800 x=1278 y=798");
    press(w, KEY_A);
    windows_rig_expect(w, "key flags=0x0000 code=0x1E");
    g_assert_cmpuint(double_rig_count(w->rig, "move"), ==, 0);
}

// The log-on screen that nobody gets past by a password, until a person did.
static void
test_log_on(gconstpointer profile)
{
    WindowsRig *w = windows_rig_new(profile, "--logon-screen");
    windows_rig_expect(w, "active logon-screen");
    const HarnessWindow *screen = wait_screen(w);
    g_assert_cmpuint(screen->window.kind, ==, VIEW_KIND_NORMAL);
    g_assert_cmpuint(screen->commit.state, ==, VIEW_STATE_NORMAL);
    g_assert_cmpuint(w->h->windows->len, ==, 1);
    use_screen(w, screen);
    windows_rig_tell(w, "unlock");
    harness_wait(w->h, has_no_screen, NULL, PATIENCE_S, "the log-on screen to go");
    windows_rig_exec(w, "one");
    windows_rig_settle(w, "a program after the log-on");
    windows_rig_free(w);
}

// Who closes it before anybody signed in has given up.
static void
test_give_up(gconstpointer profile)
{
    WindowsRig *w = windows_rig_new(profile, "--logon-screen");
    say_id(w, VIEW_MSG_CLOSE, wait_screen(w)->id);
    int status = harness_wait_exit(w->h, PATIENCE_S);
    g_assert_true(WIFEXITED(status));
    g_assert_cmpint(WEXITSTATUS(status), ==, EXIT_SIGN_IN);
    harness_drain(w->h, 0);
    g_assert_true(w->h->sign_in_failed);
    g_assert_false(w->h->sign_in_again);
    g_assert_nonnull(strstr(w->h->notices->str, "its log-on screen was closed"));
    windows_rig_free(w);
}

// Nothing is shown of a desktop that is on its way, and input meant for a window is for no screen.
static void
lock(WindowsRig *w, const RigWindow *one)
{
    say_id(w, VIEW_MSG_FOCUS, one->id);
    windows_rig_expect(w, "activate id=");
    windows_rig_tell(w, "lock");
    const HarnessWindow *screen = wait_screen(w);
    g_assert_nonnull(harness_window(w->h, one->id));
    guint keys = double_rig_count(w->rig, "key");
    press(w, KEY_B);
    point(w, one->id, 100, 100);
    say_id(w, VIEW_MSG_FOCUS, screen->id);
    press(w, KEY_A);
    windows_rig_expect(w, "key flags=0x8000 code=0x1E");
    g_assert_cmpuint(double_rig_count(w->rig, "key"), ==, keys + 2);
    g_assert_cmpuint(double_rig_count(w->rig, "mouse"), ==, 0);
}

static void
test_lock(gconstpointer profile)
{
    WindowsRig *w = windows_rig_new(profile, "");
    RigWindow *one = windows_rig_exec(w, "one");
    RigWindow *two = windows_rig_exec(w, "two");
    windows_rig_settle(w, "two programs");
    lock(w, one);
    windows_rig_raise(w, one);
    windows_rig_paint(w, two, 3);
    windows_rig_tell(w, "unlock");
    harness_wait(w->h, has_no_screen, NULL, PATIENCE_S, "the lock to go");
    windows_rig_settle(w, "windows after the lock");
    // Closed while it is needed, it comes back with the focus of one of the guest's windows.
    windows_rig_tell(w, "lock");
    say_id(w, VIEW_MSG_CLOSE, wait_screen(w)->id);
    harness_wait(w->h, has_no_screen, NULL, PATIENCE_S, "the closed screen to go");
    say_id(w, VIEW_MSG_FOCUS, one->id);
    wait_screen(w);
    windows_rig_close(w, two);
    windows_rig_tell(w, "unlock");
    harness_wait(w->h, has_no_screen, NULL, PATIENCE_S, "the second lock to go");
    windows_rig_settle(w, "the window that was not closed behind the lock");
    g_assert_cmpuint(double_rig_count(w->rig, "connected"), ==, 1);
    windows_rig_free(w);
}

// A server that says nothing of a move it was asked for: whose the pixels are is not known when
// they come, so they are asked for again.
static void
test_refresh(gconstpointer profile)
{
    WindowsRig *w = windows_rig_new(profile, "");
    RigWindow *one = windows_rig_exec(w, "one");
    RigWindow *two = windows_rig_exec(w, "two");
    windows_rig_settle(w, "two programs");
    windows_rig_tell(w, "quiet");
    windows_rig_host_move(w, two, (ViewRect){500, 300, two->rect.width, two->rect.height});
    g_autofree char *line = g_strdup_printf("refresh x=500 y=300 width=%u height=%u",
                                            two->rect.width, two->rect.height);
    windows_rig_expect(w, line);
    windows_rig_settle(w, "moved away");
    windows_rig_host_move(w, one, (ViewRect){450, 250, one->rect.width, one->rect.height});
    windows_rig_settle(w, "moved below");
    windows_rig_raise(w, one);
    windows_rig_settle(w, "uncovered");
    windows_rig_free(w);
}

static const char *const profiles[] = {"xp", "7", "10", "11"};

static void
add(const char *name, GTestDataFunc function, guint count)
{
    for (guint i = 0; i < count; i++) {
        g_autofree char *path = g_strdup_printf("/termservice/screen/%s/%s", name, profiles[i]);
        g_test_add_data_func(path, profiles[i], function);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    add("log-on", test_log_on, G_N_ELEMENTS(profiles));
    add("give-up", test_give_up, G_N_ELEMENTS(profiles));
    add("lock", test_lock, G_N_ELEMENTS(profiles));
    add("refresh", test_refresh, 2);
    return g_test_run();
}
