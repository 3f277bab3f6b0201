// SPDX-License-Identifier: Apache-2.0
#pragma once

// The broker's table of applications, to find which one a window belongs to. What RAIL says of a
// window is only ever turned into an index of this table. Only memory; no I/O.

#include "channel/control.h"

#include <glib.h>

typedef struct BridgeApps BridgeApps;

// What a server says of a window's program ([MS-RDPERP] 2.2.2.8.1, 2.2.2.8.2).
typedef struct {
    const char *untrusted_id;   // our own guest's: an application's id; Windows': an AppUserModelID
    const char *untrusted_path; // of the process, or ""
    guint32 process;            // 0: not told
} BridgeAppClues;

BridgeApps *bridge_apps_new(void);
void bridge_apps_free(BridgeApps *apps);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BridgeApps, bridge_apps_free)

void bridge_apps_set(BridgeApps *apps, const CtlApp *app);

// The user started this application: of several with the same program it has the next windows.
void bridge_apps_started(BridgeApps *apps, const char *app_id);

// The index for a window, CTL_APP_NONE when there is none, by the first that fits: the id as
// published; the AppUserModelID; the path of the process. Windows' paths are compared as it does,
// without regard to case; one of a device (\Device\HarddiskVolume3\…) or of a known folder
// ({6D809377-…}\…), whose letter or place nobody told, by what comes after.
// ApplicationFrameHost.exe has the windows of many programs and is none's. At last, for other
// servers: a path or a file name whose last part (without .desktop, .exe or .lnk) is an id.
guint32 bridge_apps_find(BridgeApps *apps, const BridgeAppClues *clues);
