// SPDX-License-Identifier: Apache-2.0
#pragma once

// Why a guest's RDP server let nobody in, in words for the user: what the library's error numbers
// and the server's own notifications ([MS-RDPBCGR] 2.2.5.1.1 Set Error Info, 2.2.10.1.1.4.1.1 Logon
// Errors) mean for who reads them.

#include <glib.h>

typedef enum {
    BRIDGE_REFUSAL_NONE,  // no refusal that this knows
    BRIDGE_REFUSAL_AGAIN, // another password, or another user, may do
    BRIDGE_REFUSAL_FINAL, // the password is not what is wrong
} BridgeRefusalKind;

typedef struct {
    BridgeRefusalKind kind;
    const char *text; // static; completes "GUEST does not let USER in: …"; NULL for NONE
} BridgeRefusal;

// error: of freerdp_get_last_error.
BridgeRefusal bridge_refusal_of_error(guint32 error);

// What the LogonErrorInfo callback was given. doubtful: the same numbers also come with a log-on
// that goes well (data is then the number of a session): it is a refusal only if nothing follows.
BridgeRefusal bridge_refusal_of_logon(guint32 data, guint32 type, gboolean *doubtful);
