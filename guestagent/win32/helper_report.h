// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the helper of a session writes to the service: 12 bytes for each change. Pure. The helper
// runs with its user's rights, so the service trusts none of it.

#include "channel/msg.h"

#define WIN_HELPER_REPORT_SIZE 12

typedef struct {
    uint32_t keyboard; // Windows identifier of the layout; 0: unknown
    uint16_t dpi;      // 0: unknown
    uint8_t lock;      // ChanLock
} WinHelperReport;

void win_helper_report_encode(const WinHelperReport *report, uint8_t bytes[WIN_HELPER_REPORT_SIZE]);
bool win_helper_report_decode(WinHelperReport *report,
                              const uint8_t untrusted_bytes[WIN_HELPER_REPORT_SIZE]);

// The identifier of a layout, as the registry's Keyboard Layouts has it, from the handle of one
// that is in use (HKL); 0 for those whose handle does not tell it.
uint32_t win_keyboard_of(uint32_t handle);
