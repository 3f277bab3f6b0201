// SPDX-License-Identifier: Apache-2.0
#pragma once

// How fast the pipe takes bytes, and how many may therefore be in the kernel's hands: what takes at
// most 5 ms to leave, and at least 1 KiB. Beyond that, bytes wait here, where a frame of higher
// priority can still go first.
//
// Fed with what was written and, where the system tells, with how much of it still waits in the
// kernel; elsewhere with the moments at which the kernel took no more.

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CHAN_RATE_SPAN_US 5000
#define CHAN_RATE_BURST_MIN 1024

typedef struct {
    uint64_t rate;      // bytes per second; 0: unknown
    size_t burst;       // bytes that may be in the kernel
    size_t waiting;     // bytes that are, as far as known
    uint64_t window_us; // start of the present measurement
    size_t drained;     // since then
    uint64_t asked_us;  // when the system last said what waits
    uint64_t leaked_us; // when waiting was last reckoned
    bool reported;      // the system tells what waits
    bool measuring;     // bytes have waited ever since window_us
} ChanRate;

void chan_rate_init(ChanRate *r);

// n bytes went to the kernel.
void chan_rate_written(ChanRate *r, size_t n, uint64_t now_us);

// True when it is time to ask the system what waits.
bool chan_rate_asks(const ChanRate *r, uint64_t now_us);

// The system says that so many bytes still wait.
void chan_rate_waiting(ChanRate *r, size_t bytes, uint64_t now_us);

// The kernel took no more (only where the system does not tell what waits).
void chan_rate_blocked(ChanRate *r, uint64_t now_us);

// True when another frame may go to the kernel now.
bool chan_rate_open(ChanRate *r, uint64_t now_us);

// When to look again; UINT64_MAX while open, since then the file itself tells.
uint64_t chan_rate_deadline(const ChanRate *r);

// The longest payload of a frame, so that it takes no longer than the span.
size_t chan_rate_frame_max(const ChanRate *r);
