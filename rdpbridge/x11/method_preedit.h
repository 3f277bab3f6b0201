// SPDX-License-Identifier: Apache-2.0
#pragma once

// The text that an input method is making, kept whole from its changes (XIM_PREEDIT_DRAW, The Input
// Method Protocol 1.0, 4.10). Pure.

#include "channel/window_channel.h"

typedef struct {
    uint32_t caret;
    uint32_t first, length;    // what is replaced
    const uint32_t *text;      // by these; NULL: only the feedback of what is there changes
    const uint32_t *feedback;  // NULL: none
    size_t n_text, n_feedback; // of both
} HostPreeditChange;

// What is too long, or replaces what is not there, is cut.
void host_preedit_change(ChanWindowPreedit *preedit, const HostPreeditChange *change);
