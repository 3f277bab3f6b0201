// SPDX-License-Identifier: Apache-2.0
#pragma once

// The broker's table of applications, to find which one a window belongs to. What RAIL says of a
// window is only ever turned into an index of this table.

#include "channel/control.h"

#include <glib.h>

typedef struct BridgeApps BridgeApps;

BridgeApps *bridge_apps_new(void);
void bridge_apps_free(BridgeApps *apps);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BridgeApps, bridge_apps_free)

void bridge_apps_set(BridgeApps *apps, const CtlApp *app);

// The index for what a server calls an application: the guest's id as published, or a path or a
// file name whose last part (without .desktop, .exe or .lnk) is one, without regard to case.
// CTL_APP_NONE when there is none.
guint32 bridge_apps_find(const BridgeApps *apps, const char *untrusted_name);
