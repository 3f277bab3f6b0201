// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the pictures of an H.264 byte stream (Rec. ITU-T H.264, annex B) are, by its sequence
// parameter sets (7.3.2.1.1): read before the stream is given to a decoder whose caller takes the
// picture's size and form for granted. Neither FreeRDP nor GLib.

#include "channel/span.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    uint32_t width, height;             // of what is shown; of several sets the least
    uint32_t coded_width, coded_height; // of what is decoded; of several sets the most
    bool any;                           // whether there was a set
} BridgeSps;

// Adds the parameter sets of a stream to what is known. False when it does not begin with a start
// code, or a set cannot be read or describes other than 8-bit 4:2:0 pictures: the stream is not to
// be decoded then.
bool bridge_sps_read(BridgeSps *sps, ChanSpan untrusted_stream);
