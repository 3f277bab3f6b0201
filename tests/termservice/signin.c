// SPDX-License-Identifier: Apache-2.0
#include "tests/termservice/signin.h"

#include "tests/termservice/report.h"

#include <freerdp/freerdp.h>
#include <freerdp/session.h>
#include <freerdp/update.h>
#include <string.h>
#include <winpr/nt.h>

#define HASH_SIZE 16
#define SESSION_ID 1

// The end of the message, as the library encodes it: [4] { INTEGER, 4 bytes }.
static const guint8 error_code_head[] = {0xA4, 0x06, 0x02, 0x04};
#define ERROR_CODE_SIZE (sizeof error_code_head + 4)

void
signin_ntlm(SignIn *signin, const NtlmProof *proof, guint8 *hash)
{
    const Refusal *refusal = signin->options->refusal;
    bool asked = signin->nla_done || signin->nla_status != 0; // the library may ask again
    g_autofree char *user = account_identity_user(proof->identity);
    bool proven = account_proves(&signin->options->account, proof, hash);
    signin->nla_status = proven ? 0 : (guint32)STATUS_LOGON_FAILURE;
    // A Windows tells of the account's state only to those who know its password.
    if (proven && refusal != NULL)
        signin->nla_status = refusal->nla_status;
    signin->nla_done = signin->nla_status == 0;
    if (!signin->nla_done)
        memset(hash, 0, HASH_SIZE);
    if (!asked && signin->nla_done)
        report("logon user=%s ok", user);
    else if (!asked)
        report("logon user=%s failed status=0x%08X", user, signin->nla_status);
}

void
signin_correct_status(const SignIn *signin, guint8 *request, gsize size)
{
    if (signin->nla_status == 0 || size < ERROR_CODE_SIZE)
        return;
    guint8 *code = request + size - ERROR_CODE_SIZE;
    if (memcmp(code, error_code_head, sizeof error_code_head) != 0)
        return;
    guint32 status = GUINT32_TO_BE(signin->nla_status);
    memcpy(code + sizeof error_code_head, &status, sizeof status);
}

// Save Session Info PDU, Logon Info Version 2 ([MS-RDPBCGR] 2.2.10.1.1.2).
void
signin_tell(const SignIn *signin, freerdp_peer *peer)
{
    char domain[] = "CASEMENT-PC";
    logon_info info = {
        .sessionId = SESSION_ID,
        .username = signin->options->account.user,
        .domain = domain,
    };
    (void)peer->context->update->SaveSessionInfo(peer->context, INFO_TYPE_LOGON_LONG, &info);
}

// The same PDU with Logon Errors Info ([MS-RDPBCGR] 2.2.10.1.1.4.1.1).
static void
send_logon_error(freerdp_peer *peer, guint32 type, guint32 data)
{
    logon_info_ex info = {
        .haveErrorInfo = TRUE,
        .ErrorNotificationType = type,
        .ErrorNotificationData = data,
    };
    report("logon error type=0x%08X data=%u", type, data);
    (void)peer->context->update->SaveSessionInfo(peer->context, INFO_TYPE_LOGON_EXTENDED_INF,
                                                 &info);
}

// Without NLA, name and password are in the Client Info PDU ([MS-RDPBCGR] 2.2.1.11.1.1), and count
// only with INFO_AUTOLOGON. They may be empty: then a person has to type them.
static bool
check_info(const SignIn *signin, freerdp_peer *peer)
{
    const rdpSettings *settings = peer->context->settings;
    const char *user = freerdp_settings_get_string(settings, FreeRDP_Username);
    const char *password = freerdp_settings_get_string(settings, FreeRDP_Password);
    if (!freerdp_settings_get_bool(settings, FreeRDP_AutoLogonEnabled) || user == NULL ||
        *user == '\0') {
        report("logon none");
        return false;
    }
    bool ok = account_matches(&signin->options->account, user, password);
    report("logon user=%s %s", user, ok ? "ok" : "failed");
    if (!ok)
        send_logon_error(peer, LOGON_MSG_SESSION_CONTINUE, LOGON_FAILED_BAD_PASSWORD);
    return ok;
}

bool
signin_complete(SignIn *signin, freerdp_peer *peer, guint32 *error_info)
{
    const Refusal *refusal = signin->options->refusal;
    *error_info = 0;
    if (!signin->nla_done && !check_info(signin, peer))
        return false;
    if (refusal == NULL)
        return true;
    if (refusal->logon_type != 0)
        send_logon_error(peer, refusal->logon_type, refusal->logon_data);
    *error_info = refusal->error_info;
    return false;
}
