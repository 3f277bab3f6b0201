// SPDX-License-Identifier: Apache-2.0
#include "tests/termservice/refusal.h"

#include <freerdp/error.h>
#include <freerdp/settings.h>
#include <string.h>
#include <winpr/nt.h>

#define NO_LOGON_ERROR 0, LOGON_FAILED_OTHER

static const Refusal refusals[] = {
    {"expired", (guint32)STATUS_PASSWORD_EXPIRED, LOGON_MSG_SESSION_CONTINUE,
     LOGON_FAILED_UPDATE_PASSWORD, 0},
    {"must-change", (guint32)STATUS_PASSWORD_MUST_CHANGE, LOGON_MSG_SESSION_CONTINUE,
     LOGON_FAILED_UPDATE_PASSWORD, 0},
    {"disabled", (guint32)STATUS_ACCOUNT_DISABLED, LOGON_MSG_SESSION_CONTINUE, LOGON_FAILED_OTHER,
     0},
    {"locked", (guint32)STATUS_ACCOUNT_LOCKED_OUT, LOGON_MSG_SESSION_CONTINUE, LOGON_FAILED_OTHER,
     0},
    // An account with an empty password, a time of day, a workstation that it may not use.
    {"restricted", (guint32)STATUS_ACCOUNT_RESTRICTION, LOGON_MSG_SESSION_CONTINUE,
     LOGON_FAILED_OTHER, 0},
    // Who holds the session was asked, and said no.
    {"elsewhere", 0, LOGON_MSG_DISCONNECT_REFUSED, LOGON_FAILED_OTHER,
     ERRINFO_SERVER_DENIED_CONNECTION},
    // Somebody else's connection takes the session at once.
    {"taken", 0, NO_LOGON_ERROR, ERRINFO_DISCONNECTED_BY_OTHER_CONNECTION},
    {"license", 0, NO_LOGON_ERROR, ERRINFO_LICENSE_NO_LICENSE_SERVER},
    {"policy", 0, LOGON_MSG_NO_PERMISSION, LOGON_FAILED_OTHER,
     ERRINFO_SERVER_INSUFFICIENT_PRIVILEGES},
};

const Refusal *
refusal_find(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(refusals); i++)
        if (strcmp(refusals[i].name, name) == 0)
            return &refusals[i];
    return NULL;
}
