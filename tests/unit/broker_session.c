// SPDX-License-Identifier: Apache-2.0
#include "hostbroker/session.h"

#include "hostbroker/session_yield.h"

#include "channel/glib/packet.h"
#include "hostbroker/error.h"
#include "tests/unit/session_home.h"
#include "tests/unit/session_rig.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

// ---- its pixels

static guint32
setup_flags(Rig *rig, const Member *m)
{
    CtlSetup setup;

    WAIT_FOR(rig, recv(m->control, &setup, sizeof setup, MSG_DONTWAIT) > 0);
    g_assert_cmpuint(setup.header.type, ==, CTL_SETUP);
    return setup.flags;
}

// A session gets their stream with its start, where its guest's are to go so.
static void
test_pixels(void)
{
    static const struct {
        const char *line;
        guint streams;
    } ways[] = {{"pixels=auto", 1}, {"pixels=stream", 1}, {"pixels=rdp", 0}};

    for (guint i = 0; i < G_N_ELEMENTS(ways); i++) {
        Rig *rig = rig_new();
        rig_set_config(rig, ways[i].line);
        g_assert_true(rig_prepare(rig, "DISPLAY=:1", NULL));
        (void)rig_started(rig, 0, "casement-view");
        broker_session_service(rig->session, TRUE, NULL);
        Member *session = rig_started(rig, 1, "casement-session");
        if (ways[i].streams > 0)
            WAIT_FOR(rig, rig_hears(session, CTL_PIXELS));
        g_assert_cmpuint(rig->pixels, ==, ways[i].streams);
        rig_free(rig);
    }
}

// And is told before that whether some of them may lose something.
static void
test_video(void)
{
    for (guint video = 0; video <= 1; video++) {
        Rig *rig = rig_new();
        rig_set_config(rig, video ? "video=true" : "video=false");
        g_assert_true(rig_prepare(rig, "DISPLAY=:1", NULL));
        (void)rig_started(rig, 0, "casement-view");
        broker_session_service(rig->session, TRUE, NULL);
        Member *session = rig_started(rig, 1, "casement-session");
        g_assert_cmpuint(setup_flags(rig, session) & CTL_LOSSLESS_PIXELS, ==,
                         video ? 0 : CTL_LOSSLESS_PIXELS);
        WAIT_FOR(rig, rig_hears(session, CTL_PIXELS));
        rig_free(rig);
    }
}

// A guest that has none shows its windows all the same.
static void
test_no_pixels(void)
{
    Rig *rig = rig_new();
    Member *view, *session;

    rig->refuses_pixels = TRUE;
    rig_launch_shown(rig, &view, &session);
    g_assert_cmpuint(rig->pixels, ==, 1);
    g_assert_cmpuint(rig->told, ==, 0);
    rig_free(rig);
}

// ---- a view that ends

// A window that is known when the view ends comes back, and the user reads it once.
static void
test_view_comes_back(void)
{
    Rig *rig = rig_new();
    Member *view, *session;

    rig_launch_shown(rig, &view, &session);
    view = rig_kill_view(rig, view);
    WAIT_FOR(rig, rig_hears(session, CTL_VIEW));
    g_assert_cmpuint(rig->told, ==, 0);
    rig_say_plain(view, CTL_VIEW_READY);
    WAIT_FOR(rig, rig->told == 1);
    rig_free(rig);
}

// The session tells of a window some time after it is on the screen.
static void
test_view_ends_before_its_window_is_told_of(void)
{
    Rig *rig = rig_new();
    Member *view, *session;

    rig_launch_started(rig, &view, &session);
    view = rig_kill_view(rig, view);
    rig_say_window(session, 7);
    rig_say_plain(view, CTL_VIEW_READY);
    WAIT_FOR(rig,
             g_str_equal(broker_session_state(rig->session), "up") && rig_count_windows(rig) == 1);
    g_assert_true(rig_hears(session, CTL_VIEW));
    g_assert_cmpuint(rig->told, ==, 0);
    rig_free(rig);
}

