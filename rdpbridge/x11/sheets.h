// SPDX-License-Identifier: Apache-2.0
#pragma once

// The root's windows as they lie, and what shows through none of them: for compositors' desktops,
// where the X server does not say what is covered. What might let anything through does: visuals
// with alpha but for _NET_WM_OPAQUE_REGION, _NET_WM_WINDOW_OPACITY (EWMH 1.5), what a shape leaves
// out, and windows that clicks go through, as compositors' own do.

#include "rdpbridge/x11/display.h"

#include "rdpbridge/viewproto.h"

typedef struct HostSheets HostSheets;

// As they are now.
HostSheets *host_sheets_read(HostDisplay *x, const ViewScreen *screen);
void host_sheets_free(HostSheets *sheets);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HostSheets, host_sheets_free)

// Whether nothing of the window is on a monitor that is not under others; false where it is not
// known.
bool host_sheets_cover(HostSheets *sheets, Window xid, uint32_t width, uint32_t height);
