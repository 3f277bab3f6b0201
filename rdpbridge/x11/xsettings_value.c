// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/x11/xsettings_value.h"

#include <string.h>

#define BIG_ENDIAN_ORDER 1 // MSBFirst (X11 protocol)

enum { TYPE_INTEGER = 0, TYPE_STRING = 1, TYPE_COLOUR = 2 };

typedef struct {
    const uint8_t *at, *end;
    bool big_endian, failed;
} Reader;

static const uint8_t *
take(Reader *r, size_t n)
{
    const uint8_t *at = r->at;

    if (r->failed || (size_t)(r->end - r->at) < n) {
        r->failed = true;
        return NULL;
    }
    r->at += n;
    return at;
}

static uint32_t
number(Reader *r, size_t n)
{
    const uint8_t *at = take(r, n);
    uint32_t value = 0;

    for (size_t i = 0; at && i < n; i++)
        value |= (uint32_t)at[r->big_endian ? n - 1 - i : i] << 8 * i;
    return value;
}

static size_t
padded(size_t n)
{
    return (n + 3) & ~(size_t)3;
}

bool
host_xsettings_integer(const uint8_t *bytes, size_t size, const char *name, int32_t *value)
{
    Reader r = {.at = bytes, .end = bytes + size};
    const uint8_t *order = take(&r, 8); // and the serial
    size_t wanted = strlen(name);

    r.big_endian = order && order[0] == BIG_ENDIAN_ORDER;
    uint32_t count = number(&r, 4);
    for (uint32_t i = 0; i < count && !r.failed; i++) {
        uint32_t type = number(&r, 1);
        (void)take(&r, 1);
        size_t length = number(&r, 2);
        const uint8_t *text = take(&r, padded(length));
        (void)number(&r, 4); // serial of its last change
        bool found = text && length == wanted && memcmp(text, name, length) == 0;
        if (type == TYPE_INTEGER) {
            *value = (int32_t)number(&r, 4);
            if (found)
                return !r.failed;
        } else if (type == TYPE_STRING) {
            size_t bytes_of_it = number(&r, 4);
            (void)take(&r, bytes_of_it > size ? size : padded(bytes_of_it));
        } else if (type == TYPE_COLOUR) {
            (void)take(&r, 8);
        } else {
            return false;
        }
    }
    return false;
}
