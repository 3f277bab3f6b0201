// SPDX-License-Identifier: Apache-2.0
#include "channel/grain.h"

#include <string.h>

#define LANES 4
#define VECTOR 16u // bytes
#define GROUP 128u // pixels
#define WIDTH_BITS 0x0fu
#define WITH_FOURTH 0x10u

// Processors without vectors pass these otherwise than those with them; here nobody is passed any.
#ifndef __clang__
#pragma GCC diagnostic ignored "-Wpsabi"
#endif

// Four pixels at once. Compilers make of these what the machine has.
typedef uint32_t Lanes __attribute__((vector_size(VECTOR)));
typedef uint8_t Bytes __attribute__((vector_size(VECTOR)));
typedef int8_t Signed __attribute__((vector_size(VECTOR)));

static const uint8_t first_above[GROUP * 4];

static inline Lanes
load(const uint8_t *from)
{
    Lanes v;

    memcpy(&v, from, sizeof v);
    return v;
}

static inline void
store(uint8_t *to, Lanes v)
{
    memcpy(to, &v, sizeof v);
}

static inline Lanes
fold(Lanes pixels, Lanes above)
{
    Bytes d = (Bytes)pixels - (Bytes)above;

    return (Lanes)((d + d) ^ (Bytes)((Signed)d < 0));
}

static inline Lanes
unfold(Lanes folded, Lanes above)
{
    Bytes sign = -((Bytes)folded & 1);
    Bytes half = (Bytes)((folded >> 1) & 0x7f7f7f7fu);

    return (Lanes)((half ^ sign) + (Bytes)above);
}

static unsigned
bits_of(uint32_t bytes)
{
    unsigned n = 0;

    while (n < 8 && (bytes & 0xff) >> n)
        n++;
    return n;
}

static size_t
packed_size(size_t vectors, unsigned bits)
{
    return 1 + (vectors * bits + 31) / 32 * VECTOR;
}

static void
put_bits(const Lanes *folded, size_t vectors, unsigned w, unsigned bits, uint8_t *to)
{
    Lanes gathered = {0};
    unsigned at = 0;

    for (size_t i = 0; i < vectors && bits > 0; i++) {
        Lanes z = folded[i];
        Lanes field = (z & 0xff) | (z >> 8 & 0xff) << w | (z >> 16 & 0xff) << (2 * w);
        if (bits > 3 * w)
            field |= z >> 24 << (3 * w);
        gathered |= field << at;
        at += bits;
        if (at < 32)
            continue;
        store(to, gathered);
        to += VECTOR;
        at -= 32;
        gathered = at > 0 ? field >> (bits - at) : (Lanes){0};
    }
    if (at > 0)
        store(to, gathered);
}

static size_t
pack_vectors(const uint8_t *pixels, const uint8_t *above, size_t vectors, uint8_t *to, size_t room)
{
    Lanes folded[GROUP / LANES], all = {0};

    for (size_t i = 0; i < vectors; i++) {
        folded[i] = fold(load(pixels + i * VECTOR), load(above + i * VECTOR));
        all |= folded[i];
    }
    uint32_t any = all[0] | all[1] | all[2] | all[3];
    unsigned w = bits_of(any | any >> 8 | any >> 16 | any >> 24);
    unsigned bits = any >> 24 ? 4 * w : 3 * w;
    size_t size = packed_size(vectors, bits);
    if (size > room)
        return 0;
    to[0] = (uint8_t)(w | (any >> 24 ? WITH_FOURTH : 0));
    put_bits(folded, vectors, w, bits, to + 1);
    return size;
}

static size_t
pack_group(const uint8_t *pixels, const uint8_t *above, size_t n, uint8_t *to, size_t room)
{
    uint8_t whole[GROUP * 4], whole_above[GROUP * 4];
    size_t vectors = (n + LANES - 1) / LANES;

    if (n % LANES == 0)
        return pack_vectors(pixels, above, vectors, to, room);
    memset(whole + (vectors - 1) * VECTOR, 0, VECTOR);
    memset(whole_above + (vectors - 1) * VECTOR, 0, VECTOR);
    memcpy(whole, pixels, n * 4);
    memcpy(whole_above, above, n * 4);
    return pack_vectors(whole, whole_above, vectors, to, room);
}

