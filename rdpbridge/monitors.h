// SPDX-License-Identifier: Apache-2.0
#pragma once

// The host's monitors as RDP has them ([MS-RDPEDISP] 2.2.2.2): the primary one at 0, 0 and first,
// others to its left and above it at negative places. Pure.
//
// A server of ours counts windows' places from the corner of all monitors, as the host's root
// window does. Another one counts them from the primary monitor, so there the one in the root
// window's corner is named primary; and it takes no monitors that overlap or lie apart. Where they
// cannot be told, one as large as the root window keeps both sides' places the same.

#include "rdpbridge/viewproto.h"

typedef struct {
    unsigned n;
    ViewRect monitors[VIEW_MONITORS_MAX];
} BridgeMonitors;

// max: how many the server takes; own: it is ours.
BridgeMonitors bridge_monitors_of(const ViewScreen *screen, unsigned max, bool own);
