// SPDX-License-Identifier: Apache-2.0
#pragma once

// Windows' device-independent bitmaps ([MS-WMF] 2.2.2.9; BITMAPINFOHEADER and its successors), read
// row by row into RGBA and written from it. Pure.

#include "channel/span.h"

#include <stdbool.h>

typedef struct {
    ChanSpan bits; // of all rows
    uint32_t width, height, stride;
    bool bottom_up;
    uint32_t bpp;
    uint32_t masks[4]; // red, green, blue, alpha; of 16 and 32 bits
    bool guess_alpha;  // the fourth byte may be alpha, and is if it says anything
    ChanSpan palette;  // 4 bytes each
} BridgeDib;

// A DIB, or a BMP file with one. False when it is none that can be read: compressed, its sizes out
// of bounds, or shorter than its header says.
bool bridge_dib_read(ChanSpan untrusted_data, bool file, BridgeDib *dib);

// A row from the top as RGBA, 4 bytes a pixel.
void bridge_dib_row(const BridgeDib *dib, uint32_t y, uint8_t *rgba);

// What is written, top and bottom as every reader knows it: 32 bits, bottom up.
typedef enum { BRIDGE_DIB_PLAIN, BRIDGE_DIB_V5, BRIDGE_DIB_FILE } BridgeDibForm;
size_t bridge_dib_size(BridgeDibForm form, uint32_t width, uint32_t height);
void bridge_dib_write_header(BridgeDibForm form, uint32_t width, uint32_t height, uint8_t *out);
// The row y from the top, into the whole that begins at out.
void bridge_dib_write_row(BridgeDibForm form, uint32_t width, uint32_t height, uint32_t y,
                          const uint8_t *rgba, uint8_t *out);
