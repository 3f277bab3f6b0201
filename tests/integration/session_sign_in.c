// SPDX-License-Identifier: Apache-2.0

// casement-session signs in to a Windows' Remote Desktop (tests/termservice), by each security
// that there is, in its sandbox; and says in words why it was not let in.

#include "tests/integration/session_harness.h"
#include "tests/termservice/double_rig.h"

#include <gio/gio.h>
#include <glib-unix.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define EXIT_SIGN_IN 7 // as in casement-session(1)
#define EXIT_CONNECT 3
#define RIGHT "the password"

static int
connect_to(const DoubleRig *rig)
{
    g_autoptr(GInetAddress) loopback = g_inet_address_new_loopback(G_SOCKET_FAMILY_IPV4);
    g_autoptr(GSocketAddress) address =
        g_inet_socket_address_new(loopback, (guint16)double_rig_port(rig));
    g_autoptr(GSocket) socket =
        g_socket_new(G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);

    g_assert_true(g_socket_connect(socket, address, NULL, NULL));
    int fd = dup(g_socket_get_fd(socket));
    g_unix_set_fd_nonblocking(fd, FALSE, NULL);
    return fd;
}

static Harness *
sign_in_knowing(const DoubleRig *rig, guint32 more_flags, const CtlCertificates *known,
                const char *password)
{
    Harness *h = harness_new(connect_to(rig), 1280, 800, CTL_SIGN_IN | more_flags);
    CtlCredentials m = {0};

    if (known)
        harness_send_control(h, known, sizeof *known, -1);
    CTL_INIT(&m, CTL_CREDENTIALS);
    CTL_SET_TEXT(m.user, "alice");
    CTL_SET_TEXT(m.password, password);
    harness_send_control(h, &m, sizeof m, -1);
    return h;
}

static Harness *
sign_in(const DoubleRig *rig, const char *arguments, const char *password)
{
    return sign_in_knowing(rig, strstr(arguments, "rdp") ? CTL_RDP_SECURITY : 0, NULL, password);
}

static void
lets_in(const char *arguments)
{
    DoubleRig *rig = double_rig_new(arguments);
    Harness *h = sign_in(rig, arguments, RIGHT);

    double_rig_await(rig, "logon user=alice ok");
    double_rig_await(rig, "active session");
    harness_free(h);
    double_rig_free(rig);
}

static void
keeps_out(const char *arguments, const char *password, gboolean again, const char *words)
{
    DoubleRig *rig = double_rig_new(arguments);
    Harness *h = sign_in(rig, arguments, password);
    int status = harness_wait_exit(h, 20);

    g_assert_true(WIFEXITED(status));
    harness_drain(h, 0);
    g_test_message("%s: %s", arguments, h->notices->str);
    g_assert_cmpint(WEXITSTATUS(status), ==, EXIT_SIGN_IN);
    g_assert_true(h->sign_in_failed);
    g_assert_cmpint(h->sign_in_again, ==, again);
    g_assert_true(g_str_has_prefix(h->notices->str, "probe does not let alice in: "));
    g_assert_nonnull(strstr(h->notices->str, words));
    harness_free(h);
    double_rig_free(rig);
}

static void
test_right(gconstpointer arguments)
{
    lets_in(arguments);
}

static void
test_wrong(void)
{
    keeps_out("--security nla", "not-it", TRUE, "the user name or the password is wrong");
    keeps_out("--security tls", "not-it", TRUE, "the user name or the password is wrong");
    keeps_out("--security rdp", "not-it", TRUE, "the user name or the password is wrong");
}

static void
test_refused(void)
{
    keeps_out("--refuse expired", RIGHT, TRUE, "the password has expired");
    keeps_out("--refuse must-change", RIGHT, TRUE, "has to be changed before the first use");
    keeps_out("--refuse disabled", RIGHT, FALSE, "the account is disabled");
    keeps_out("--refuse locked", RIGHT, FALSE, "the account is locked");
    keeps_out("--refuse restricted", RIGHT, FALSE, "a policy of the guest forbids it");
}

static void
test_refused_later(void)
{
    keeps_out("--refuse license", RIGHT, FALSE, "no valid licence");
    keeps_out("--refuse policy", RIGHT, FALSE, "may not sign in over Remote Desktop");
    keeps_out("--refuse taken", RIGHT, FALSE, "from elsewhere");
    keeps_out("--refuse elsewhere", RIGHT, FALSE, "another user is signed in there");
}