// A session that came back ends before it tells of the windows: they were there, and come back.
static void
test_session_ends_before_its_windows_are_told_of(void)
{
    Rig *rig = rig_new();
    Member *view, *session;

    rig_launch_shown(rig, &view, &session);
    kill(session->pid, SIGKILL);
    session = rig_started(rig, 2, "casement-session");
    rig_say_plain(session, CTL_READY);
    WAIT_FOR(rig, rig->told == 1);
    kill(session->pid, SIGKILL);
    session = rig_started(rig, 3, "casement-session");
    rig_say_plain(session, CTL_READY);
    WAIT_FOR(rig, rig->told == 2);
    rig_say_window(session, 7);
    WAIT_FOR(rig, rig_count_windows(rig) == 1);
    rig_free(rig);
}

static void
say_window_gone(const Member *m, guint32 id)
{
    CtlWindowId gone = {.window_id = id};

    CTL_INIT(&gone, CTL_WINDOW_GONE);
    rig_say(m, &gone, sizeof gone);
}

// The broker has nothing left to do at once, as a timer of no time is.
static void
settle(Rig *rig)
{
    while (g_main_context_iteration(rig->host->context, FALSE))
        continue;
}

// Where nothing unused is kept: the one window that was to come does, and then goes.
static void
shows_and_ends(Rig *rig, const Member *session)
{
    settle(rig);
    g_assert_false(rig_hears(session, CTL_QUIT));
    rig_say_window(session, 7);
    WAIT_FOR(rig, rig_count_windows(rig) == 1);
    settle(rig);
    g_assert_false(rig_hears(session, CTL_QUIT));
    say_window_gone(session, 7);
    WAIT_FOR(rig, rig_hears(session, CTL_QUIT));
}

static void
test_windows_are_awaited_of_a_session_that_is_back(void)
{
    Rig *rig = rig_new();
    Member *view, *session;

    rig_launch_shown(rig, &view, &session);
    rig_set_config(rig, "idle_timeout_s=0");
    kill(session->pid, SIGKILL);
    session = rig_started(rig, 2, "casement-session");
    rig_say_plain(session, CTL_READY);
    WAIT_FOR(rig, rig->told == 1);
    shows_and_ends(rig, session);
    rig_free(rig);
}

static void
test_window_is_awaited_of_a_program(void)
{
    Rig *rig = rig_new();
    Member *view, *session;

    rig_launch(rig, &view, &session);
    rig_set_config(rig, "idle_timeout_s=0");
    rig_say_started(session, 1);
    WAIT_FOR(rig, rig->done == 1);
    shows_and_ends(rig, session);
    rig_free(rig);
}

// But what a session before was to show is not awaited of the next one, nor missed when that ends.
static void
test_no_window_is_awaited_of_a_former_session(void)
{
    Rig *rig = rig_new();
    Member *view, *session;

    rig_launch_started(rig, &view, &session);
    g_assert_true(rig_prepare(rig, "DISPLAY=:2", NULL));
    WAIT_FOR(rig, rig_hears(session, CTL_QUIT));
    rig_end(session, 0);
    rig_end(view, 0);
    view = rig_started_of_two(rig, 2, "casement-view");
    rig_say_plain(view, CTL_VIEW_READY);
    kill(rig_started_of_two(rig, 2, "casement-session")->pid, SIGKILL);
    session = rig_started(rig, 4, "casement-session");
    rig_say_plain(session, CTL_READY);
    WAIT_FOR(rig, g_str_equal(broker_session_state(rig->session), "up"));
    g_assert_cmpuint(rig->told, ==, 0);
    rig_set_config(rig, "idle_timeout_s=0");
    broker_session_unprepare(rig->session);
    settle(rig);
    g_assert_true(rig_hears(session, CTL_QUIT));
    rig_free(rig);
}

