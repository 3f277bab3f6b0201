// SPDX-License-Identifier: Apache-2.0
#pragma once

// Fuzz bytes as values: numbers that sit on and beside the limits of the protocols, and few ids, so
// that orders meet. Past the end everything is 0.

#include "rdpbridge/viewproto.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    const uint8_t *data;
    size_t size;
} Bytes;

static inline uint8_t
bytes_u8(Bytes *b)
{
    if (b->size == 0)
        return 0;
    b->size--;
    return *b->data++;
}

static inline uint16_t
bytes_u16(Bytes *b)
{
    uint16_t low = bytes_u8(b);

    return (uint16_t)(low | bytes_u8(b) << 8);
}

static inline uint32_t
bytes_u32(Bytes *b)
{
    uint32_t low = bytes_u16(b);

    return low | (uint32_t)bytes_u16(b) << 16;
}

static inline bool
bytes_bool(Bytes *b)
{
    return (bytes_u8(b) & 1) != 0;
}

// At most max bytes of what is there.
static inline ChanSpan
bytes_span(Bytes *b, size_t max)
{
    size_t size = max < b->size ? max : b->size;
    ChanSpan span = {b->data, size};

    b->data += size;
    b->size -= size;
    return span;
}

// A window or surface: mostly one of a few.
static inline uint32_t
bytes_id(Bytes *b)
{
    static const uint32_t edges[] = {0, UINT32_MAX, INT32_MAX, 0x80000000u, 0x10000u, 0xffffu};
    uint8_t v = bytes_u8(b);

    if (v < 0xf0)
        return v % 12 + 1u;
    return v < 0xf0 + sizeof edges / sizeof edges[0] ? edges[v - 0xf0] : bytes_u32(b);
}

// A length or a coordinate.
static inline uint32_t
bytes_edge(Bytes *b)
{
    static const uint32_t edges[] = {
        0,
        UINT32_MAX,
        INT32_MAX,
        0x80000000u,
        VIEW_SIDE_MAX - 1,
        VIEW_SIDE_MAX,
        VIEW_SIDE_MAX + 1,
        VIEW_COORD_MAX,
        VIEW_COORD_MAX + 1,
        UINT16_MAX,
        UINT16_MAX + 1,
        VIEW_ICON_SIDE_MAX,
        VIEW_ICON_SIDE_MAX + 1,
        (uint32_t)-VIEW_COORD_MAX,
        (uint32_t)-VIEW_COORD_MAX - 1,
        (uint32_t)-32000,
    };
    uint8_t v = bytes_u8(b);

    if (v < 0xe0)
        return v % 65;
    return v < 0xe0 + sizeof edges / sizeof edges[0] ? edges[v - 0xe0] : bytes_u32(b);
}
