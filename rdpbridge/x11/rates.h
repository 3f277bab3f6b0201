// SPDX-License-Identifier: Apache-2.0
#pragma once

// How often each of the host's monitors is painted. Pure, but for who reads them (screen.c).

#include "rdpbridge/viewproto.h"

typedef struct {
    unsigned count;
    struct {
        ViewRect rect;
        uint32_t mhz;
    } monitor[VIEW_MONITORS_MAX];
} HostRates;

// Millihertz of a mode (RandR 1.5, MODEINFO); 0: it says none that can be.
typedef struct {
    unsigned long dot_clock;
    unsigned h_total, v_total;
    bool interlaced, doubled;
} HostMode;
uint32_t host_rates_of_mode(const HostMode *mode);

void host_rates_add(HostRates *rates, const ViewRect *rect, uint32_t mhz);

// The fastest monitor's: nothing need be drawn more often.
uint32_t host_rates_best(const HostRates *rates);

// That of the monitor with the most of the window; the fastest of several, and where it is on none.
uint32_t host_rates_at(const HostRates *rates, const ViewRect *window);