size_t
chan_grain_pack(const uint8_t *pixels, size_t stride, uint32_t width, uint32_t height, uint8_t *to,
                size_t room)
{
    size_t size = 0;

    for (uint32_t y = 0; y < height; y++)
        for (uint32_t x = 0; x < width; x += GROUP) {
            const uint8_t *at = pixels + y * stride + (size_t)x * 4;
            const uint8_t *above = y > 0 ? at - stride : first_above;
            uint32_t n = width - x < GROUP ? width - x : GROUP;
            size_t more = pack_group(at, above, n, to + size, room - size);
            if (more == 0)
                return 0;
            size += more;
        }
    return size;
}

static void
get_bits(const uint8_t *from, const uint8_t *above, size_t vectors, unsigned w, unsigned bits,
         uint8_t *to)
{
    const uint32_t mask = (1u << w) - 1, fourth = bits > 3 * w ? mask : 0;
    Lanes now = load(from);
    unsigned at = 0;

    for (size_t i = 0; i < vectors; i++) {
        Lanes field = now >> at;
        at += bits;
        if (at > 32 || (at == 32 && i + 1 < vectors)) {
            from += VECTOR;
            now = load(from);
            at -= 32;
            if (at > 0)
                field |= now << (bits - at);
        }
        Lanes z = (field & mask) | (field >> w & mask) << 8 | (field >> (2 * w) & mask) << 16;
        if (fourth)
            z |= (field >> (3 * w) & fourth) << 24;
        store(to + i * VECTOR, unfold(z, load(above + i * VECTOR)));
    }
}

static void
unpack_vectors(const uint8_t *from, const uint8_t *above, size_t n, unsigned w, unsigned bits,
               uint8_t *to)
{
    uint8_t whole[GROUP * 4], whole_above[GROUP * 4];
    size_t vectors = (n + LANES - 1) / LANES;

    if (n % LANES == 0) {
        get_bits(from, above, vectors, w, bits, to);
        return;
    }
    memset(whole_above + (vectors - 1) * VECTOR, 0, VECTOR);
    memcpy(whole_above, above, n * 4);
    get_bits(from, whole_above, vectors, w, bits, whole);
    memcpy(to, whole, n * 4);
}

// How many bytes the group took; 0: it is none.
static size_t
unpack_group(ChanSpan untrusted, const uint8_t *above, size_t n, uint8_t *to)
{
    uint8_t head = untrusted.size > 0 ? untrusted.data[0] : 0xff;
    unsigned w = head & WIDTH_BITS;
    unsigned bits = head & WITH_FOURTH ? 4 * w : 3 * w;

    if ((head & ~(WIDTH_BITS | WITH_FOURTH)) != 0 || w > 8)
        return 0;
    size_t size = packed_size((n + LANES - 1) / LANES, bits);
    if (size > untrusted.size)
        return 0;
    if (w == 0)
        memcpy(to, above, n * 4);
    else
        unpack_vectors(untrusted.data + 1, above, n, w, bits, to);
    return size;
}

bool
chan_grain_unpack(ChanSpan untrusted_bytes, uint32_t width, uint32_t height, uint8_t *to,
                  size_t stride)
{
    ChanSpan rest = untrusted_bytes;

    for (uint32_t y = 0; y < height; y++)
        for (uint32_t x = 0; x < width; x += GROUP) {
            uint8_t *at = to + y * stride + (size_t)x * 4;
            const uint8_t *above = y > 0 ? at - stride : first_above;
            size_t size = unpack_group(rest, above, width - x < GROUP ? width - x : GROUP, at);
            if (size == 0)
                return false;
            rest = CHAN_SPAN(rest.data + size, rest.size - size);
        }
    return rest.size == 0;
}
