// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/refusal.h"

#include <freerdp/error.h>
#include <freerdp/settings_types.h>

typedef struct {
    guint32 code;
    BridgeRefusal refusal;
} Entry;

#define AGAIN(t)                                                                                   \
    {                                                                                              \
        BRIDGE_REFUSAL_AGAIN, t                                                                    \
    }
#define FINAL(t)                                                                                   \
    {                                                                                              \
        BRIDGE_REFUSAL_FINAL, t                                                                    \
    }

#define WRONG "the user name or the password is wrong"
#define EXPIRED                                                                                    \
    "the password has expired; change it in the guest itself, then sign in with the new one"
#define NOT_ALLOWED                                                                                \
    "this user may not sign in over Remote Desktop; add it to the group Remote Desktop Users in "  \
    "the guest"
#define LICENSE "the guest has no valid licence for Remote Desktop connections; see to it there"

static const Entry errors[] = {
    {FREERDP_ERROR_AUTHENTICATION_FAILED, AGAIN(WRONG)},
    {FREERDP_ERROR_CONNECT_LOGON_FAILURE, AGAIN(WRONG)},
    {FREERDP_ERROR_CONNECT_WRONG_PASSWORD, AGAIN(WRONG)},
    {FREERDP_ERROR_CONNECT_NO_OR_MISSING_CREDENTIALS, AGAIN("it wants a user name and a password")},
    {FREERDP_ERROR_SERVER_FRESH_CREDENTIALS_REQUIRED, AGAIN("it wants the password once more")},
    {FREERDP_ERROR_CONNECT_PASSWORD_EXPIRED, AGAIN(EXPIRED)},
    {FREERDP_ERROR_CONNECT_PASSWORD_CERTAINLY_EXPIRED, AGAIN(EXPIRED)},
    {FREERDP_ERROR_CONNECT_PASSWORD_MUST_CHANGE,
     AGAIN("the password has to be changed before the first use; sign in once in the guest itself, "
           "change it there, then sign in with the new one")},
    {FREERDP_ERROR_CONNECT_ACCOUNT_DISABLED, FINAL("the account is disabled; enable it there")},
    {FREERDP_ERROR_CONNECT_CLIENT_REVOKED, FINAL("the account is disabled; enable it there")},
    {FREERDP_ERROR_CONNECT_ACCOUNT_LOCKED_OUT,
     FINAL("the account is locked after too many wrong passwords; wait until the guest opens it "
           "again, or unlock it there")},
    {FREERDP_ERROR_CONNECT_ACCOUNT_EXPIRED, FINAL("the account has expired; renew it there")},
    {FREERDP_ERROR_CONNECT_ACCOUNT_RESTRICTION,
     FINAL("a policy of the guest forbids it (an account without a password, the hour, or this "
           "machine); give the account a password, or change the policy")},
    {FREERDP_ERROR_CONNECT_LOGON_TYPE_NOT_GRANTED, FINAL(NOT_ALLOWED)},
    {FREERDP_ERROR_CONNECT_ACCESS_DENIED, FINAL(NOT_ALLOWED)},
    {FREERDP_ERROR_INSUFFICIENT_PRIVILEGES, FINAL(NOT_ALLOWED)},
    {FREERDP_ERROR_SERVER_INSUFFICIENT_PRIVILEGES, FINAL(NOT_ALLOWED)},
    {FREERDP_ERROR_CONNECT_KDC_UNREACHABLE,
     FINAL("it cannot reach its domain controller; see to its network, or sign in with a local "
           "account (.\\NAME)")},
    {FREERDP_ERROR_SERVER_DENIED_CONNECTION,
     FINAL("its Remote Desktop refuses connections; another user may be signed in there, or a "
           "policy forbids it")},
    {FREERDP_ERROR_DISCONNECTED_BY_OTHER_CONNECTION,
     FINAL("somebody signed in to it from elsewhere and took the session over")},
    {MAKE_FREERDP_ERROR(ERRINFO, ERRINFO_LICENSE_INTERNAL), FINAL(LICENSE)},
    {MAKE_FREERDP_ERROR(ERRINFO, ERRINFO_LICENSE_NO_LICENSE_SERVER), FINAL(LICENSE)},
    {MAKE_FREERDP_ERROR(ERRINFO, ERRINFO_LICENSE_NO_LICENSE), FINAL(LICENSE)},
    {MAKE_FREERDP_ERROR(ERRINFO, ERRINFO_LICENSE_BAD_CLIENT_MSG), FINAL(LICENSE)},
    {MAKE_FREERDP_ERROR(ERRINFO, ERRINFO_LICENSE_HWID_DOESNT_MATCH_LICENSE), FINAL(LICENSE)},
    {MAKE_FREERDP_ERROR(ERRINFO, ERRINFO_LICENSE_BAD_CLIENT_LICENSE), FINAL(LICENSE)},
    {MAKE_FREERDP_ERROR(ERRINFO, ERRINFO_LICENSE_CANT_FINISH_PROTOCOL), FINAL(LICENSE)},
    {MAKE_FREERDP_ERROR(ERRINFO, ERRINFO_LICENSE_CLIENT_ENDED_PROTOCOL), FINAL(LICENSE)},
    {MAKE_FREERDP_ERROR(ERRINFO, ERRINFO_LICENSE_BAD_CLIENT_ENCRYPTION), FINAL(LICENSE)},
    {MAKE_FREERDP_ERROR(ERRINFO, ERRINFO_LICENSE_CANT_UPGRADE_LICENSE), FINAL(LICENSE)},
    {MAKE_FREERDP_ERROR(ERRINFO, ERRINFO_LICENSE_NO_REMOTE_CONNECTIONS), FINAL(LICENSE)},
};

