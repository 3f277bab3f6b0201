// SPDX-License-Identifier: Apache-2.0
#include "channel/siphash.h"

typedef struct {
    uint64_t v0, v1, v2, v3;
} State;

static uint64_t
load_le(const uint8_t *p, size_t n)
{
    uint64_t v = 0;

    while (n-- > 0)
        v = v << 8 | p[n];
    return v;
}

static uint64_t
rotate(uint64_t v, unsigned by)
{
    return v << by | v >> (64 - by);
}

static void
rounds(State *s, unsigned n)
{
    while (n-- > 0) {
        s->v0 += s->v1;
        s->v2 += s->v3;
        s->v1 = rotate(s->v1, 13) ^ s->v0;
        s->v3 = rotate(s->v3, 16) ^ s->v2;
        s->v0 = rotate(s->v0, 32) + s->v3;
        s->v2 += s->v1;
        s->v1 = rotate(s->v1, 17) ^ s->v2;
        s->v3 = rotate(s->v3, 21) ^ s->v0;
        s->v2 = rotate(s->v2, 32);
    }
}

static void
absorb(State *s, uint64_t word)
{
    s->v3 ^= word;
    rounds(s, 2);
    s->v0 ^= word;
}

uint64_t
chan_siphash(const uint8_t key[CHAN_SIP_KEY_SIZE], ChanSpan bytes)
{
    uint64_t k0 = load_le(key, 8), k1 = load_le(key + 8, 8);
    State s = {k0 ^ 0x736f6d6570736575u, k1 ^ 0x646f72616e646f6du, k0 ^ 0x6c7967656e657261u,
               k1 ^ 0x7465646279746573u};
    size_t at = 0;

    for (; bytes.size - at >= 8; at += 8)
        absorb(&s, load_le(bytes.data + at, 8));
    absorb(&s, load_le(bytes.data + at, bytes.size - at) | (uint64_t)bytes.size << 56);
    s.v2 ^= 0xff;
    rounds(&s, 4);
    return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}
