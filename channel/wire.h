// SPDX-License-Identifier: Apache-2.0
#pragma once

// Reading and writing of little-endian fields, for codecs of one line per field.
//
// Both ends have a sticky error: after the first failure every further call does nothing and
// yields zeroes, so a codec checks once, at its end. Nothing is allocated; what is read is borrowed
// from the bytes given to chan_reader.

#include "channel/span.h"

#include <stdbool.h>

typedef struct {
    const uint8_t *at;
    size_t left;
    bool failed;
} ChanReader;

ChanReader chan_reader(ChanSpan untrusted_bytes);

uint8_t chan_read_u8(ChanReader *r);
uint16_t chan_read_u16(ChanReader *r);
uint32_t chan_read_u32(ChanReader *r);
uint64_t chan_read_u64(ChanReader *r);
int32_t chan_read_i32(ChanReader *r);

// Exactly n bytes.
ChanSpan chan_read_bytes(ChanReader *r, size_t n);

// A u32 length and that many bytes; fails when the length is over max.
ChanSpan chan_read_blob(ChanReader *r, size_t max);

// A u16 length and that many bytes of text; fails when the length is over max. The text is as the
// peer sent it: clean it with channel/utf8.h before it is used.
ChanSpan chan_read_text(ChanReader *r, size_t max);

// A u16 count; fails when it is over max.
uint16_t chan_read_count(ChanReader *r, size_t max);

// Marks the reader as failed: for a codec's own checks.
void chan_reader_fail(ChanReader *r);

// True when nothing failed and nothing is left over.
bool chan_reader_end(const ChanReader *r);

typedef struct {
    uint8_t *data;
    size_t size, capacity;
    bool failed;
} ChanWriter;

// Writes into buffer, which the caller keeps; running out of it sets failed.
ChanWriter chan_writer(void *buffer, size_t capacity);

void chan_write_u8(ChanWriter *w, uint8_t v);
void chan_write_u16(ChanWriter *w, uint16_t v);
void chan_write_u32(ChanWriter *w, uint32_t v);
void chan_write_u64(ChanWriter *w, uint64_t v);
void chan_write_i32(ChanWriter *w, int32_t v);
void chan_write_bytes(ChanWriter *w, ChanSpan bytes);
void chan_write_blob(ChanWriter *w, ChanSpan bytes);
void chan_write_text(ChanWriter *w, ChanSpan text);

// What was written; empty when the writer failed.
ChanSpan chan_writer_span(const ChanWriter *w);
