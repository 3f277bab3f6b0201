// SPDX-License-Identifier: Apache-2.0
#pragma once

// What of a foreign server's window is its frame, so that the host's window manager can frame what
// is left. Of a menu bar and scroll bars, which Windows counts among the frame too, the session is
// told nothing: what is higher than a title bar is taken for a menu. Pure.

#include "rdpbridge/viewproto.h"

// [MS-RDPERP] 2.2.1.3.1.2.1, WindowClientDelta and ClientArea, as the guest has them.
typedef struct {
    int32_t untrusted_x, untrusted_y;           // from the window's corner to the client area's
    uint32_t untrusted_width, untrusted_height; // 0: not told (Windows XP)
} BridgeClientArea;

typedef struct {
    BridgeClientArea client;
    uint32_t style, ex_style, width, height; // of the whole window
    uint32_t scale_percent;                  // of the guest's desktop
} BridgeFramed;

// All 0: Windows draws none around it, or its program draws it itself. *caption is the height of
// the guest's title bars as far as they were seen, 0 at first.
ViewFrame bridge_frame_of(const BridgeFramed *window, uint32_t *caption);

// The window without its frame (one that is not larger than that stays as it is), and back.
ViewRect bridge_frame_cut(const ViewFrame *frame, ViewRect rect);
ViewRect bridge_frame_add(const ViewFrame *frame, ViewRect rect);

// Of a least or largest side that both sides of a frame are in; 0 is none.
uint32_t bridge_frame_less(uint32_t side, uint32_t before, uint32_t behind);
