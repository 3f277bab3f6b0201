// SPDX-License-Identifier: Apache-2.0
#pragma once

// Icons as RAIL carries them ([MS-RDPERP] 2.2.1.2.3) to straight BGRA8. Pure; every length comes
// from the guest and is checked against the bytes that are there.

#include "channel/span.h"
#include "rdpbridge/viewproto.h"

typedef struct {
    uint32_t width, height, bpp; // 1, 4, 8, 16, 24 or 32 bits a pixel
    ChanSpan color;              // bottom-up rows, each padded to 4 bytes
    ChanSpan mask;    // 1 bit a pixel, bottom-up, padded to 4 (or only 2) bytes; 1: transparent
    ChanSpan palette; // BGRX entries, for 8 bits and less
} BridgeIcon;

// Writes width * height * 4 bytes, top-down. FALSE when sides are not 1…VIEW_ICON_SIDE_MAX, the
// depth is unknown or bytes are missing. Alpha that is 0 everywhere (old programs leave it so)
// is replaced by what the mask says.
bool bridge_icon_convert(const BridgeIcon *untrusted_icon, uint8_t *bgra);
