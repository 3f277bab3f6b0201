// SPDX-License-Identifier: Apache-2.0
#pragma once

// SipHash-2-4 (Aumasson and Bernstein, 2012): a short keyed hash. Whoever does not know the key
// cannot tell what it yields.

#include "channel/span.h"

#define CHAN_SIP_KEY_SIZE 16

uint64_t chan_siphash(const uint8_t key[CHAN_SIP_KEY_SIZE], ChanSpan bytes);
