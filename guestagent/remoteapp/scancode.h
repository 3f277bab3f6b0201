// SPDX-License-Identifier: Apache-2.0
#pragma once

// Scancodes of RDP's keyboard events (the PC/AT set 1, [MS-RDPBCGR] 2.2.8.1.1.3.1.1.1) as Linux's
// input codes.

#include <stdbool.h>
#include <stdint.h>

// The evdev code, or 0 for what is no key (also the fake shifts that old keyboards wrap around
// extended keys). extended: the code came with the E0 prefix.
uint16_t ra_scancode_to_evdev(uint8_t code, bool extended);
