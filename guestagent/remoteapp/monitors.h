// SPDX-License-Identifier: Apache-2.0
#pragma once

// A client's monitors on the guest's screen, whose corner is that of all of them. Pure.

#include "guestagent/remoteapp/desktop.h"

#define RA_MONITORS_MAX 16

typedef struct {
    RaRect monitors[RA_MONITORS_MAX]; // the primary one first
    guint n_monitors;
} RaMonitors;

// Moves them all so that the leftmost and the topmost begin at 0; returns the size of what they
// cover.
RaRect ra_monitors_arrange(RaMonitors *monitors);
