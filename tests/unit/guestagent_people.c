// SPDX-License-Identifier: Apache-2.0

// Who is at a Windows guest: every kind of session, each source of what is known of it.

#include "guestagent/win32/people.h"

#include <glib.h>
#include <string.h>

#define XP 5
#define TEN 10

static const WinPerson alice = {.id = 1,
                                .use = WIN_SESSION_ACTIVE,
                                .user = "alice",
                                .report = {.keyboard = 0x407, .dpi = 144, .lock = CHAN_LOCK_OPEN}};

static void
test_sessions(void)
{
    static const struct {
        guint32 id;
        WinSessionUse use;
        const char *user;
        guint major;
        int state; // 0: not told
        gboolean connected;
    } cases[] = {
        {1, WIN_SESSION_ACTIVE, "alice", TEN, CHAN_SESSION_LOGGED_ON, TRUE},
        {2, WIN_SESSION_DISCONNECTED, "bob", TEN, CHAN_SESSION_LOGGED_ON, FALSE},
        {3, WIN_SESSION_CONNECTED, "", TEN, CHAN_SESSION_LOG_ON_SCREEN, TRUE},
        {3, WIN_SESSION_ACTIVE, "", TEN, CHAN_SESSION_LOG_ON_SCREEN, TRUE},
        {3, WIN_SESSION_DISCONNECTED, "", TEN, 0, FALSE},
        {65536, WIN_SESSION_OTHER, "", TEN, 0, FALSE}, // the listener
        {0, WIN_SESSION_DISCONNECTED, "", TEN, 0, FALSE},
        {0, WIN_SESSION_ACTIVE, "SYSTEM", TEN, 0, FALSE},
        {0, WIN_SESSION_ACTIVE, "alice", XP, CHAN_SESSION_LOGGED_ON, TRUE}, // the console of XP
        {0, WIN_SESSION_CONNECTED, "", XP, CHAN_SESSION_LOG_ON_SCREEN, TRUE},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        WinPerson p = alice;
        ChanSession s = {0};
        p.id = cases[i].id;
        p.use = cases[i].use;
        g_strlcpy(p.user, cases[i].user, sizeof p.user);
        g_test_message("%u %s", p.id, p.user);
        g_assert_cmpint(win_person_tell(&p, cases[i].major, &s), ==, cases[i].state != 0);
        g_assert_cmpint(s.state, ==, cases[i].state);
        g_assert_cmpint(s.connected, ==, cases[i].connected);
        // Of a log-on screen nothing is known, whatever was known before.
        gboolean known = s.state == CHAN_SESSION_LOGGED_ON;
        g_assert_cmpuint(s.dpi, ==, known ? 144 : 0);
        g_assert_cmpuint(s.keyboard, ==, known ? 0x407 : 0);
        g_assert_cmpuint(s.lock, ==, known ? CHAN_LOCK_OPEN : CHAN_LOCK_UNKNOWN);
    }
}

static void
test_session_in_use(void)
{
    WinPerson people[] = {alice, alice, alice, alice};

    g_assert_null(win_people_in_use(people, 0, TEN));
    people[0].id = 0; // services
    people[1].use = WIN_SESSION_CONNECTED;
    people[1].user[0] = 0; // a log-on screen
    people[2].use = people[3].use = WIN_SESSION_DISCONNECTED;
    g_assert_true(win_people_in_use(people, 4, TEN) == &people[2]);
    g_assert_null(win_people_in_use(people, 2, TEN));
    people[3].use = WIN_SESSION_ACTIVE;
    g_assert_true(win_people_in_use(people, 4, TEN) == &people[3]);
    g_assert_true(win_people_in_use(people, 4, XP) == &people[0]); // its console
}

static ChanLock
lock_of(ChanLock heard, ChanLock asked, ChanLock helper)
{
    WinPerson p = alice;
    ChanSession s;

    p.heard = heard;
    p.asked = asked;
    p.report.lock = (guint8)helper;
    g_assert_true(win_person_tell(&p, TEN, &s));
    return (ChanLock)s.lock;
}

