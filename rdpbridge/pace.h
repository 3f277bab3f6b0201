// SPDX-License-Identifier: Apache-2.0
#pragma once

// How much of something may be used over time: a stock that grows evenly and is bounded. Who takes
// more than is there goes on owing, and has to wait until that has grown again: what is taken at
// once is never split, and never refused.
//
// Pure: no clock of its own.

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    uint32_t per_s, burst;
    int64_t stock; // in millionths of what is taken; below 0: owing
    int64_t last_us;
    uint64_t waited; // times that it came to owe
} BridgePace;

// With a full stock.
void bridge_pace_init(BridgePace *pace, uint32_t per_s, uint32_t burst, int64_t now_us);

void bridge_pace_take(BridgePace *pace, uint32_t amount, int64_t now_us);

// How long nothing may be taken; 0: not at all.
int64_t bridge_pace_wait_us(BridgePace *pace, int64_t now_us);