// ---- the certificate

static CtlCertificate
certificate_of(DoubleRig *rig, gboolean sha1)
{
    g_autofree char *line = double_rig_expect(rig, "certificate ");
    CtlCertificate c = {.size = sha1 ? CHAN_SHA1_SIZE : CHAN_SHA256_SIZE};
    const char *hex = strstr(line, sha1 ? "sha1=" : "sha256=");

    g_assert_nonnull(hex);
    hex = strchr(hex, '=') + 1;
    for (guint i = 0; i < c.size; i++, hex += 2)
        c.hash[i] = (guint8)(g_ascii_xdigit_value(hex[0]) << 4 | g_ascii_xdigit_value(hex[1]));
    return c;
}

static CtlCertificates
told_of(const CtlCertificate *c)
{
    // Others may be told of, too: one that is renewed, or comes by a policy.
    CtlCertificates m = {.n = 3,
                         .certificates = {{CHAN_SHA1_SIZE, {1}}, {CHAN_SHA256_SIZE, {2}}, *c}};

    CTL_INIT(&m, CTL_CERTIFICATES);
    return m;
}

static void
test_known(gconstpointer arguments)
{
    for (int sha1 = 0; sha1 < 2; sha1++) {
        DoubleRig *rig = double_rig_new(arguments);
        CtlCertificate c = certificate_of(rig, sha1);
        CtlCertificates known = told_of(&c);
        Harness *h = sign_in_knowing(rig, 0, &known, RIGHT);

        double_rig_await(rig, "logon user=alice ok");
        double_rig_await(rig, "active session");
        harness_free(h);
        double_rig_free(rig);
    }
}

static void
refuses(DoubleRig *rig, const CtlCertificates *known, int code, const char *words)
{
    Harness *h = sign_in_knowing(rig, 0, known, RIGHT);
    int status = harness_wait_exit(h, 20);

    g_assert_true(WIFEXITED(status));
    harness_drain(h, 0);
    g_test_message("%s", h->notices->str);
    g_assert_cmpint(WEXITSTATUS(status), ==, code);
    g_assert_false(h->sign_in_again);
    g_assert_nonnull(strstr(h->notices->str, words));
    double_rig_await(rig, "speaks");
    g_autofree char *next = double_rig_expect(rig, ""); // no word of anybody's name
    g_assert_cmpstr(next, ==, "disconnected");
    harness_free(h);
}

static void
test_unknown(gconstpointer arguments)
{
    for (int sha1 = 0; sha1 < 2; sha1++) {
        DoubleRig *rig = double_rig_new(arguments);
        CtlCertificate c = certificate_of(rig, sha1);
        c.hash[c.size - 1] ^= 1;
        CtlCertificates known = told_of(&c);
        refuses(rig, &known, EXIT_SIGN_IN,
                "The password of alice was not given to probe: its Remote Desktop presented "
                "another certificate than its agent says it has");
        double_rig_free(rig);
    }
}

// One who has the port, and not the certificate, must not get the password by wanting neither.
static void
test_without_certificate(void)
{
    DoubleRig *rig = double_rig_new("--security rdp");
    CtlCertificate c = certificate_of(rig, TRUE);
    CtlCertificates known = told_of(&c);

    refuses(rig, &known, EXIT_CONNECT, "");
    double_rig_free(rig);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_data_func("/session/sign-in/nla", "--security nla", test_right);
    g_test_add_data_func("/session/sign-in/tls", "--security tls", test_right);
    g_test_add_data_func("/session/sign-in/rdp", "--security rdp", test_right);
    g_test_add_func("/session/sign-in/wrong", test_wrong);
    g_test_add_func("/session/sign-in/refused", test_refused);
    g_test_add_func("/session/sign-in/refused-later", test_refused_later);
    g_test_add_data_func("/session/sign-in/known/nla", "--security nla", test_known);
    g_test_add_data_func("/session/sign-in/known/tls", "--security tls", test_known);
    g_test_add_data_func("/session/sign-in/unknown/nla", "--security nla", test_unknown);
    g_test_add_data_func("/session/sign-in/unknown/tls", "--security tls", test_unknown);
    g_test_add_func("/session/sign-in/unknown/rdp", test_without_certificate);
    return g_test_run();
}
