// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/cliptext.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define REPLACEMENT 0xfffdu

static bool
is_surrogate(uint32_t c)
{
    return c >= 0xd800 && c <= 0xdfff;
}

// One character; advances *at by at least one byte.
static uint32_t
next_utf8(ChanSpan text, size_t *at)
{
    static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
    uint8_t first = text.data[(*at)++];
    unsigned more = first < 0x80 ? 0 : first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
    uint32_t c = more == 0 ? first : first & (0x3fu >> more);

    if (first >= 0x80 && (first < 0xc2 || first > 0xf4))
        return REPLACEMENT;
    for (unsigned i = 0; i < more; i++) {
        if (*at == text.size || (text.data[*at] & 0xc0) != 0x80)
            return REPLACEMENT;
        c = c << 6 | (text.data[(*at)++] & 0x3f);
    }
    return c < least[more] || c > 0x10ffff || is_surrogate(c) ? REPLACEMENT : c;
}

static uint32_t
next_utf16(ChanSpan text, size_t *at)
{
    uint32_t a = text.data[*at] | (uint32_t)text.data[*at + 1] << 8;

    *at += 2;
    if (!is_surrogate(a))
        return a;
    if (a >= 0xdc00 || *at + 2 > text.size)
        return REPLACEMENT;
    uint32_t b = text.data[*at] | (uint32_t)text.data[*at + 1] << 8;
    if (b < 0xdc00 || b > 0xdfff)
        return REPLACEMENT;
    *at += 2;
    return 0x10000 + ((a - 0xd800) << 10) + (b - 0xdc00);
}

static size_t
put_utf16(uint8_t *out, uint32_t c)
{
    uint32_t units[2] = {c, 0};
    size_t n = 1;

    if (c >= 0x10000) {
        units[0] = 0xd800 + ((c - 0x10000) >> 10);
        units[1] = 0xdc00 + ((c - 0x10000) & 0x3ff);
        n = 2;
    }
    for (size_t i = 0; i < n; i++) {
        out[i * 2] = (uint8_t)units[i];
        out[i * 2 + 1] = (uint8_t)(units[i] >> 8);
    }
    return n * 2;
}

static size_t
put_utf8(uint8_t *out, uint32_t c)
{
    if (c < 0x80) {
        out[0] = (uint8_t)c;
        return 1;
    }
    size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    static const uint8_t marks[] = {0, 0, 0xc0, 0xe0, 0xf0};
    for (size_t i = n - 1; i > 0; i--, c >>= 6)
        out[i] = (uint8_t)(0x80 | (c & 0x3f));
    out[0] = (uint8_t)(marks[n] | c);
    return n;
}

uint8_t *
bridge_cliptext_to_guest(ChanSpan utf8, size_t max, size_t *size)
{
    uint8_t *out = malloc(utf8.size * 4 + 4); // a LF becomes two units
    size_t n = 0, at = 0;
    uint32_t before = 0;

    if (!out)
        return NULL;
    while (at < utf8.size && n + 8 <= max) {
        uint32_t c = next_utf8(utf8, &at);
        if (c == 0)
            break;
        if (c == '\n' && before != '\r')
            n += put_utf16(out + n, '\r');
        n += put_utf16(out + n, c);
        before = c;
    }
    n += put_utf16(out + n, 0);
    *size = n;
    return out;
}

uint8_t *
bridge_cliptext_to_host(ChanSpan untrusted_utf16, size_t max, size_t *size)
{
    uint8_t *out = malloc(untrusted_utf16.size * 2 + 4);
    size_t n = 0, at = 0;

    if (!out)
        return NULL;
    while (at + 2 <= untrusted_utf16.size && n + 4 <= max) {
        uint32_t c = next_utf16(untrusted_utf16, &at);
        if (c == 0)
            break;
        bool line_end = c == '\r' && at + 2 <= untrusted_utf16.size &&
                        untrusted_utf16.data[at] == '\n' && untrusted_utf16.data[at + 1] == 0;
        if (!line_end)
            n += put_utf8(out + n, c);
    }
    *size = n;
    return out;
}
