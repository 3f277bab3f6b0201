// SPDX-License-Identifier: Apache-2.0
#pragma once

// The scale of the guest's desktop, where toolkits look for it: Xft.dpi in the resource database,
// and XSETTINGS once it is not 100 %.

#include "guestagent/remoteapp/x11/conn.h"

typedef struct RaSettings RaSettings;

RaSettings *ra_settings_new(RaConn *conn);
void ra_settings_free(RaSettings *settings);
void ra_settings_set_scale(RaSettings *settings, int percent);
