// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <glib.h>

// The ways in which a Windows that knows the user still does not let them in.

typedef struct {
    const char *name; // of --refuse
    // With NLA, an NTSTATUS in the errorCode of TSRequest ([MS-CSSP] 2.2.1); 0: NLA succeeds.
    guint32 nla_status;
    // Without NLA, on the log-on screen, and with it when nla_status is 0: Logon Errors Info
    // ([MS-RDPBCGR] 2.2.10.1.1.4.1.1), type and data.
    guint32 logon_type, logon_data;
    // Set Error Info PDU that ends the connection ([MS-RDPBCGR] 2.2.5.1.1); 0: the log-on screen
    // stays.
    guint32 error_info;
} Refusal;

// NULL if there is none of that name.
const Refusal *refusal_find(const char *name);
