// SPDX-License-Identifier: Apache-2.0
#pragma once

// The scale of the guest's desktop, where toolkits look for it: Xft.dpi in the resource database,
// and XSETTINGS. Both as a host of ours has them; for another client, once it is not 100 %.

#include "guestagent/remoteapp/desktop.h"
#include "guestagent/remoteapp/x11/conn.h"

typedef struct RaSettings RaSettings;

RaSettings *ra_settings_new(RaConn *conn);
void ra_settings_free(RaSettings *settings);
void ra_settings_set_scale(RaSettings *settings, int percent);
void ra_settings_set_exactly(RaSettings *settings, const RaScale *scale);
