// SPDX-License-Identifier: Apache-2.0
#pragma once

// A number that is painted into a window's pixels and read back from the screen, also after a codec
// with losses: a row of black and white cells of BARCODE_CELL pixels a side. Pure: pixels of 32
// bits in memory, nothing else.

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BARCODE_CELL 8
#define BARCODE_CELLS 80
#define BARCODE_WIDTH (BARCODE_CELL * BARCODE_CELLS)
#define BARCODE_HEIGHT BARCODE_CELL

typedef struct {
    uint8_t place;  // which of a screen's barcodes it is, 0 to 255
    uint32_t count; // 24 bits: frames or key presses so far
    uint32_t time;  // microseconds of CLOCK_MONOTONIC when it was painted, its lower 32 bits
} Barcode;

// Paints code into an area of BARCODE_WIDTH × BARCODE_HEIGHT. pixels is its upper left corner,
// stride the length of a row in pixels.
void barcode_write(uint32_t *pixels, size_t stride, Barcode code);

// Reads such an area. False if there is no whole barcode in it; code is undefined then.
bool barcode_read(const uint32_t *pixels, size_t stride, Barcode *code);

// The lower 32 bits of CLOCK_MONOTONIC in microseconds, as in `time`.
uint32_t barcode_now(void);