// A view for a session that turns out to be unused does not keep it.
static void
test_unused_session_ends_after_its_view(void)
{
    Rig *rig = rig_new();
    Member *view, *session;

    rig_launch_shown(rig, &view, &session);
    say_window_gone(session, 7);
    WAIT_FOR(rig, rig_count_windows(rig) == 0);
    view = rig_kill_view(rig, view);
    rig_set_config(rig, "idle_timeout_s=0");
    rig_say_plain(view, CTL_VIEW_READY);
    WAIT_FOR(rig, rig_hears(session, CTL_QUIT));
    WAIT_FOR(rig, rig_hears(view, CTL_QUIT));
    rig_end(session, 0);
    rig_end(view, 0);
    WAIT_FOR(rig, g_str_equal(broker_session_state(rig->session), "none"));
    g_assert_cmpuint(rig->told, ==, 0);
    rig_free(rig);
}

static void
say_tray(const Member *m, guint32 hidden)
{
    CtlTray tray = {.window_id = 7, .icon_id = 1, .app_index = CTL_APP_NONE, .hidden = hidden};

    CTL_INIT(&tray, CTL_TRAY);
    rig_say(m, &tray, sizeof tray);
}

// A program that is only an icon of the tray is in use; one whose icon is hidden is not.
static void
test_icon_keeps_the_session(void)
{
    Rig *rig = rig_new();
    Member *view, *session;

    rig_launch_shown(rig, &view, &session);
    say_tray(session, 0);
    say_window_gone(session, 7);
    WAIT_FOR(rig, rig_count_windows(rig) == 0);
    g_assert_true(broker_session_in_use(rig->session)); // another client would take it away
    rig_set_config(rig, "idle_timeout_s=0");
    view = rig_kill_view(rig, view); // whatever is in use comes back
    rig_say_plain(view, CTL_VIEW_READY);
    WAIT_FOR(rig, rig->told == 1);
    g_assert_false(rig_hears(session, CTL_QUIT));
    say_tray(session, 1);
    WAIT_FOR(rig, rig_hears(session, CTL_QUIT));
    rig_free(rig);
}

// The display has gone with nothing on it: no news for the user.
static void
test_unused_session_ends_with_its_display(void)
{
    Rig *rig = rig_new();
    Member *view, *session;

    rig_launch_started(rig, &view, &session);
    rig_end(view, 1);
    rig_end(rig_started(rig, 2, "casement-view"), 1);
    WAIT_FOR(rig, rig_hears(session, CTL_QUIT));
    g_assert_cmpuint(rig->told, ==, 0);
    rig_free(rig);
}

// What the view was started for is answered, and its window is there, before it is started again.
static void
test_window_comes_while_view_waits_for_restart(void)
{
    Rig *rig = rig_new();
    Member *view, *session;

    rig_launch(rig, &view, &session);
    view = rig_kill_view(rig, view);
    // The second time, it is not started at once.
    guint changed = rig->changed;
    kill(view->pid, SIGKILL);
    WAIT_FOR(rig, rig->changed > changed);
    rig_say_started(session, 1);
    rig_say_window(session, 7);
    WAIT_FOR(rig, rig_count_windows(rig) == 1 && rig->done == 1);
    view = rig_started(rig, 3, "casement-view");
    rig_free(rig);
}

// ---- a launch from another display

// View and session of the first launch, told to quit, do; what is started next is on the display.
static void
moves(Rig *rig, Member *view, Member *session, const char *display)
{
    WAIT_FOR(rig, rig_hears(session, CTL_QUIT));
    WAIT_FOR(rig, rig_hears(view, CTL_QUIT));
    rig_end(session, 0);
    rig_end(view, 0);
    Member *next = rig_started_of_two(rig, 2, "casement-view");
    g_assert_cmpstr(next->display, ==, display);
    rig_say_plain(next, CTL_VIEW_READY);
    next = rig_started_of_two(rig, 2, "casement-session");
    rig_say_plain(next, CTL_READY);
    rig_exec(rig, CTL_EXEC_COMMAND);
    WAIT_FOR(rig, rig_hears(next, CTL_EXEC));
    rig_say_started(next, 2);
    WAIT_FOR(rig, rig->done == 2);
    g_assert_no_error(rig->error);
    g_assert_cmpuint(rig->told, ==, 0);
}