static void
test_locks(void)
{
    WinLocks l = {0};

    g_assert_cmpint(win_lock_of(0, 10, 0), ==, CHAN_LOCK_LOCKED);
    g_assert_cmpint(win_lock_of(1, 10, 0), ==, CHAN_LOCK_OPEN);
    g_assert_cmpint(win_lock_of(0, 6, 1), ==, CHAN_LOCK_OPEN);
    g_assert_cmpint(win_lock_of(1, 6, 1), ==, CHAN_LOCK_LOCKED);
    g_assert_cmpint(win_lock_of(0, 6, 3), ==, CHAN_LOCK_LOCKED);
    g_assert_cmpint(win_lock_of(0xffffffff, 6, 1), ==, CHAN_LOCK_UNKNOWN);
    // What was told is the newest, what the session's own helper says the last to be believed.
    g_assert_cmpint(lock_of(CHAN_LOCK_LOCKED, CHAN_LOCK_OPEN, CHAN_LOCK_OPEN), ==,
                    CHAN_LOCK_LOCKED);
    g_assert_cmpint(lock_of(CHAN_LOCK_UNKNOWN, CHAN_LOCK_LOCKED, CHAN_LOCK_OPEN), ==,
                    CHAN_LOCK_LOCKED);
    g_assert_cmpint(lock_of(CHAN_LOCK_UNKNOWN, CHAN_LOCK_UNKNOWN, CHAN_LOCK_LOCKED), ==,
                    CHAN_LOCK_LOCKED);

    win_locks_heard(&l, 7, 1);
    win_locks_heard(&l, 7, 2);
    win_locks_heard(&l, 8, 2);
    win_locks_heard(&l, 1, 1); // a console is connected: says nothing of locks
    g_assert_cmpint(win_locks_of(&l, 1), ==, CHAN_LOCK_LOCKED);
    g_assert_cmpint(win_locks_of(&l, 2), ==, CHAN_LOCK_OPEN);
    g_assert_cmpint(win_locks_of(&l, 3), ==, CHAN_LOCK_UNKNOWN);
    win_locks_heard(&l, 6, 1); // logged off; the number may be somebody else's next
    g_assert_cmpint(win_locks_of(&l, 1), ==, CHAN_LOCK_UNKNOWN);
    g_assert_cmpint(win_locks_of(&l, 2), ==, CHAN_LOCK_OPEN);
    for (guint32 id = 10; id < 10 + 2 * CHAN_SESSIONS_MAX; id++)
        win_locks_heard(&l, 7, id);
    g_assert_cmpuint(l.n, ==, CHAN_SESSIONS_MAX);
    g_assert_true(win_locks_only(7) && win_locks_only(8) && !win_locks_only(5));
}

static void
test_reports(void)
{
    WinHelperReport r = alice.report, again;
    guint8 bytes[WIN_HELPER_REPORT_SIZE];

    win_helper_report_encode(&r, bytes);
    g_assert_true(win_helper_report_decode(&again, bytes));
    g_assert_cmpuint(again.keyboard, ==, 0x407);
    g_assert_cmpuint(again.dpi, ==, 144);
    g_assert_cmpuint(again.lock, ==, CHAN_LOCK_OPEN);
    // Each byte that is not free is held to what it may be.
    static const guint8 strict[] = {0, 1, 2, 3, 11};
    for (gsize i = 0; i < sizeof strict; i++) {
        bytes[strict[i]] ^= 1;
        g_assert_false(win_helper_report_decode(&again, bytes));
        bytes[strict[i]] ^= 1;
    }
    static const struct {
        guint16 dpi;
        guint8 lock;
        gboolean good;
    } ranges[] = {{0, 0, TRUE},    {71, 0, FALSE}, {72, 0, TRUE}, {960, 0, TRUE},
                  {961, 0, FALSE}, {96, 2, TRUE},  {96, 3, FALSE}};
    for (gsize i = 0; i < G_N_ELEMENTS(ranges); i++) {
        r = (WinHelperReport){.dpi = ranges[i].dpi, .lock = ranges[i].lock};
        win_helper_report_encode(&r, bytes);
        g_assert_true(win_helper_report_decode(&again, bytes) == ranges[i].good);
    }
    g_assert_cmphex(win_keyboard_of(0x04070407), ==, 0x407);
    g_assert_cmphex(win_keyboard_of(0x04090407), ==, 0x409);      // a US layout for German
    g_assert_cmphex(win_keyboard_of(0xe0010411), ==, 0xe0010411); // an input method
    g_assert_cmphex(win_keyboard_of(0xf0020409), ==, 0);          // Dvorak: by its number only
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/agent/people/sessions", test_sessions);
    g_test_add_func("/agent/people/in-use", test_session_in_use);
    g_test_add_func("/agent/people/locks", test_locks);
    g_test_add_func("/agent/people/reports", test_reports);
    return g_test_run();
}
