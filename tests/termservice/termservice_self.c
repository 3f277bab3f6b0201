// SPDX-License-Identifier: Apache-2.0

// The double itself: that it lets in, and keeps out, as it says. A double that is wrong here would
// make the tests of the host's sign-in say nothing.

#include "tests/termservice/double_client.h"
#include "tests/termservice/double_rig.h"

#include <freerdp/error.h>
#include <winpr/nt.h>

#define RIGHT "the password"

static void
connects(const char *arguments, ClientSecurity security)
{
    DoubleRig *rig = double_rig_new(arguments);
    DoubleClient *client = double_client_new(double_rig_port(rig), security, "alice", RIGHT);
    g_assert_true(client->connected);
    double_rig_await(rig, "logon user=alice ok");
    double_rig_await(rig, "active session");
    double_client_free(client);
    double_rig_await(rig, "disconnected");
    double_rig_free(rig);
}

static void
test_right(void)
{
    connects("--security nla", CLIENT_NLA);
    connects("--security tls", CLIENT_TLS);
    connects("--security rdp", CLIENT_RDP);
}

// Any case of the name is the same account, of the password is not.
static void
test_case(void)
{
    DoubleRig *rig = double_rig_new("--security nla");
    DoubleClient *client = double_client_new(double_rig_port(rig), CLIENT_NLA, "ALICE", RIGHT);
    g_assert_true(client->connected);
    double_client_free(client);
    client = double_client_new(double_rig_port(rig), CLIENT_NLA, "alice", "The Password");
    g_assert_false(client->connected);
    double_client_free(client);
    double_rig_free(rig);
}

static void
refused_by_nla(const char *arguments, const char *user, const char *password, guint32 status,
               guint32 error)
{
    DoubleRig *rig = double_rig_new(arguments);
    DoubleClient *client = double_client_new(double_rig_port(rig), CLIENT_NLA, user, password);
    g_assert_false(client->connected);
    g_assert_cmphex(client->error, ==, error);
    g_autofree char *line = g_strdup_printf("logon user=%s failed status=0x%08X", user, status);
    double_rig_await(rig, line);
    double_rig_await(rig, "disconnected");
    double_client_free(client);
    double_rig_free(rig);
}

static void
test_nla_wrong(void)
{
    guint32 failure = (guint32)STATUS_LOGON_FAILURE;
    refused_by_nla("", "alice", "wrong", failure, FREERDP_ERROR_CONNECT_LOGON_FAILURE);
    refused_by_nla("", "mallory", RIGHT, failure, FREERDP_ERROR_CONNECT_LOGON_FAILURE);
    // Of the account's state a stranger learns nothing.
    refused_by_nla("--refuse locked", "alice", "wrong", failure,
                   FREERDP_ERROR_CONNECT_LOGON_FAILURE);
}

static void
test_nla_refused(void)
{
    refused_by_nla("--refuse expired", "alice", RIGHT, (guint32)STATUS_PASSWORD_EXPIRED,
                   FREERDP_ERROR_CONNECT_PASSWORD_EXPIRED);
    refused_by_nla("--refuse must-change", "alice", RIGHT, (guint32)STATUS_PASSWORD_MUST_CHANGE,
                   FREERDP_ERROR_CONNECT_PASSWORD_MUST_CHANGE);
    refused_by_nla("--refuse disabled", "alice", RIGHT, (guint32)STATUS_ACCOUNT_DISABLED,
                   FREERDP_ERROR_CONNECT_ACCOUNT_DISABLED);
    refused_by_nla("--refuse locked", "alice", RIGHT, (guint32)STATUS_ACCOUNT_LOCKED_OUT,
                   FREERDP_ERROR_CONNECT_ACCOUNT_LOCKED_OUT);
    refused_by_nla("--refuse restricted", "alice", RIGHT, (guint32)STATUS_ACCOUNT_RESTRICTION,
                   FREERDP_ERROR_CONNECT_ACCOUNT_RESTRICTION);
}

static bool
has_logon_error(const DoubleClient *client)
{
    return client->logon_error;
}

static bool
has_ended(const DoubleClient *client)
{
    return client->error != FREERDP_ERROR_SUCCESS;
}

// Without NLA it ends before the log-on screen, with the reason said.
static void
to_logon_screen(const char *arguments, ClientSecurity security, const char *password, guint32 data)
{
    DoubleRig *rig = double_rig_new(arguments);
    DoubleClient *client = double_client_new(double_rig_port(rig), security, "alice", password);
    g_assert_true(client->connected);
    g_assert_true(double_client_wait(client, has_logon_error));
    g_assert_cmphex(client->logon_type, ==, LOGON_MSG_SESSION_CONTINUE);
    g_assert_cmphex(client->logon_data, ==, data);
    double_rig_await(rig, "active logon-screen");
    double_client_free(client);
    double_rig_free(rig);
}

static void
test_logon_screen(void)
{
    to_logon_screen("--security tls", CLIENT_TLS, "wrong", LOGON_FAILED_BAD_PASSWORD);
    to_logon_screen("--security rdp", CLIENT_RDP, "wrong", LOGON_FAILED_BAD_PASSWORD);
    to_logon_screen("--security tls --refuse expired", CLIENT_TLS, RIGHT,
                    LOGON_FAILED_UPDATE_PASSWORD);
    to_logon_screen("--security tls --refuse disabled", CLIENT_TLS, RIGHT, LOGON_FAILED_OTHER);
}

static void
sent_away(const char *arguments, guint32 info, guint32 logon_type)
{
    DoubleRig *rig = double_rig_new(arguments);
    DoubleClient *client = double_client_new(double_rig_port(rig), CLIENT_NLA, "alice", RIGHT);
    if (client->connected)
        g_assert_true(double_client_wait(client, has_ended));
    g_assert_cmphex(freerdp_error_info(client->instance), ==, info);
    if (logon_type != 0)
        g_assert_cmphex(client->logon_type, ==, logon_type);
    double_rig_await(rig, "disconnected");
    double_client_free(client);
    double_rig_free(rig);
}

static void
test_sent_away(void)
{
    sent_away("--refuse license", ERRINFO_LICENSE_NO_LICENSE_SERVER, 0);
    sent_away("--refuse taken", ERRINFO_DISCONNECTED_BY_OTHER_CONNECTION, 0);
    sent_away("--refuse policy", ERRINFO_SERVER_INSUFFICIENT_PRIVILEGES, LOGON_MSG_NO_PERMISSION);
    sent_away("--refuse elsewhere", ERRINFO_SERVER_DENIED_CONNECTION, LOGON_MSG_DISCONNECT_REFUSED);
}

// A client that offers less security than the machine asks for.
static void
test_security_required(void)
{
    DoubleRig *rig = double_rig_new("--security nla");
    DoubleClient *client = double_client_new(double_rig_port(rig), CLIENT_TLS, "alice", RIGHT);
    g_assert_false(client->connected);
    double_client_free(client);
    client = double_client_new(double_rig_port(rig), CLIENT_RDP, "alice", RIGHT);
    g_assert_false(client->connected);
    double_client_free(client);
    double_rig_free(rig);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/termservice/right", test_right);
    g_test_add_func("/termservice/case", test_case);
    g_test_add_func("/termservice/nla-wrong", test_nla_wrong);
    g_test_add_func("/termservice/nla-refused", test_nla_refused);
    g_test_add_func("/termservice/logon-screen", test_logon_screen);
    g_test_add_func("/termservice/sent-away", test_sent_away);
    g_test_add_func("/termservice/security-required", test_security_required);
    return g_test_run();
}
