// SPDX-License-Identifier: Apache-2.0
#include "channel/utf8.h"

#include <string.h>

#define REPLACEMENT 0xfffdu
#define BAD UINT32_MAX

typedef struct {
    uint32_t first, last;
} Range;

// Code points that are left out, in order.
static const Range dropped[] = {
    {0x0000, 0x001f},    // C0
    {0x007f, 0x009f},    // DEL, C1
    {0x00ad, 0x00ad},    // soft hyphen
    {0x034f, 0x034f},    // combining grapheme joiner, has no look
    {0x061c, 0x061c},    // Arabic letter mark (bidi)
    {0x115f, 0x1160},    // Hangul fillers
    {0x17b4, 0x17b5},    // Khmer inherent vowels, invisible
    {0x180e, 0x180e},    // Mongolian vowel separator
    {0x200b, 0x200b},    // zero width space; 200c and 200d are the joiners
    {0x200e, 0x200f},    // left-to-right and right-to-left mark
    {0x2028, 0x202e},    // separators, bidi embeddings and overrides
    {0x2060, 0x206f},    // word joiner, invisible operators, bidi isolates, shaping controls
    {0x3164, 0x3164},    // Hangul filler
    {0xe000, 0xf8ff},    // private use
    {0xfdd0, 0xfdef},    // noncharacters
    {0xfeff, 0xfeff},    // byte order mark
    {0xffa0, 0xffa0},    // Hangul filler, half width
    {0xfff0, 0xfffb},    // interlinear annotation
    {0x1bca0, 0x1bca3},  // shorthand format controls
    {0x1d173, 0x1d17a},  // musical format controls
    {0xe0000, 0xe00ff},  // tags
    {0xe01f0, 0xe0fff},  // likewise; between the two are variation selectors
    {0xf0000, 0x10ffff}, // private use
};

static bool
is_dropped(uint32_t c)
{
    if ((c & 0xfffe) == 0xfffe)
        return true;
    for (size_t i = 0; i < sizeof dropped / sizeof dropped[0] && dropped[i].first <= c; i++)
        if (c <= dropped[i].last)
            return true;
    return false;
}

static bool
is_space(uint32_t c)
{
    return (c >= 0x09 && c <= 0x0d) || c == 0x85 || c == 0x2028 || c == 0x2029;
}

// What a lead byte promises: how many bytes follow, and the bounds of the first of them, which
// keep out overlong forms, surrogates and what is past U+10FFFF (Unicode, table 3-7).
typedef struct {
    unsigned more;
    uint8_t low, high;
} Lead;

static Lead
lead_of(uint8_t b)
{
    if (b >= 0xc2 && b <= 0xdf)
        return (Lead){1, 0x80, 0xbf};
    if (b >= 0xe0 && b <= 0xef)
        return (Lead){2, b == 0xe0 ? 0xa0 : 0x80, b == 0xed ? 0x9f : 0xbf};
    if (b >= 0xf0 && b <= 0xf4)
        return (Lead){3, b == 0xf0 ? 0x90 : 0x80, b == 0xf4 ? 0x8f : 0xbf};
    return (Lead){0};
}

// The next character, or BAD for a maximal run that begins one but is none. Moves *at past it.
static uint32_t
next_char(ChanSpan text, size_t *at)
{
    uint8_t b = text.data[(*at)++];

    if (b < 0x80)
        return b;
    Lead lead = lead_of(b);
    if (lead.more == 0)
        return BAD;
    uint32_t c = b & (0x3fu >> lead.more);
    for (unsigned i = 0; i < lead.more; i++) {
        if (*at == text.size || text.data[*at] < lead.low || text.data[*at] > lead.high)
            return BAD;
        c = c << 6 | (text.data[(*at)++] & 0x3fu);
        lead.low = 0x80;
        lead.high = 0xbf;
    }
    return c;
}

static size_t
put_char(uint32_t c, uint8_t out[4])
{
    if (c < 0x80) {
        out[0] = (uint8_t)c;
        return 1;
    }
    unsigned more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    for (unsigned i = more; i > 0; i--) {
        out[i] = (uint8_t)(0x80 | (c & 0x3f));
        c >>= 6;
    }
    out[0] = (uint8_t)((0xf00u >> (more + 1)) | c);
    return more + 1;
}

size_t
chan_utf8_clean(ChanSpan untrusted_text, char *out, size_t capacity)
{
    size_t at = 0, size = 0;

    if (capacity == 0)
        return 0;
    while (at < untrusted_text.size) {
        uint8_t bytes[4];
        uint32_t c = next_char(untrusted_text, &at);
        if (c == '\r' && at < untrusted_text.size && untrusted_text.data[at] == '\n')
            at++;
        if (c == BAD)
            c = REPLACEMENT;
        else if (is_space(c))
            c = ' ';
        else if (is_dropped(c))
            continue;
        if (c == ' ' && size == 0)
            continue;
        size_t n = put_char(c, bytes);
        if (n > capacity - 1 - size)
            break;
        memcpy(out + size, bytes, n);
        size += n;
    }
    while (size > 0 && out[size - 1] == ' ')
        size--;
    out[size] = 0;
    return size;
}

static bool
is_id_char(uint8_t c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           (c != 0 && strchr("._+@-", c));
}

bool
chan_id_valid(ChanSpan untrusted_id, size_t max)
{
    if (untrusted_id.size == 0 || untrusted_id.size > max)
        return false;
    if (untrusted_id.data[0] == '.' || untrusted_id.data[0] == '-')
        return false;
    for (size_t i = 0; i < untrusted_id.size; i++)
        if (!is_id_char(untrusted_id.data[i]))
            return false;
    return true;
}
