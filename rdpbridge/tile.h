// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a guest says of pixels (channel/tile_stream.h) into the picture it is of. Neither FreeRDP
// nor GLib.

#include "channel/tile_stream.h"
#include "rdpbridge/surface.h"

// False, with pixels of the tile at most changed: it is not within the surface, or its bytes are
// not what they are said to be.
bool bridge_tile_paint(BridgeSurface *surface, const ChanTilesMessage *untrusted_tile);

// Copies pixels of the picture (MOVE). False, with nothing changed: not all of it is within.
bool bridge_tile_move(BridgeSurface *surface, const ChanTilesMessage *untrusted_move);
