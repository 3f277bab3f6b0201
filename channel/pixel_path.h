// SPDX-License-Identifier: Apache-2.0
#pragma once

// Pixels past RDP, where host and guest are on one machine: packets over a SOCK_SEQPACKET socket
// between casement-session and casement-remoteapp, which names buffers of shared memory and what
// changed in them. ADR-4-pixel-path.md says why, and how a guest gets its end. Of the machine's
// byte order: both ends are on it.
//
// A buffer is made by the host for each surface that the guest makes ([MS-RDPEGFX] 2.2.2.9) and has
// the surface's size; the guest writes to it from its BUFFER on, and never between a FRAME and its
// SHOWN. What RDPGFX says of the surface (which window it is mapped to, that it is deleted) holds
// as ever; only its pixels come this way.

#include "channel/span.h"

#include <stdbool.h>
#include <stdint.h>

#define CHAN_PIXELS_VERSION 3
#define CHAN_PIXELS_RECTS_MAX 32
#define CHAN_PIXELS_SIDE_MAX 16384
#define CHAN_PIXELS_PACKET_MAX sizeof(ChanPixelsFrame)

typedef enum {
    // guest → host
    CHAN_PIXELS_HELLO = 1, // it knows this path: from now on each surface waits for a buffer
    CHAN_PIXELS_FRAME = 2, // the buffer has new pixels in these rectangles
    // host → guest
    CHAN_PIXELS_BUFFER = 10,  // +fd, of the surface's memory
    CHAN_PIXELS_REFUSED = 11, // there is none for this surface: its pixels go by RDPGFX
    CHAN_PIXELS_SHOWN =
        12, // the frame is on the screen, or will not be: the buffer may be written to
    CHAN_PIXELS_INPUT = 13, // +fd, the guest's end of a new way of input (input_path.h)
} ChanPixelsType;

typedef struct {
    uint32_t type; // ChanPixelsType
} ChanPixelsHeader;

typedef struct {
    ChanPixelsHeader header;
    uint32_t version;
} ChanPixelsHello;

typedef struct {
    uint16_t x, y, width, height;
} ChanPixelsRect;

typedef struct {
    ChanPixelsHeader header;
    uint32_t buffer, serial;                     // serial: of this buffer, the guest's to choose
    uint32_t count;                              // 1 to CHAN_PIXELS_RECTS_MAX
    ChanPixelsRect rects[CHAN_PIXELS_RECTS_MAX]; // only the first count are sent
} ChanPixelsFrame;

typedef struct {
    ChanPixelsHeader header;
    uint32_t surface; // of RDPGFX, 16 bits
    uint32_t buffer;  // 0 in REFUSED
    uint32_t width, height, stride;
} ChanPixelsBuffer;

typedef struct {
    ChanPixelsHeader header;
    uint32_t buffer, serial;
    // CLOCK_MONOTONIC of both, when it was put; 0: it was not, and will not be.
    uint32_t shown_us_low, shown_us_high;
} ChanPixelsShown;

// Size of the packet of a frame with so many rectangles.
size_t chan_pixels_frame_size(uint32_t count);

// The packet's type when it has the form of a message that the guest (from_guest) or the host may
// send, else 0. Rectangles are within CHAN_PIXELS_SIDE_MAX and not empty; whether they are within
// the buffer is the caller's to check.
ChanPixelsType chan_pixels_check(ChanSpan untrusted_packet, bool from_guest);
