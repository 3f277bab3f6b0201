// SPDX-License-Identifier: Apache-2.0
#pragma once

// A borrowed run of bytes. It lives until the next non-const call on the object it came from.

#include <stddef.h>
#include <stdint.h>

typedef struct {
    const uint8_t *data;
    size_t size;
} ChanSpan;

#define CHAN_SPAN(ptr, len) ((ChanSpan){(const uint8_t *)(ptr), (len)})
#define CHAN_SPAN_TEXT(str) ((ChanSpan){(const uint8_t *)(str), strlen(str)})