static void
test_unused_session_moves(void)
{
    Rig *rig = rig_new();
    Member *view, *session;

    rig_launch(rig, &view, &session);
    g_assert_cmpstr(view->display, ==, ":1");
    rig_say_started(session, 1);
    WAIT_FOR(rig, rig->done == 1);
    g_assert_true(rig_prepare(rig, "DISPLAY=:2", NULL));
    moves(rig, view, session, ":2");
    rig_free(rig);
}

// It was about to end anyway.
static void
test_ending_session_moves(void)
{
    Rig *rig = rig_new();
    Member *view, *session;

    rig_launch_shown(rig, &view, &session);
    rig_set_config(rig, "idle_timeout_s=0");
    say_window_gone(session, 7);
    WAIT_FOR(rig, rig_hears(session, CTL_QUIT));
    rig_say_window(session, 7);
    WAIT_FOR(rig, rig_count_windows(rig) == 1);
    g_assert_true(rig_prepare(rig, "DISPLAY=:2", NULL));
    rig_end(session, 0);
    rig_end(view, 0);
    g_assert_cmpstr(rig_started(rig, 2, "casement-view")->display, ==, ":2");
    rig_free(rig);
}

static void
refused(Rig *rig, const char *why)
{
    g_autoptr(GError) error = NULL;
    const char *const words[] = {"demo", why, "display :1,",
                                 "display :2:", "`casement guest stop demo`"};

    g_assert_false(rig_prepare(rig, "DISPLAY=:2", &error));
    for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
        if (!strstr(error->message, words[i]))
            g_error("no '%s' in: %s", words[i], error->message);
}

static void
test_session_with_windows_stays(void)
{
    Rig *rig = rig_new();
    Member *view, *session;

    rig_launch(rig, &view, &session);
    refused(rig, "program of it is being started");
    rig_say_started(session, 1);
    rig_say_window(session, 7);
    WAIT_FOR(rig, rig_count_windows(rig) == 1 && rig->done == 1);
    refused(rig, "its windows are open");
    // The same display by another name, and a launch from nowhere.
    static const char *const joins[] = {"DISPLAY=:1.0", "DISPLAY=unix:1", "LANG=C", "DISPLAY="};
    for (gsize i = 0; i < G_N_ELEMENTS(joins); i++) {
        g_assert_true(rig_prepare(rig, joins[i], NULL));
        broker_session_unprepare(rig->session);
    }
    g_assert_true(rig_prepare(rig, "DISPLAY=:1", NULL));
    rig_exec(rig, CTL_EXEC_COMMAND);
    WAIT_FOR(rig, rig_hears(session, CTL_EXEC));
    rig_say_started(session, 2);
    WAIT_FOR(rig, rig->done == 2);
    // Nor do they go while their view is gone for a moment.
    kill(view->pid, SIGKILL);
    guint changed = rig->changed;
    WAIT_FOR(rig, rig->changed > changed);
    refused(rig, "its windows are open");
    g_assert_cmpstr(rig_started(rig, 2, "casement-view")->display, ==, ":1");
    rig_free(rig);
}

// ---- the whole desktop

static gboolean
prepare_desktop(Rig *rig, GError **error)
{
    const char *const environment[] = {"DISPLAY=:1", NULL};

    return broker_session_prepare(rig->session, TRUE, environment, error);
}

// What is started from number `first` on shows the desktop, and is done.
static void
show_desktop(Rig *rig, guint first, Member **view, Member **session)
{
    guint done = rig->done;

    *view = rig_started(rig, first, "casement-view");
    rig_say_plain(*view, CTL_VIEW_READY);
    broker_session_service(rig->session, TRUE, NULL);
    *session = rig_started(rig, first + 1, "casement-session");
    g_assert_true(setup_flags(rig, *session) & CTL_DESKTOP);
    g_assert_true(broker_session_is_desktop(rig->session));
    rig_say_plain(*session, CTL_READY);
    rig_exec(rig, CTL_EXEC_DESKTOP);
    WAIT_FOR(rig, rig_hears(*session, CTL_EXEC));
    rig_say_started(*session, done + 1);
    rig_say_window(*session, CTL_WINDOW_SCREEN);
    WAIT_FOR(rig, rig_count_windows(rig) == 1 && rig->done == done + 1);
    g_assert_no_error(rig->error);
}

