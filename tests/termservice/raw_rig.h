// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/integration/session_harness.h"
#include "tests/termservice/double_rig.h"

// casement-session at a double that says nothing by itself: the test speaks for the machine, in
// hex.

#define RAW_WIDTH 0x690 // the work area of [MS-RDPERP] 4.4
#define RAW_HEIGHT 0x39a
#define RAW_PATIENCE_S 15

// [MS-RDPERP] 2.2.1.3.1.2.1 New Window: owner 0, WS_OVERLAPPEDWINDOW | WS_VISIBLE, shown, title
// "Notes", client area and window at (100, 80) of 640 × 480, no delta, one window and one
// visibility rectangle. id: of the window, 4 bytes.
#define RAW_NEW_WINDOW(id)                                                                         \
    "2e6d00"                                                                                       \
    "1edf0711" id "00000000"                                                                       \
    "0000cf1400010000"                                                                             \
    "05"                                                                                           \
    "0a004e006f00740065007300"                                                                     \
    "6400000050000000"                                                                             \
    "80020000e0010000"                                                                             \
    "00"                                                                                           \
    "00000000"                                                                                     \
    "6400000050000000"                                                                             \
    "0000000000000000"                                                                             \
    "80020000e0010000"                                                                             \
    "0100000000008002e001"                                                                         \
    "6400000050000000"                                                                             \
    "0100000000008002e001"

typedef struct {
    DoubleRig *rig;
    Harness *h; // NULL: no session
    char *dir, *path;
} RawRig;

void raw_rig_init(RawRig *r);
void raw_rig_clear(RawRig *r);

// A session that is signed in and has shaken hands; ends the one before.
void raw_rig_connect(RawRig *r);

// A command of the double (order, pdu) with its bytes.
void raw_rig_tell(RawRig *r, const char *command, const char *hex);
// Waits for a line that begins so; free with g_free.
char *raw_rig_expect(RawRig *r, const char *beginning);
