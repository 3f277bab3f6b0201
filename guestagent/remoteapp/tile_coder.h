// SPDX-License-Identifier: Apache-2.0
#pragma once

// A tile in whichever coding makes it shortest: LZ4 what is drawn (text, lines, flat colours),
// channel/grain.h what is photographed. Which of them that is, is remembered for each place of a
// picture, and looked at again now and then. Pure.

#include "channel/tile_stream.h"
#include "guestagent/remoteapp/desktop.h"

// What was found at a place; 0: nothing yet.
typedef guint8 RaTileHint;

// Codes a tile of at most CHAN_TILES_PIXELS_MAX pixels into fewer bytes than its pixels have, for
// which to has room; how many. 0: it does not become shorter.
gsize ra_tile_code(const RaRect *tile, const RaPixels *pixels, RaTileHint *hint, guint8 *to,
                   ChanTilesCoding *coding);
