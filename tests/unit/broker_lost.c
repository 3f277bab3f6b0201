// SPDX-License-Identifier: Apache-2.0

// What is lost with a session or its guest's server, and what the user reads of it.

#include "tests/unit/session_home.h"
#include "tests/unit/session_rig.h"

#include <signal.h>

// Its guest's agent was killed, and the next one takes its time.
static void
test_windows_that_are_slow_to_come_back(void)
{
    Rig *rig = rig_new();
    Member *view, *session;

    rig_launch_shown(rig, &view, &session);
    broker_session_service(rig->session, FALSE, NULL);
    kill(session->pid, SIGKILL);
    WAIT_FOR(rig, rig->told == 1);
    g_assert_cmpstr(rig->text, ==,
                    "Windows of demo went away: the connection to it broke. They come back when it "
                    "answers within half a minute");
    broker_session_service(rig->session, TRUE, NULL);
    session = rig_started(rig, 2, "casement-session");
    rig_say_plain(session, CTL_READY);
    WAIT_FOR(rig, rig->told == 2);
    g_assert_cmpstr(rig->text, ==, "Windows of demo were interrupted and are back");
    rig_free(rig);
}

// Its first window was not told of yet, or is still on its way.
static void
test_session_ends_after_a_launch(void)
{
    Rig *rig = rig_new();
    Member *view, *session;

    rig_launch_started(rig, &view, &session);
    kill(session->pid, SIGKILL);
    session = rig_started(rig, 2, "casement-session");
    rig_say_plain(session, CTL_READY);
    WAIT_FOR(rig, rig->told == 1);
    g_assert_cmpstr(rig->text, ==, "Windows of demo were interrupted and are back");
    rig_free(rig);
}

// A Windows whose Remote Desktop was turned off: whoever starts something then waits no longer than
// who was waiting when it went.
static void
test_launch_while_the_server_is_away(void)
{
    Rig *rig = rig_new();

    broker_session_set_sign_in(rig->session, CTL_SIGN_IN, "alice");
    broker_session_service(rig->session, TRUE, NULL);
    broker_session_service(rig->session, FALSE, "it is off");
    for (guint launch = 1; launch <= 2; launch++) {
        g_assert_true(rig_prepare(rig, "DISPLAY=:1", NULL));
        rig_exec(rig, CTL_EXEC_COMMAND);
        Member *view = rig_started(rig, launch - 1, "casement-view");
        rig_say_plain(view, CTL_VIEW_READY);
        WAIT_FOR(rig, rig->done == launch);
        g_assert_cmpstr(rig->error->message, ==, "Guest demo cannot open windows: it is off");
        rig_end(view, 0);
        WAIT_FOR(rig, g_str_equal(broker_session_state(rig->session), "none"));
    }
    rig_free(rig);
}

int
main(int argc, char **argv)
{
    g_autofree char *home = session_home_new(argv[0]);

    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/broker/lost/slow-to-come-back", test_windows_that_are_slow_to_come_back);
    g_test_add_func("/broker/lost/on-their-way", test_session_ends_after_a_launch);
    g_test_add_func("/broker/lost/server-away", test_launch_while_the_server_is_away);
    int result = g_test_run();
    session_home_remove(home);
    return result;
}