static void
end_both(Rig *rig, const Member *view, const Member *session)
{
    WAIT_FOR(rig, rig_hears(session, CTL_QUIT));
    WAIT_FOR(rig, rig_hears(view, CTL_QUIT));
    rig_end(session, 0);
    rig_end(view, 0);
}

static void
test_closed_desktop_ends_its_session(void)
{
    Rig *rig = rig_new();
    Member *view, *session;
    CtlWindowId gone = {.window_id = CTL_WINDOW_SCREEN};

    g_assert_true(prepare_desktop(rig, NULL));
    show_desktop(rig, 0, &view, &session);
    // Asked for again, it is raised.
    rig_exec(rig, CTL_EXEC_DESKTOP);
    WAIT_FOR(rig, rig_hears(view, CTL_RAISE));
    rig_say_started(session, 2);
    WAIT_FOR(rig, rig->done == 2);
    CTL_INIT(&gone, CTL_WINDOW_GONE);
    rig_say(session, &gone, sizeof gone);
    end_both(rig, view, session);
    WAIT_FOR(rig, g_str_equal(broker_session_state(rig->session), "none"));
    g_assert_false(broker_session_is_desktop(rig->session));
    g_assert_cmpuint(rig->told, ==, 0);
    rig_free(rig);
}

static void
test_windows_become_a_desktop_and_come_back(void)
{
    Rig *rig = rig_new();
    Member *view, *session;

    rig_launch_shown(rig, &view, &session);
    g_assert_false(setup_flags(rig, view) & CTL_DESKTOP);
    g_assert_true(prepare_desktop(rig, NULL));
    end_both(rig, view, session);
    show_desktop(rig, 2, &view, &session);
    rig_exec(rig, CTL_EXEC_COMMAND); // before the desktop has ended
    end_both(rig, view, session);
    rig_say_plain(rig_started(rig, 4, "casement-view"), CTL_VIEW_READY);
    session = rig_started(rig, 5, "casement-session");
    g_assert_false(setup_flags(rig, session) & CTL_DESKTOP);
    rig_say_plain(session, CTL_READY);
    WAIT_FOR(rig, rig_hears(session, CTL_EXEC));
    rig_say_started(session, 3);
    WAIT_FOR(rig, rig->done == 3);
    g_assert_no_error(rig->error);
    g_assert_cmpuint(rig->told, ==, 0);
    rig_free(rig);
}

static void
test_frames_of_the_host(void)
{
    for (int host = 0; host < 2; host++) {
        Rig *rig = rig_new();
        Member *view, *session;
        rig_set_config(rig, host ? "frames=host" : "");
        rig_launch_shown(rig, &view, &session);
        g_assert_cmpint(!!(setup_flags(rig, view) & CTL_HOST_FRAMES), ==, host);
        rig_free(rig);
    }
}

static void
test_desktop_waits_for_no_launch(void)
{
    Rig *rig = rig_new();
    Member *view, *session;
    g_autoptr(GError) error = NULL;

    rig_launch(rig, &view, &session);
    g_assert_false(prepare_desktop(rig, &error));
    g_assert_error(error, BROKER_ERROR, BROKER_ERROR_BUSY);
    g_assert_false(rig_hears(session, CTL_QUIT));
    rig_say_started(session, 1);
    WAIT_FOR(rig, rig->done == 1);
    rig_free(rig);
}

static int
adopt_pipe(Member *m)
{
    int pair[2];

    g_assert_true(chan_packet_pair(pair, NULL));
    close(m->control);
    m->control = pair[1];
    return pair[0];
}

