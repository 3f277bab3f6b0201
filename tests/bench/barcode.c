// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/barcode.h"

#include <time.h>

#define SYNC 0xb2U // in front, and the only thing a reader looks for
#define WHITE 0xffffffU

// sync 8, place 8, count 24, time 32, check 8: most significant bit first.
static void
pack(Barcode code, uint8_t bytes[BARCODE_CELLS / 8])
{
    uint8_t check = 0;

    bytes[0] = SYNC;
    bytes[1] = code.place;
    for (int i = 0; i < 3; i++)
        bytes[2 + i] = (uint8_t)(code.count >> (16 - 8 * i));
    for (int i = 0; i < 4; i++)
        bytes[5 + i] = (uint8_t)(code.time >> (24 - 8 * i));
    for (int i = 0; i < 9; i++)
        check = (uint8_t)((check << 1 | check >> 7) ^ bytes[i]);
    bytes[9] = check;
}

void
barcode_write(uint32_t *pixels, size_t stride, Barcode code)
{
    uint8_t bytes[BARCODE_CELLS / 8];

    pack(code, bytes);
    for (size_t x = 0; x < BARCODE_WIDTH; x++) {
        size_t cell = x / BARCODE_CELL;
        bool lit = bytes[cell / 8] >> (7 - cell % 8) & 1;
        for (size_t y = 0; y < BARCODE_HEIGHT; y++)
            pixels[y * stride + x] = lit ? WHITE : 0;
    }
}

// The middle of a cell, where a codec's ringing is least.
static bool
lit(const uint32_t *pixels, size_t stride, size_t cell)
{
    uint32_t pixel =
        pixels[BARCODE_HEIGHT / 2 * stride + cell * BARCODE_CELL + BARCODE_CELL / 2 - 1];

    return (pixel & 0xff) + (pixel >> 8 & 0xff) + (pixel >> 16 & 0xff) > 3 * 128;
}

bool
barcode_read(const uint32_t *pixels, size_t stride, Barcode *code)
{
    uint8_t bytes[BARCODE_CELLS / 8] = {0}, expected[BARCODE_CELLS / 8];

    for (size_t cell = 0; cell < BARCODE_CELLS; cell++)
        bytes[cell / 8] = (uint8_t)(bytes[cell / 8] | lit(pixels, stride, cell) << (7 - cell % 8));
    *code = (Barcode){
        .place = bytes[1],
        .count = (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 8 | bytes[4],
        .time = (uint32_t)bytes[5] << 24 | (uint32_t)bytes[6] << 16 | (uint32_t)bytes[7] << 8 |
                bytes[8],
    };
    pack(*code, expected);
    return bytes[0] == SYNC && bytes[9] == expected[9];
}

uint32_t
barcode_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint32_t)((uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000);
}
