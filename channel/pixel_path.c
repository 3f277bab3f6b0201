// SPDX-License-Identifier: Apache-2.0
#include "channel/pixel_path.h"

#include <stddef.h>
#include <string.h>

size_t
chan_pixels_frame_size(uint32_t count)
{
    return offsetof(ChanPixelsFrame, rects) + count * sizeof(ChanPixelsRect);
}

static bool
frame_is_good(ChanSpan packet)
{
    ChanPixelsFrame frame;

    if (packet.size < offsetof(ChanPixelsFrame, rects) || packet.size > sizeof frame)
        return false;
    memcpy(&frame, packet.data, packet.size);
    if (frame.count < 1 || frame.count > CHAN_PIXELS_RECTS_MAX ||
        packet.size != chan_pixels_frame_size(frame.count))
        return false;
    for (uint32_t i = 0; i < frame.count; i++) {
        const ChanPixelsRect *r = &frame.rects[i];
        if (r->width < 1 || r->height < 1 || r->x + r->width > CHAN_PIXELS_SIDE_MAX ||
            r->y + r->height > CHAN_PIXELS_SIDE_MAX)
            return false;
    }
    return true;
}

static bool
buffer_is_good(ChanSpan packet, bool refused)
{
    ChanPixelsBuffer b;

    if (packet.size != sizeof b)
        return false;
    memcpy(&b, packet.data, sizeof b);
    if (b.surface > UINT16_MAX)
        return false;
    return refused || (b.width >= 1 && b.width <= CHAN_PIXELS_SIDE_MAX && b.height >= 1 &&
                       b.height <= CHAN_PIXELS_SIDE_MAX && b.stride == b.width * 4);
}

ChanPixelsType
chan_pixels_check(ChanSpan packet, bool from_guest)
{
    ChanPixelsHeader header;
    bool good = false;

    if (packet.size < sizeof header)
        return 0;
    memcpy(&header, packet.data, sizeof header);
    if (from_guest != (header.type < CHAN_PIXELS_BUFFER))
        return 0;
    switch ((ChanPixelsType)header.type) {
    case CHAN_PIXELS_HELLO:
        good = packet.size == sizeof(ChanPixelsHello);
        break;
    case CHAN_PIXELS_FRAME:
        good = frame_is_good(packet);
        break;
    case CHAN_PIXELS_BUFFER:
    case CHAN_PIXELS_REFUSED:
        good = buffer_is_good(packet, header.type == CHAN_PIXELS_REFUSED);
        break;
    case CHAN_PIXELS_SHOWN:
        good = packet.size == sizeof(ChanPixelsShown);
        break;
    case CHAN_PIXELS_INPUT:
        good = packet.size == sizeof header;
        break;
    }
    return good ? (ChanPixelsType)header.type : 0;
}
