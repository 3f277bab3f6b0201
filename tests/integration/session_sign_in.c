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
sign_in(const DoubleRig *rig, const char *arguments, const char *user, const char *password)
{
    guint32 flags = CTL_SIGN_IN | (strstr(arguments, "rdp") ? CTL_RDP_SECURITY : 0);
    Harness *h = harness_new(connect_to(rig), 1280, 800, flags);
    CtlCredentials m = {0};

    CTL_INIT(&m, CTL_CREDENTIALS);
    CTL_SET_TEXT(m.user, user);
    CTL_SET_TEXT(m.password, password);
    harness_send_control(h, &m, sizeof m, -1);
    return h;
}

static void
expect_line(DoubleRig *rig, const char *beginning)
{
    g_autofree char *line = double_rig_expect(rig, beginning);

    if (!line)
        g_error("no line began with '%s'", beginning);
}

static void
lets_in(const char *arguments)
{
    DoubleRig *rig = double_rig_new(arguments);
    Harness *h = sign_in(rig, arguments, "alice", RIGHT);

    expect_line(rig, "logon user=alice ok");
    expect_line(rig, "active session");
    harness_free(h);
    double_rig_free(rig);
}

static void
keeps_out(const char *arguments, const char *password, gboolean again, const char *words)
{
    DoubleRig *rig = double_rig_new(arguments);
    Harness *h = sign_in(rig, arguments, "alice", password);
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
    return g_test_run();
}
