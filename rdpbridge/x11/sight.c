// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/x11/sight.h"

// Several desktops may be seen at a time, one on each monitor (i3): there the server knows what it
// has unmapped. Under a compositor nothing may be unmapped, and the window manager says Iconic
// (mutter) or nothing at all (kwin).
static bool
is_away(const HostSight *s)
{
    if (!s->elsewhere)
        return false;
    return !s->whole_viewable || (s->composited && (s->iconic || s->monitors <= 1));
}

bool
host_sight_is_seen(const HostSight *s)
{
    return s->viewable && !s->obscured && !s->minimized && !is_away(s);
}
