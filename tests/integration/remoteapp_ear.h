// SPDX-License-Identifier: Apache-2.0
#pragma once

// A sound device for the test client: keeps what it is given to play. One per process.

#include <freerdp/freerdp.h>
#include <glib.h>

// Makes the client's library find the device, and the client ask for sound.
void test_ear_install(rdpSettings *settings);

// All samples so far, 48 kHz, 16 bits, stereo.
const GByteArray *test_ear_heard(void);
