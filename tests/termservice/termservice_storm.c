// SPDX-License-Identifier: Apache-2.0

// casement-session and a guest that keeps no measure: what it says is slowed down
// (rdpbridge/limits.h), with words that name it, and what it does not read stops nobody.

#include "rdpbridge/limits.h"
#include "tests/termservice/session_rig.h"

#include <string.h>
#include <sys/wait.h>

#define STORM_S 60 // at the latest then it has said too much
#define HELD_MESSAGES 20000

static gboolean
has_notice(Harness *h, gpointer words)
{
    return strstr(h->notices->str, words) != NULL;
}

static gboolean
has_title(Harness *h, gpointer title)
{
    return harness_window_titled(h, title) != NULL;
}

static guint64
end_storm(SessionRig *rig)
{
    const char *number = NULL;

    session_rig_tell(rig, "storm off");
    g_autofree char *line = session_rig_expect(rig, "storm ");
    number = strrchr(line, ' ');
    g_assert_nonnull(number);
    return g_ascii_strtoull(number, NULL, 10);
}

// Sockets hold some of it: what was said is not yet what was read.
static void
check_pace(const char *kind)
{
    const guint64 under_way = 2000;
    SessionRig *rig = session_rig_new("10", "--security tls");
    g_autofree char *pace = g_strdup_printf("more than %d times a second", LIMIT_ORDERS_PER_S);
    guint32 window = session_rig_open(rig, "storm", "before");

    harness_wait(rig->h, has_title, "before", SESSION_RIG_PATIENCE_S, "the window");
    gint64 since = g_get_monotonic_time();
    session_rig_tell(rig, "storm %s", kind);
    harness_wait(rig->h, has_notice, pace, STORM_S, "the notice");
    g_assert_true(has_notice(rig->h, "probe changes"));
    while (g_get_monotonic_time() - since < 3 * G_USEC_PER_SEC)
        harness_drain(rig->h, 100);
    guint64 said = end_storm(rig);
    guint64 took_us = (guint64)(g_get_monotonic_time() - since);
    g_test_message("%s: %" G_GUINT64_FORMAT " in %.1f s", kind, said, (double)took_us / 1e6);
    g_assert_cmpuint(
        said, <=, LIMIT_ORDERS_BURST + under_way + LIMIT_ORDERS_PER_S * took_us / G_USEC_PER_SEC);
    session_rig_tell(rig, "title 0x%08X after", window);
    harness_wait(rig->h, has_title, "after", SESSION_RIG_PATIENCE_S, "the last title");
    session_rig_free(rig);
}

static void
test_moves(void)
{
    check_pace("moves");
}

static void
test_cursors(void)
{
    check_pace("cursors");
}

// 10⁵ windows: so many as it may have, and words.
static void
test_windows(void)
{
    SessionRig *rig = session_rig_new("10", "--security tls");

    session_rig_tell(rig, "storm windows");
    harness_wait(rig->h, has_notice, "probe has more than", STORM_S, "the notice");
    (void)end_storm(rig);
    (void)session_rig_open(rig, "storm", "one of ours"); // not shown, and the session goes on
    session_rig_tell(rig, "stay");
    g_free(session_rig_expect(rig, "done stay"));
    session_rig_free(rig);
}

static void
send_place(Harness *h, guint32 window, guint32 serial)
{
    ViewConfigured m = {
        .id = window, .serial = serial, .geometry = {100 + (int)(serial % 500), 90, 400, 300}};

    VIEW_INIT(&m, VIEW_MSG_CONFIGURED);
    harness_send_view(h, &m, sizeof m, -1);
}

// Whose user changes the layout, too.
static void
send_layout(Harness *h, guint32 window, guint32 serial)
{
    ViewLayout m = {.rdp_layout = serial % 2 != 0 ? 0x407 : 0x409, .keys = {.layout = "us"}};

    VIEW_INIT(&m, VIEW_MSG_LAYOUT);
    harness_send_view(h, &m, sizeof m, -1);
}

// A guest that stands still, and a host that goes on telling it something.
static SessionRig *
tell_while_it_sleeps(void (*send)(Harness *h, guint32 window, guint32 serial))
{
    SessionRig *rig = session_rig_new("10", "--security tls --hold 'done stay off'");
    guint32 window = session_rig_open(rig, "storm", "a window");

    harness_wait(rig->h, has_title, "a window", SESSION_RIG_PATIENCE_S, "the window");
    session_rig_tell(rig, "stay off");
    g_free(session_rig_expect(rig, "done stay off"));
    for (guint32 i = 1; i <= HELD_MESSAGES; i++) {
        send(rig->h, window, i);
        if (i % 100 == 0)
            harness_drain(rig->h, 0);
    }
    return rig;
}

// The session is no prisoner of a guest that does not read.
static void
quit_while_it_sleeps(void (*send)(Harness *h, guint32 window, guint32 serial))
{
    SessionRig *rig = tell_while_it_sleeps(send);
    CtlPlain quit = {CTL_QUIT, sizeof quit};

    harness_send_control(rig->h, &quit, sizeof quit, -1);
    int status = harness_wait_exit(rig->h, SESSION_RIG_PATIENCE_S);
    g_assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    double_rig_resume(rig->guest);
    session_rig_free(rig);
}

static void
test_asleep(void)
{
    quit_while_it_sleeps(send_place);
}

static void
test_asleep_with_layouts(void)
{
    quit_while_it_sleeps(send_layout);
}

// And once it reads, it hears the last of it.
static void
test_awake(void)
{
    SessionRig *rig = tell_while_it_sleeps(send_place);
    g_autofree char *last = g_strdup_printf("x=%d y=90 ", 100 + HELD_MESSAGES % 500);
    gboolean came = FALSE;
    guint moves = 0;

    double_rig_resume(rig->guest);
    while (!came) {
        g_autofree char *line = session_rig_expect(rig, "move id=");
        moves++;
        came = moves > 1 && strstr(line, last) != NULL;
    }
    g_assert_cmpuint(moves, <, HELD_MESSAGES / 4);
    session_rig_free(rig);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/termservice/storm/moves", test_moves);
    g_test_add_func("/termservice/storm/cursors", test_cursors);
    g_test_add_func("/termservice/storm/windows", test_windows);
    g_test_add_func("/termservice/storm/asleep", test_asleep);
    g_test_add_func("/termservice/storm/asleep-with-layouts", test_asleep_with_layouts);
    g_test_add_func("/termservice/storm/awake", test_awake);
    return g_test_run();
}
