// SPDX-License-Identifier: Apache-2.0
#pragma once

// Reads a stream in large pieces for a library that asks for a byte or two at a time, and keeps a
// descriptor that comes with them: the first, others are closed.

#include <glib.h>
#include <stdbool.h>

typedef struct {
    guint8 data[16 * 1024];
    gsize at, end;
    bool has_fd;
    int fd; // that came with the bytes; the owner's to take
} RaReadAhead;

// Up to n (at least 1) bytes of the stream fd to out: how many, 0 when there are none now, -1 when
// the stream has ended or failed.
int ra_read_ahead(RaReadAhead *ahead, int fd, void *out, gsize n);

// The descriptor, the caller's, or -1.
int ra_read_ahead_take_fd(RaReadAhead *ahead);

// Bytes that poll no longer knows of.
bool ra_read_ahead_has(const RaReadAhead *ahead);