static const Entry failures[] = {
    {LOGON_FAILED_BAD_PASSWORD, AGAIN(WRONG)},
    {LOGON_FAILED_UPDATE_PASSWORD, AGAIN(EXPIRED)},
};

// What a second user, or a second connection of one, is told ([MS-RDPBCGR] 2.2.10.1.1.4.1.1).
static const Entry messages[] = {
    {LOGON_MSG_DISCONNECT_REFUSED,
     FINAL("another user is signed in there and did not give way; sign that user out first")},
    {LOGON_MSG_NO_PERMISSION, FINAL(NOT_ALLOWED)},
    {LOGON_MSG_SESSION_TERMINATE, FINAL("the guest ended the session again")},
};

// A type may also be the status with which Windows refused the log-on ([MS-ERREF] 2.3.1).
static const Entry statuses[] = {
    {0xC000006D, AGAIN(WRONG)},   {0xC000006A, AGAIN(WRONG)},   {0xC0000064, AGAIN(WRONG)},
    {0xC0000071, AGAIN(EXPIRED)}, {0xC0000224, AGAIN(EXPIRED)}, {0xC000015B, FINAL(NOT_ALLOWED)},
};

static BridgeRefusal
find(const Entry *entries, gsize n, guint32 code)
{
    for (gsize i = 0; i < n; i++)
        if (entries[i].code == code)
            return entries[i].refusal;
    return (BridgeRefusal){BRIDGE_REFUSAL_NONE, NULL};
}

BridgeRefusal
bridge_refusal_of_error(guint32 error)
{
    return find(errors, G_N_ELEMENTS(errors), error);
}

BridgeRefusal
bridge_refusal_of_logon(guint32 data, guint32 type, gboolean *doubtful)
{
    BridgeRefusal said = find(messages, G_N_ELEMENTS(messages), type);

    *doubtful = FALSE;
    if (said.kind == BRIDGE_REFUSAL_NONE)
        said = find(statuses, G_N_ELEMENTS(statuses), type);
    if (said.kind != BRIDGE_REFUSAL_NONE)
        return said;
    *doubtful = type == LOGON_MSG_BUMP_OPTIONS || type == LOGON_MSG_RECONNECT_OPTIONS ||
                type == LOGON_MSG_SESSION_CONTINUE;
    return find(failures, G_N_ELEMENTS(failures), data);
}
