// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/termservice/desk.h"

// The desktop as a person before it sees it: pure.

#define SCENE_WALLPAPER 0xFF3A6EA5u

// Fills desk->width * desk->height pixels, 0xFFRRGGBB: the windows as they cover each other, or the
// log-on screen over everything.
void scene_paint(const Desk *desk, bool logon_screen, guint32 *pixels);
