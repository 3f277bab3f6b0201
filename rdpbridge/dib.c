// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/dib.h"

#include "channel/wire.h"
#include "rdpbridge/clipimage.h"

#include <string.h>

#define FILE_HEADER 14u
#define V1 40u
#define V2 52u
#define V3 56u
#define V5 124u
#define RGB 0u
#define BITFIELDS 3u
#define ALPHA_BITFIELDS 6u
#define PALETTE_MAX 256u
#define SRGB 0x73524742u // 'sRGB'

typedef struct {
    uint32_t size, width, height, bpp, compression, used;
    bool bottom_up;
} Header;

static bool
read_header(ChanReader *r, Header *h)
{
    h->size = chan_read_u32(r);
    int32_t width = chan_read_i32(r), height = chan_read_i32(r);
    (void)chan_read_u16(r); // planes
    h->bpp = chan_read_u16(r);
    h->compression = chan_read_u32(r);
    (void)chan_read_bytes(r, 12); // size of the picture, resolution
    h->used = chan_read_u32(r);
    (void)chan_read_u32(r);
    if (r->failed || width < 1 || height == 0 || height == INT32_MIN)
        return false;
    h->width = (uint32_t)width;
    h->bottom_up = height > 0;
    h->height = (uint32_t)(height > 0 ? height : -height);
    return h->width <= BRIDGE_CLIPIMAGE_SIDE_MAX && h->height <= BRIDGE_CLIPIMAGE_SIDE_MAX &&
           (uint64_t)h->width * h->height <= BRIDGE_CLIPIMAGE_PIXELS_MAX;
}

static bool
known_form(const Header *h)
{
    bool fields = h->compression == BITFIELDS || h->compression == ALPHA_BITFIELDS;

    if (h->size != V1 && h->size != V2 && h->size != V3 && h->size != 108 && h->size != V5)
        return false;
    if (h->bpp == 16 || h->bpp == 32)
        return h->compression == RGB || fields;
    return h->compression == RGB && (h->bpp == 1 || h->bpp == 4 || h->bpp == 8 || h->bpp == 24);
}

// The masks stand after the first 40 bytes, whether those are the header or not.
static void
read_masks(ChanReader *r, const Header *h, BridgeDib *dib)
{
    static const uint32_t of16[4] = {0x7c00, 0x03e0, 0x001f, 0};
    static const uint32_t of32[4] = {0xff0000, 0x00ff00, 0x0000ff, 0};
    unsigned there = h->size >= V3 ? 4 : h->size == V2 ? 3 : 0;

    if (h->compression == RGB) {
        memcpy(dib->masks, h->bpp == 16 ? of16 : of32, sizeof dib->masks);
        (void)chan_read_bytes(r, there * 4);
        dib->guess_alpha = h->bpp == 32;
        return;
    }
    if (there == 0)
        there = h->compression == ALPHA_BITFIELDS ? 4 : 3;
    for (unsigned i = 0; i < there; i++)
        dib->masks[i] = chan_read_u32(r);
}

static void
read_palette(ChanReader *r, const Header *h, BridgeDib *dib)
{
    uint32_t colours = h->used;

    if (h->bpp <= 8 && (colours == 0 || colours > 1u << h->bpp))
        colours = 1u << h->bpp;
    // Deeper pictures may name colours for poor screens.
    if (colours > PALETTE_MAX)
        chan_reader_fail(r);
    dib->palette = chan_read_bytes(r, (size_t)colours * 4);
}

// A file says where its rows begin: after the headers, with or without a gap.
static void
skip_to_rows(ChanReader *r, uint32_t offset, size_t have)
{
    if (offset < have) {
        chan_reader_fail(r);
        return;
    }
    (void)chan_read_bytes(r, offset - have);
}

bool
bridge_dib_read(ChanSpan untrusted_data, bool file, BridgeDib *dib)
{
    ChanReader r = chan_reader(untrusted_data);
    Header h = {0};
    uint32_t offset = 0;

    *dib = (BridgeDib){0};
    if (file) {
        if (chan_read_u16(&r) != 0x4d42) // "BM"
            return false;
        (void)chan_read_u32(&r);
        (void)chan_read_u32(&r);
        offset = chan_read_u32(&r);
    }
    if (!read_header(&r, &h) || !known_form(&h))
        return false;
    read_masks(&r, &h, dib);
    if (h.size > V3)
        (void)chan_read_bytes(&r, h.size - V3);
    read_palette(&r, &h, dib);
    if (file)
        skip_to_rows(&r, offset, untrusted_data.size - r.left);
    dib->width = h.width;
    dib->height = h.height;
    dib->bottom_up = h.bottom_up;
    dib->bpp = h.bpp;
    dib->stride = (h.width * h.bpp + 31) / 32 * 4;
    dib->bits = chan_read_bytes(&r, (size_t)dib->stride * dib->height);
    return !r.failed;
}

