// SPDX-License-Identifier: Apache-2.0
#pragma once

// Pixels past RDP over a stream of bytes (ADR-5-pixel-stream.md): between casement-session and
// casement-remoteapp, where they have no memory together (pixel_path.h). Each message is a u32
// length of what follows, a u8 type, and its fields, little-endian:
//
//   HELLO    u8 1, u32 version
//   TILE     u8 2, u32 buffer, u16 x, y, width, height, u8 coding, bytes
//   FRAME    u8 3, u32 buffer, u32 serial
//   VIDEO    u8 4, u32 buffer, u16 x, y, width, height, bytes
//   STILL    u8 5, u32 buffer
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
//
// VIDEO is a TILE that loses something (ADR-7-video.md): one picture of an H.264 byte stream (Rec.
// ITU-T H.264, annex B), 8 bits, 4:2:0, full range by BT.709, of that even width and height. A
// stream of them begins, with its parameter sets, with the first VIDEO of a buffer and with each
// that is of another place or size than the one before; it ends with STILL. A guest sends VIDEO
// only where its client has said that it can (VIDEO of window_channel.h) and has not taken that
// back; what was under way by then is passed over. At most CHAN_TILES_VIDEOS_MAX buffers have a
// stream at a time, of CHAN_TILES_VIDEO_PIXELS_MAX together.

#include "channel/span.h"

#include <stdbool.h>

#define CHAN_TILES_SERVICE "pixels" // of the channel's stream
#define CHAN_TILES_VERSION 1
#define CHAN_TILES_SIDE_MAX 16384
#define CHAN_TILES_PIXELS_MAX (64 * 1024) // of a tile
#define CHAN_TILES_TILE_HEADER 18         // bytes of a TILE before its own
#define CHAN_TILES_MESSAGE_MAX (CHAN_TILES_TILE_HEADER + CHAN_TILES_PIXELS_MAX * 4)
#define CHAN_TILES_SMALL_MAX 32 // any other message
#define CHAN_TILES_VIDEO_HEADER 17
#define CHAN_TILES_VIDEO_BYTES_MAX (CHAN_TILES_MESSAGE_MAX - CHAN_TILES_VIDEO_HEADER)
#define CHAN_TILES_VIDEO_PIXELS_MAX (4096 * 2304)
#define CHAN_TILES_VIDEOS_MAX 4
#define CHAN_TILES_MEASURED (256 * 1024)

typedef enum {
    CHAN_TILES_HELLO = 1,
    CHAN_TILES_TILE = 2,
    CHAN_TILES_FRAME = 3,
    CHAN_TILES_VIDEO = 4,
    CHAN_TILES_STILL = 5,
    CHAN_TILES_MOVE = 6,
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
    uint32_t x, y;            // TILE, VIDEO, MOVE: where to
    uint32_t from_y;          // MOVE
    uint32_t width, height;   // TILE, VIDEO, MOVE, BUFFER: 1…CHAN_TILES_SIDE_MAX
    ChanTilesCoding coding;   // TILE
    ChanSpan untrusted_bytes; // TILE, VIDEO, borrowed
} ChanTilesMessage;

// Returns what was written, borrowed from buffer, which has room for CHAN_TILES_SMALL_MAX bytes. Of
// a TILE or VIDEO it is what goes before its bytes, of which only the size is looked at.
ChanSpan chan_tiles_encode(const ChanTilesMessage *m, void *buffer);

typedef enum {
    CHAN_TILES_NONE,   // not all of it has come yet
    CHAN_TILES_ONE,    // a message, of so many bytes
    CHAN_TILES_BROKEN, // the peer broke the rules: end the stream
} ChanTilesFound;

// The first message of the bytes, one that the guest (from_guest) or the host may send. Its parts
// are within the ranges above, a tile is within CHAN_TILES_SIDE_MAX and has CHAN_TILES_PIXELS_MAX
// at most, a picture of video is even and has CHAN_TILES_VIDEO_PIXELS_MAX; whether it is within its
// buffer is the caller's to check.
ChanTilesFound
chan_tiles_decode(ChanSpan untrusted_bytes, bool from_guest, ChanTilesMessage *m, size_t *size);
