// SPDX-License-Identifier: Apache-2.0

// What the broker keeps of who is at a guest.

#include "hostbroker/guest_people.h"

static guint8 buffer[16384];

static gboolean
tell(BrokerGuestPeople *p, const ChanSessions *m)
{
    return broker_guest_people_sessions(p, chan_sessions_encode(m, buffer, sizeof buffer));
}

static void
test_sessions(void)
{
    g_autoptr(BrokerGuestPeople) p = broker_guest_people_new();
    ChanSessions m = {
        .n = 3,
        .sessions = {{.id = 1, .state = CHAN_SESSION_LOG_ON_SCREEN, .connected = 1},
                     {.id = 2, .state = CHAN_SESSION_LOGGED_ON, .user = CHAN_SPAN_TEXT("bob")},
                     {3, CHAN_SESSION_LOGGED_ON, CHAN_LOCK_LOCKED, 1, 144, 0x407,
                      CHAN_SPAN_TEXT("al\033[2Jice")}}};

    g_assert_null(broker_guest_people_user(p));
    g_assert_true(tell(p, &m));
    memset(buffer, 'x', sizeof buffer); // the message is gone, the names are kept
    g_assert_cmpstr(broker_guest_people_user(p), ==, "al[2Jice");
    g_autoptr(GVariant) all = g_variant_ref_sink(broker_guest_people_describe(p));
    g_autofree char *text = g_variant_print(all, FALSE);
    g_assert_cmpstr(
        text, ==,
        "[{'id': <uint32 1>, 'state': <'log-on-screen'>, 'lock': <''>, 'connected': <true>, "
        "'user': <''>, 'keyboard': <uint32 0>, 'dpi': <uint32 0>}, "
        "{'id': <uint32 2>, 'state': <'logged-on'>, 'lock': <''>, 'connected': <false>, "
        "'user': <'bob'>, 'keyboard': <uint32 0>, 'dpi': <uint32 0>}, "
        "{'id': <uint32 3>, 'state': <'logged-on'>, 'lock': <'locked'>, 'connected': <true>, "
        "'user': <'al[2Jice'>, 'keyboard': <uint32 1031>, 'dpi': <uint32 144>}]");
    m.n = 2;
    g_assert_true(tell(p, &m));
    g_assert_cmpstr(broker_guest_people_user(p), ==, "bob");
    g_assert_false(broker_guest_people_sessions(p, CHAN_SPAN("\1\0", 2)));
    g_assert_cmpstr(broker_guest_people_user(p), ==, "bob");
    broker_guest_people_forget(p);
    g_assert_null(broker_guest_people_user(p));
}

static void
test_certificates(void)
{
    g_autoptr(BrokerGuestPeople) p = broker_guest_people_new();
    ChanCertificates m = {
        .n = 2, .certificates = {{CHAN_SHA1_SIZE, {0xab, 1}}, {CHAN_SHA256_SIZE, {0xcd, 2}}}};

    g_assert_cmpuint(broker_guest_people_known(p)->n, ==, 0);
    g_assert_true(
        broker_guest_people_certificates(p, chan_certificates_encode(&m, buffer, sizeof buffer)));
    g_assert_false(broker_guest_people_certificates(p, CHAN_SPAN("\1\0\5", 3)));
    g_assert_cmpuint(broker_guest_people_known(p)->n, ==, 2);
    g_autoptr(GVariant) all = g_variant_ref_sink(broker_guest_people_describe_certificates(p));
    g_autofree char *text = g_variant_print(all, FALSE);
    g_assert_cmpstr(text, ==,
                    "['sha1:ab01000000000000000000000000000000000000', "
                    "'sha256:cd02000000000000000000000000000000000000000000000000000000000000']");
    broker_guest_people_forget(p);
    g_assert_cmpuint(broker_guest_people_known(p)->n, ==, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/broker/people/sessions", test_sessions);
    g_test_add_func("/broker/people/certificates", test_certificates);
    return g_test_run();
}
