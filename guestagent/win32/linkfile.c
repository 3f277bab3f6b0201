// SPDX-License-Identifier: Apache-2.0
#include "guestagent/win32/linkfile.h"

#include <stdbool.h>
#include <string.h>

#define HEADER_SIZE 76
#define HAS_ID_LIST 0x01u
#define HAS_LINK_INFO 0x02u
#define STRINGS 0x7cu // name, relative path, working directory, arguments, icon's place
#define UNICODE_STRINGS 0x80u
#define PROPERTY_STORE 0xa0000009u
#define STORAGE_VERSION 0x53505331u // [MS-PROPSTORE] 2.2
#define PROPERTY_ID 5
#define VT_LPWSTR_VALUE 0x1f

// Bytes with what is left of them; a read past the end fails, and so do all after it.
typedef struct {
    const uint8_t *at;
    size_t left;
    bool failed;
} Bytes;

static Bytes
take(Bytes *b, size_t size)
{
    Bytes part = {b->at, size, false};

    if (b->failed || size > b->left) {
        b->failed = true;
        return (Bytes){b->at, 0, true};
    }
    b->at += size;
    b->left -= size;
    return part;
}

static uint32_t
number(Bytes *b, size_t size)
{
    Bytes part = take(b, size);
    uint32_t value = 0;

    for (size_t i = 0; i < part.left; i++)
        value |= (uint32_t)part.at[i] << (8 * i);
    return value;
}

// A part that begins with its own size in four bytes, without these; of size 0 at the end.
static Bytes
sized_part(Bytes *b)
{
    uint32_t size = number(b, 4);

    if (size < 4) {
        b->left = 0;
        return (Bytes){b->at, 0, true};
    }
    return take(b, size - 4);
}

static void
skip_strings(Bytes *b, uint32_t flags)
{
    for (uint32_t flag = 4; flag & STRINGS; flag <<= 1)
        if (flags & flag)
            take(b, (size_t)number(b, 2) * (flags & UNICODE_STRINGS ? 2 : 1));
}

// A property's value ([MS-PROPSTORE] 2.3.2): {9F4C2855-…}, 5 is the model's.
static size_t
text_of(Bytes value, uint16_t *model, size_t capacity)
{
    uint32_t id = number(&value, 4);

    take(&value, 1);
    uint32_t type = number(&value, 4) & 0xffff;
    size_t units = number(&value, 4);
    Bytes text = take(&value, units * 2);
    if (value.failed || id != PROPERTY_ID || type != VT_LPWSTR_VALUE || units == 0 ||
        units > capacity)
        return 0;
    for (size_t i = 0; i < units; i++)
        model[i] = (uint16_t)number(&text, 2);
    if (model[units - 1] != 0)
        return 0;
    size_t length = 0;
    while (model[length])
        length++;
    return length;
}

static size_t
search_store(Bytes store, uint16_t *model, size_t capacity)
{
    static const uint8_t format[16] = {0x55, 0x28, 0x4c, 0x9f, 0x79, 0x9f, 0x39, 0x4b,
                                       0xa8, 0xd0, 0xe1, 0xd4, 0x2d, 0xe1, 0xd5, 0xf3};
    size_t length = 0;

    while (length == 0 && !store.failed && store.left > 4) {
        Bytes storage = sized_part(&store);
        bool known = number(&storage, 4) == STORAGE_VERSION;
        Bytes id = take(&storage, sizeof format);
        if (storage.failed || !known || memcmp(id.at, format, sizeof format) != 0)
            continue;
        while (length == 0 && !storage.failed && storage.left > 4)
            length = text_of(sized_part(&storage), model, capacity);
    }
    return length;
}

size_t
win_linkfile_model(const uint8_t *file, size_t size, uint16_t *model, size_t capacity)
{
    Bytes b = {file, size, false};
    Bytes header = take(&b, HEADER_SIZE);
    size_t length = 0;

    if (number(&header, 4) != HEADER_SIZE)
        return 0;
    take(&header, 16); // its class
    uint32_t flags = number(&header, 4);
    if (flags & HAS_ID_LIST)
        take(&b, number(&b, 2));
    if (flags & HAS_LINK_INFO)
        sized_part(&b);
    skip_strings(&b, flags);
    while (length == 0 && !b.failed && b.left > 4) {
        Bytes block = sized_part(&b);
        if (number(&block, 4) == PROPERTY_STORE)
            length = search_store(block, model, capacity);
    }
    return length;
}
