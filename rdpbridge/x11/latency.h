// SPDX-License-Identifier: Apache-2.0
#pragma once

// How long it lasts from a key to the pixels that come of it, for `casement status --latency`.
// Pure: times in, figures out. What is measured is from the key's way to the session until the X
// server has put the next pixels of the window with the focus: a caret that blinks just then
// counts, too, and a key that paints nothing within a second does not.

#include <stdint.h>

#define HOST_LATENCY_SAMPLES 128

typedef struct {
    uint32_t samples_us[HOST_LATENCY_SAMPLES]; // the last ones, in no order
    uint32_t count;                            // of all so far
    int64_t pressed_us;                        // 0: no key is waited for
} HostLatency;

// now is monotonic. A key while another is waited for is not measured.
void host_latency_pressed(HostLatency *latency, int64_t now_us);
void host_latency_painted(HostLatency *latency, int64_t now_us);

// Of the last samples; 0 when there are none. percent: 1 to 100.
uint32_t host_latency_percentile(const HostLatency *latency, unsigned percent);