// The next broker knows what it finds, and that a program needs the other.
static void
test_desktop_of_a_former_broker(void)
{
    Rig *rig = rig_new();
    Member *view, *session;
    BrokerState state = {0};
    g_autofree char *path = broker_host_program(rig->host, "state");

    g_assert_true(prepare_desktop(rig, NULL));
    show_desktop(rig, 0, &view, &session);
    broker_session_identify(rig->session, &state);
    broker_session_free(rig->session);
    g_assert_true(broker_state_write(path, &state, NULL));
    BrokerState read = broker_state_read(path);
    g_assert_true(broker_state_equal(&state, &read));
    rig->session = broker_session_new(rig->host, rig->config, rig->sign_in, &rig_events, rig);
    broker_session_expect(rig->session, &read);
    rig_set_config(rig, "idle_timeout_s=0"); // what it shows is told of only then
    CtlAdopt adopt = {.session_pid = (guint32)session->pid, .view_pid = (guint32)view->pid};
    int view_fd = adopt_pipe(view), session_fd = adopt_pipe(session);
    g_assert_true(broker_session_adopt(rig->session, &adopt, view->pid, view_fd, session_fd));
    g_assert_true(broker_session_is_desktop(rig->session));
    g_assert_true(setup_flags(rig, session) & CTL_DESKTOP);
    settle(rig);
    g_assert_false(rig_hears(session, CTL_QUIT));
    rig_say_window(session, CTL_WINDOW_SCREEN);
    WAIT_FOR(rig, rig_count_windows(rig) == 1);
    g_assert_true(rig_prepare(rig, "DISPLAY=:1", NULL));
    end_both(rig, view, session);
    rig_say_plain(rig_started(rig, 2, "casement-view"), CTL_VIEW_READY);
    g_assert_false(broker_session_is_desktop(rig->session));
    rig_free(rig);
}

int
main(int argc, char **argv)
{
    g_autofree char *home = session_home_new(argv[0]);

    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/broker/session/pixels", test_pixels);
    g_test_add_func("/broker/session/video", test_video);
    g_test_add_func("/broker/session/no-pixels", test_no_pixels);
    g_test_add_func("/broker/session/desktop/closed", test_closed_desktop_ends_its_session);
    g_test_add_func("/broker/session/desktop/switched",
                    test_windows_become_a_desktop_and_come_back);
    g_test_add_func("/broker/session/frames", test_frames_of_the_host);
    g_test_add_func("/broker/session/desktop/busy", test_desktop_waits_for_no_launch);
    g_test_add_func("/broker/session/desktop/adopted", test_desktop_of_a_former_broker);
    g_test_add_func("/broker/session/view/comes-back", test_view_comes_back);
    g_test_add_func("/broker/session/view/window-not-told-of",
                    test_view_ends_before_its_window_is_told_of);
    g_test_add_func("/broker/session/windows-not-told-of",
                    test_session_ends_before_its_windows_are_told_of);
    g_test_add_func("/broker/session/awaits/back",
                    test_windows_are_awaited_of_a_session_that_is_back);
    g_test_add_func("/broker/session/awaits/program", test_window_is_awaited_of_a_program);
    g_test_add_func("/broker/session/awaits/former", test_no_window_is_awaited_of_a_former_session);
    g_test_add_func("/broker/session/icon-keeps-the-session", test_icon_keeps_the_session);
    g_test_add_func("/broker/session/view/unused", test_unused_session_ends_after_its_view);
    g_test_add_func("/broker/session/view/display-gone", test_unused_session_ends_with_its_display);
    g_test_add_func("/broker/session/view/window-before-restart",
                    test_window_comes_while_view_waits_for_restart);
    g_test_add_func("/broker/session/display/moves", test_unused_session_moves);
    g_test_add_func("/broker/session/display/moves-while-ending", test_ending_session_moves);
    g_test_add_func("/broker/session/display/stays", test_session_with_windows_stays);
    int result = g_test_run();
    session_home_remove(home);
    return result;
}
