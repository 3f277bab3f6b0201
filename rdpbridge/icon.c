// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/icon.h"

#include <string.h>

static size_t
padded(size_t bits, size_t bytes)
{
    return (bits + bytes * 8 - 1) / (bytes * 8) * bytes;
}

static void
pixel_from_palette(const BridgeIcon *icon, size_t index, uint8_t *out)
{
    const uint8_t black_white[2][3] = {{0, 0, 0}, {255, 255, 255}};

    if ((index + 1) * 4 <= icon->palette.size)
        memcpy(out, icon->palette.data + index * 4, 3);
    else if (icon->bpp == 1)
        memcpy(out, black_white[index], 3);
    else
        memset(out, 0, 3);
}

static void
pixel(const BridgeIcon *icon, const uint8_t *row, size_t x, uint8_t *out)
{
    uint16_t v;

    out[3] = 255;
    switch (icon->bpp) {
    case 32:
        memcpy(out, row + x * 4, 4);
        break;
    case 24:
        memcpy(out, row + x * 3, 3);
        break;
    case 16: // five bits a colour, blue lowest
        v = (uint16_t)(row[x * 2] | row[x * 2 + 1] << 8);
        out[0] = (uint8_t)((v & 0x1f) * 255 / 31);
        out[1] = (uint8_t)((v >> 5 & 0x1f) * 255 / 31);
        out[2] = (uint8_t)((v >> 10 & 0x1f) * 255 / 31);
        break;
    case 8:
        pixel_from_palette(icon, row[x], out);
        break;
    case 4:
        pixel_from_palette(icon, x % 2 ? row[x / 2] & 0xf : row[x / 2] >> 4, out);
        break;
    default:
        pixel_from_palette(icon, row[x / 8] >> (7 - x % 8) & 1, out);
    }
}

static bool
all_transparent(const uint8_t *bgra, size_t pixels)
{
    for (size_t i = 0; i < pixels; i++)
        if (bgra[i * 4 + 3])
            return false;
    return true;
}

// The mask's rows are padded to 4 bytes by the specification and to 2 by some servers.
static size_t
mask_stride(const BridgeIcon *icon)
{
    size_t strides[] = {padded(icon->width, 4), padded(icon->width, 2)};

    for (int i = 0; i < 2; i++)
        if (strides[i] * icon->height <= icon->mask.size)
            return strides[i];
    return 0;
}

static void
apply_mask(const BridgeIcon *icon, uint8_t *bgra)
{
    size_t stride = mask_stride(icon);

    for (size_t y = 0; y < icon->height; y++) {
        const uint8_t *row = stride ? icon->mask.data + (icon->height - 1 - y) * stride : NULL;
        uint8_t *out = bgra + y * icon->width * 4;
        for (size_t x = 0; x < icon->width; x++)
            out[x * 4 + 3] = row && (row[x / 8] >> (7 - x % 8) & 1) ? 0 : 255;
    }
}

static bool
depth_known(uint32_t bpp)
{
    return bpp == 1 || bpp == 4 || bpp == 8 || bpp == 16 || bpp == 24 || bpp == 32;
}

bool
bridge_icon_convert(const BridgeIcon *icon, uint8_t *bgra)
{
    if (icon->width < 1 || icon->width > VIEW_ICON_SIDE_MAX || icon->height < 1 ||
        icon->height > VIEW_ICON_SIDE_MAX || !depth_known(icon->bpp))
        return false;
    size_t stride = padded((size_t)icon->width * icon->bpp, 4);
    if (icon->color.size < stride * icon->height)
        return false;
    for (size_t y = 0; y < icon->height; y++) {
        const uint8_t *row = icon->color.data + (icon->height - 1 - y) * stride;
        for (size_t x = 0; x < icon->width; x++)
            pixel(icon, row, x, bgra + (y * icon->width + x) * 4);
    }
    if (icon->bpp < 32 || all_transparent(bgra, (size_t)icon->width * icon->height))
        apply_mask(icon, bgra);
    return true;
}