static uint8_t
field(uint32_t pixel, uint32_t mask)
{
    if (mask == 0)
        return 0;
    unsigned shift = (unsigned)__builtin_ctz(mask);
    uint64_t max = mask >> shift, value = (pixel & mask) >> shift;
    return (uint8_t)(value * 255 / max);
}

static void
put_masked(const BridgeDib *dib, uint32_t pixel, uint8_t *rgba)
{
    for (unsigned i = 0; i < 3; i++)
        rgba[i] = field(pixel, dib->masks[i]);
    rgba[3] = dib->masks[3]      ? field(pixel, dib->masks[3])
              : dib->guess_alpha ? (uint8_t)(pixel >> 24)
                                 : 0xff;
}

static void
put_colour(const BridgeDib *dib, uint32_t index, uint8_t *rgba)
{
    static const uint8_t black[4];
    bool there = (index + 1) * 4 <= dib->palette.size;
    const uint8_t *bgr = there ? dib->palette.data + (size_t)index * 4 : black;

    rgba[0] = bgr[2];
    rgba[1] = bgr[1];
    rgba[2] = bgr[0];
    rgba[3] = 0xff;
}

static void
put_pixel(const BridgeDib *dib, const uint8_t *row, uint32_t x, uint8_t *rgba)
{
    const uint8_t *p = row + (size_t)x * dib->bpp / 8;

    switch (dib->bpp) {
    case 32:
        put_masked(dib, p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24,
                   rgba);
        break;
    case 16:
        put_masked(dib, p[0] | (uint32_t)p[1] << 8, rgba);
        break;
    case 24:
        rgba[0] = p[2];
        rgba[1] = p[1];
        rgba[2] = p[0];
        rgba[3] = 0xff;
        break;
    default: // 1, 4 and 8: the first pixel is in the upper bits
        put_colour(dib, *p >> (8 - dib->bpp - x * dib->bpp % 8) & ((1u << dib->bpp) - 1), rgba);
        break;
    }
}

void
bridge_dib_row(const BridgeDib *dib, uint32_t y, uint8_t *rgba)
{
    uint32_t stored = dib->bottom_up ? dib->height - 1 - y : y;
    const uint8_t *row = dib->bits.data + (size_t)stored * dib->stride;

    for (uint32_t x = 0; x < dib->width; x++)
        put_pixel(dib, row, x, rgba + (size_t)x * 4);
}

static size_t
headers(BridgeDibForm form)
{
    return form == BRIDGE_DIB_PLAIN ? V1 : form == BRIDGE_DIB_V5 ? V5 : FILE_HEADER + V5;
}

size_t
bridge_dib_size(BridgeDibForm form, uint32_t width, uint32_t height)
{
    return headers(form) + (size_t)width * height * 4;
}

void
bridge_dib_write_header(BridgeDibForm form, uint32_t width, uint32_t height, uint8_t *out)
{
    size_t size = headers(form);
    ChanWriter w = chan_writer(out, size);
    bool v5 = form != BRIDGE_DIB_PLAIN;

    memset(out, 0, size);
    if (form == BRIDGE_DIB_FILE) {
        chan_write_u16(&w, 0x4d42);
        chan_write_u32(&w, (uint32_t)bridge_dib_size(form, width, height));
        chan_write_u32(&w, 0);
        chan_write_u32(&w, (uint32_t)size);
    }
    chan_write_u32(&w, v5 ? V5 : V1);
    chan_write_u32(&w, width);
    chan_write_u32(&w, height);
    chan_write_u16(&w, 1);
    chan_write_u16(&w, 32);
    chan_write_u32(&w, v5 ? BITFIELDS : RGB);
    chan_write_u32(&w, width * height * 4);
    if (!v5)
        return;
    for (unsigned i = 0; i < 4; i++)
        chan_write_u32(&w, 0);
    chan_write_u32(&w, 0xff0000);
    chan_write_u32(&w, 0x00ff00);
    chan_write_u32(&w, 0x0000ff);
    chan_write_u32(&w, 0xff000000);
    chan_write_u32(&w, SRGB);
}

void
bridge_dib_write_row(BridgeDibForm form, uint32_t width, uint32_t height, uint32_t y,
                     const uint8_t *rgba, uint8_t *out)
{
    uint8_t *to = out + headers(form) + (size_t)(height - 1 - y) * width * 4;

    for (uint32_t x = 0; x < width; x++, to += 4, rgba += 4) {
        to[0] = rgba[2];
        to[1] = rgba[1];
        to[2] = rgba[0];
        to[3] = rgba[3];
    }
}
