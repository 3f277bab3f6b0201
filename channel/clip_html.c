// SPDX-License-Identifier: Apache-2.0
#include "channel/clip_html.h"

#include <stdio.h>
#include <string.h>

#define HEADER_MAX 1024 // bytes in which the offsets must stand
#define BEFORE "<html><body>\r\n<!--StartFragment-->"
#define AFTER "<!--EndFragment-->\r\n</body></html>"
#define HEADER                                                                                     \
    "Version:0.9\r\nStartHTML:%010zu\r\nEndHTML:%010zu\r\nStartFragment:%010zu\r\n"                \
    "EndFragment:%010zu\r\n"

typedef enum { START_HTML, END_HTML, START_FRAGMENT, END_FRAGMENT, OFFSETS } Offset;

static const char *const names[OFFSETS] = {
    "StartHTML:", "EndHTML:", "StartFragment:", "EndFragment:"};

// A decimal of at most ten digits; anything else (-1, too) is no place in the data.
static size_t
read_decimal(ChanSpan text, size_t at)
{
    size_t value = 0;
    unsigned digits = 0;

    for (; at < text.size && text.data[at] >= '0' && text.data[at] <= '9'; at++, digits++) {
        if (digits == 10)
            return SIZE_MAX;
        value = value * 10 + (size_t)(text.data[at] - '0');
    }
    return digits == 0 ? SIZE_MAX : value;
}

static void
read_line(ChanSpan line, size_t offsets[OFFSETS])
{
    for (unsigned i = 0; i < OFFSETS; i++) {
        size_t n = strlen(names[i]);
        if (line.size > n && memcmp(line.data, names[i], n) == 0)
            offsets[i] = read_decimal(line, n);
    }
}

static void
read_header(ChanSpan data, size_t offsets[OFFSETS])
{
    size_t end = data.size < HEADER_MAX ? data.size : HEADER_MAX, at = 0;

    while (at < end && data.data[at] != '<') {
        size_t stop = at;
        while (stop < end && data.data[stop] != '\r' && data.data[stop] != '\n')
            stop++;
        read_line(CHAN_SPAN(data.data + at, stop - at), offsets);
        at = stop + 1;
    }
}

static ChanSpan
between(ChanSpan data, size_t start, size_t end)
{
    if (start >= end || end > data.size)
        return (ChanSpan){0};
    ChanSpan found = CHAN_SPAN(data.data + start, end - start);
    const uint8_t *nul = memchr(found.data, 0, found.size);
    return CHAN_SPAN(found.data, nul ? (size_t)(nul - found.data) : found.size);
}

ChanSpan
chan_clip_html_find(ChanSpan untrusted_data)
{
    size_t offsets[OFFSETS] = {SIZE_MAX, SIZE_MAX, SIZE_MAX, SIZE_MAX};

    read_header(untrusted_data, offsets);
    ChanSpan whole = between(untrusted_data, offsets[START_HTML], offsets[END_HTML]);
    return whole.size > 0 ? whole
                          : between(untrusted_data, offsets[START_FRAGMENT], offsets[END_FRAGMENT]);
}

size_t
chan_clip_html_wrap(ChanSpan html, uint8_t *out)
{
    char header[CHAN_CLIP_HTML_MORE];
    size_t start =
        (size_t)snprintf(header, sizeof header, HEADER, (size_t)0, (size_t)0, (size_t)0, (size_t)0);
    size_t fragment = start + strlen(BEFORE), after = fragment + html.size;
    size_t end = after + strlen(AFTER);

    (void)snprintf(header, sizeof header, HEADER, start, end, fragment, after);
    memcpy(out, header, start);
    memcpy(out + start, BEFORE, strlen(BEFORE));
    if (html.size > 0)
        memcpy(out + fragment, html.data, html.size);
    memcpy(out + after, AFTER, strlen(AFTER));
    out[end] = 0;
    return end + 1;
}
