// SPDX-License-Identifier: Apache-2.0
#pragma once

// Linux input codes (linux/input-event-codes.h) to the PC scancodes of set 1 that RDP carries
// ([MS-RDPBCGR] 2.2.8.1.1.3.1.1.1).

#include <stdint.h>

#define BRIDGE_SCANCODE_EXTENDED 0x100u  // E0 before it
#define BRIDGE_SCANCODE_EXTENDED1 0x200u // E1 before it: Pause only
#define BRIDGE_KEYS 256                  // evdev codes of keyboards are below

// The low byte is the scancode; 0: RDP knows no such key.
uint16_t bridge_scancode(uint32_t evdev);
