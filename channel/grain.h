// SPDX-License-Identifier: Apache-2.0
#pragma once

// Pixels of photographs and videos as fewer bits, without loss and in not much more than a copy
// takes: LZ4 finds nothing twice in them. What is left of each pixel when the one above it is taken
// away is small; as many bits are kept of that as the largest of up to 128 beside each other needs.
//
// Row after row, each in groups of 128 pixels (the last has what is left): a byte, whose lower four
// bits say how many bits of each colour follow (w, 0…8), and whose fifth whether of the fourth byte
// too; else its difference is 0. Then, k = 3 w or 4 w, as many times 16 bytes as hold k bits of
// each of the group's pixels in four lanes, little-endian: pixel 4 i + l has bits i k to i k + k -
// 1 of lane l, lowest colour first. A difference d of a byte to the one above, or to 0 in the first
// row, is kept as 2 d, or -2 d - 1 where it is below 0.

#include "channel/span.h"

#include <stdbool.h>

// Packs width × height pixels of 4 bytes into at most room bytes; how many it took, 0: more.
size_t chan_grain_pack(const uint8_t *pixels, size_t stride, uint32_t width, uint32_t height,
                       uint8_t *to, size_t room);

// The inverse; false: these are not so many pixels, of which some may have been written.
bool chan_grain_unpack(ChanSpan untrusted_bytes, uint32_t width, uint32_t height, uint8_t *to,
                       size_t stride);
