// SPDX-License-Identifier: Apache-2.0
#pragma once

// Pixels past RDP over a stream of bytes (ADR-5-pixel-stream.md): between casement-session and
// casement-remoteapp, where they have no memory together (pixel_path.h). Each message is a u32
// length of what follows, a u8 type, and its fields, little-endian:
//
//   HELLO    u8 1, u32 version
//   TILE     u8 2, u32 buffer, u16 x, y, width, height, u8 coding, bytes
//   FRAME    u8 3, u32 buffer, u32 serial
//   MOVE     u8 6, u32 buffer, u16 x, y, width, height, u16 from_y
//   GREETING u8 10, u32 version, u64 token
//   BUFFER   u8 11, u32 surface, u32 buffer, u32 width, u32 height
//   REFUSED  u8 12, u32 surface
//   RECEIVED u8 13, u32 buffer, u32 serial
//   SHOWN    u8 14, u32 buffer, u32 serial
//
// HELLO to MOVE are the guest's. The host begins with GREETING, whose token it tells the
// guest within the RDP connection, too (PIXELS of window_channel.h): so the guest knows which
// connection the stream is of. HELLO says that the guest uses it: from then on each surface that it
// makes by RDPGFX ([MS-RDPEGFX] 2.2.2.9) is answered by BUFFER, a black picture of its size at the
// host, or by REFUSED. TILEs are painted into it; MOVE
// copies what it has from row from_y on (at most once as many pixels in a frame as the picture
// has); FRAME says that with those of this buffer it is a
// whole picture again. The guest sends no TILE of a buffer between its
// FRAME and the SHOWN of that. RECEIVED comes before it, for frames of CHAN_TILES_MEASURED bytes
// and more, so that the guest knows what the way takes.

#include "channel/span.h"

#include <stdbool.h>

#define CHAN_TILES_SERVICE "pixels" // of the channel's stream
#define CHAN_TILES_VERSION 1
#define CHAN_TILES_SIDE_MAX 16384
#define CHAN_TILES_PIXELS_MAX (64 * 1024) // of a tile
#define CHAN_TILES_TILE_HEADER 18         // bytes of a TILE before its own
#define CHAN_TILES_MESSAGE_MAX (CHAN_TILES_TILE_HEADER + CHAN_TILES_PIXELS_MAX * 4)
#define CHAN_TILES_SMALL_MAX 32 // any other message
#define CHAN_TILES_MEASURED (256 * 1024)

typedef enum {
    CHAN_TILES_HELLO = 1,
    CHAN_TILES_TILE = 2,
    CHAN_TILES_FRAME = 3,
    CHAN_TILES_MOVE = 6, // 4 and 5 are taken
    CHAN_TILES_GREETING = 10,
    CHAN_TILES_BUFFER = 11,
    CHAN_TILES_REFUSED = 12,
    CHAN_TILES_RECEIVED = 13,
    CHAN_TILES_SHOWN = 14,
} ChanTilesType;

typedef enum {
    CHAN_TILES_RAW = 0,   // width * height pixels of 4 bytes, row after row
    CHAN_TILES_LZ4 = 1,   // the same as one block of LZ4, which is shorter
    CHAN_TILES_GRAIN = 2, // the same as grain.h packs them, shorter too
} ChanTilesCoding;

typedef struct {
    ChanTilesType type;
    uint32_t version;         // HELLO, GREETING
    uint64_t token;           // GREETING; not 0
    uint32_t surface;         // BUFFER, REFUSED: of RDPGFX, 16 bits
    uint32_t buffer;          // all others; not 0
    uint32_t serial;          // FRAME, RECEIVED, SHOWN: of this buffer, the guest's to choose
    uint32_t x, y;            // TILE, MOVE: where to
    uint32_t from_y;          // MOVE
    uint32_t width, height;   // TILE, MOVE, BUFFER: 1…CHAN_TILES_SIDE_MAX
    ChanTilesCoding coding;   // TILE
    ChanSpan untrusted_bytes; // TILE, borrowed
} ChanTilesMessage;

// Returns what was written, borrowed from buffer, which has room for CHAN_TILES_SMALL_MAX bytes. Of
// a TILE it is what goes before its bytes, of which only the size is looked at.
ChanSpan chan_tiles_encode(const ChanTilesMessage *m, void *buffer);

typedef enum {
    CHAN_TILES_NONE,   // not all of it has come yet
    CHAN_TILES_ONE,    // a message, of so many bytes
    CHAN_TILES_BROKEN, // the peer broke the rules: end the stream
} ChanTilesFound;

// The first message of the bytes, one that the guest (from_guest) or the host may send. Its parts
// are within the ranges above, a tile is within CHAN_TILES_SIDE_MAX and has CHAN_TILES_PIXELS_MAX
// at most; whether it is within its buffer is the caller's to check.
ChanTilesFound
chan_tiles_decode(ChanSpan untrusted_bytes, bool from_guest, ChanTilesMessage *m, size_t *size);
