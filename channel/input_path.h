// SPDX-License-Identifier: Apache-2.0
#pragma once

// Keys and pointer past RDP and past casement-session, where host and guest are on one machine:
// packets over a SOCK_SEQPACKET socket that casement-view writes to and casement-remoteapp reads
// (ADR-6-input-path.md). Of the machine's byte order: both ends are on it.
//
// The view makes the pair. The guest's end comes by way of the session and the pixels' path
// (CHAN_PIXELS_INPUT). The guest reads what is in it before anything that came by RDP, so that what
// was written here first is done first. The other way round the view uses it only when the guest
// has said SETTLED (channel/window_channel.h) to the last SETTLE: then all that RDP carried before
// that is done.

#include "channel/window_channel.h"

#include <stdbool.h>
#include <stdint.h>

#define CHAN_INPUT_PLACE_MAX 65535 // of the pointer, from 0
#define CHAN_INPUT_WHEEL_MAX 12000 // of one packet, both ways

typedef enum {
    CHAN_INPUT_KEY = 1,    // code: of ChanWindowKey; down: 0, 1, again: repeat
    CHAN_INPUT_MOVE = 2,   // x, y
    CHAN_INPUT_BUTTON = 3, // code: 1 to CHAN_WINDOW_BUTTON_LAST, but for 4 to 7; down; x, y
    CHAN_INPUT_WHEEL = 4,  // x, y: 1/120 notches right and up
    CHAN_INPUT_LAST = CHAN_INPUT_WHEEL,
} ChanInputType;

typedef struct {
    uint32_t type; // ChanInputType; what it does not name above is 0
    uint32_t code, down;
    int32_t x, y; // pixels of the guest's desktop
} ChanInput;

// Whether the packet is one, within these ranges; then *input is it.
bool chan_input_check(ChanSpan untrusted_packet, ChanInput *input);
