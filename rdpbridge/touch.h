// SPDX-License-Identifier: Apache-2.0
#pragma once

// Fingers as [MS-RDPEI] has them: which of them are on the guest's screen, and the bytes of its
// messages. Pure.

#include "channel/span.h"
#include "channel/window_channel.h"

#include <stdbool.h>

// Of one message of ours: a frame with every finger.
#define BRIDGE_TOUCH_BYTES_MAX (32 + 24 * CHAN_WINDOW_TOUCHES_MAX)

typedef struct {
    bool ready;     // the server takes touch
    bool suspended; // and does not meanwhile
    uint32_t down;  // a bit for each finger
    int32_t x[CHAN_WINDOW_TOUCHES_MAX], y[CHAN_WINDOW_TOUCHES_MAX];
    int64_t last_us; // when the last frame was; 0: none was
} BridgeTouch;

typedef enum {
    BRIDGE_TOUCH_NOTHING, // to be answered
    BRIDGE_TOUCH_GREETED, // bridge_touch_ready is the answer
    BRIDGE_TOUCH_BROKEN,  // what cannot be read
} BridgeTouchHeard;

// A message of the server's (2.2.3.1, 2.2.3.4, 2.2.3.5); others are left out.
BridgeTouchHeard bridge_touch_hear(BridgeTouch *touch, ChanSpan untrusted_message);

// RDPINPUT_CS_READY_PDU (2.2.3.2).
ChanSpan bridge_touch_ready(uint8_t buffer[BRIDGE_TOUCH_BYTES_MAX]);

// RDPINPUT_TOUCH_EVENT_PDU (2.2.3.3) with what a finger does, and all others as they are. Empty:
// the server does not take it; a finger that was put down meanwhile is none of its.
ChanSpan bridge_touch_frame(BridgeTouch *touch, const ChanWindowTouch *finger, int64_t now_us,
                            uint8_t buffer[BRIDGE_TOUCH_BYTES_MAX]);

// All fingers as they are. Windows takes a finger away of which it hears nothing for 100 ms
// (InjectTouchInput, ERROR_TIMEOUT). Empty: there is none.
ChanSpan
bridge_touch_hold(BridgeTouch *touch, int64_t now_us, uint8_t buffer[BRIDGE_TOUCH_BYTES_MAX]);
