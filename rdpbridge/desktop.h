// SPDX-License-Identifier: Apache-2.0
#pragma once

// A guest that paints one desktop (XP, Vista, 7: no RDPGFX): whose pixels are whose. Each window
// has a surface of its own, into which of the desktop only that is copied which was the window's by
// the guest's own stacking when it was painted, and still is when it is shown. What is covered
// keeps what was last painted there; what was uncovered, and is not painted soon, is asked for
// ([MS-RDPBCGR] 2.2.11.2).
//
// While no desktop with windows is monitored, all of it is the guest's own screen: the surface of
// window BRIDGE_SCREEN_ID. Neither FreeRDP nor GLib.

#include "rdpbridge/model.h"

typedef struct BridgeDesktop BridgeDesktop;

#define BRIDGE_REFRESH_MAX 32 // rectangles

typedef struct {
    int64_t (*now)(void *user); // µs, monotonic
    // The guest is to paint this again.
    void (*refresh)(void *user, const ViewRect *rects, unsigned count);
} BridgeDesktopOut;

// model and out are borrowed.
BridgeDesktop *bridge_desktop_new(BridgeModel *model, const BridgeDesktopOut *out, void *user);
void bridge_desktop_free(BridgeDesktop *desktop);

// The desktop's pixels (BGRX8), which stay where they are until the next call; NULL: the guest does
// not paint in this way.
void bridge_desktop_set_pixels(BridgeDesktop *desktop, const uint8_t *pixels, size_t stride,
                               uint32_t width, uint32_t height);

// Whether the desktop with the windows is there, or something in its place. At first it is not.
void bridge_desktop_set_monitored(BridgeDesktop *desktop, bool monitored);

// The guest has painted there.
void bridge_desktop_damage(BridgeDesktop *desktop, ViewRect rect);

// What had come was seen to: shows what was painted.
void bridge_desktop_settle(BridgeDesktop *desktop);

// When bridge_desktop_expire must be called, µs of out->now; 0: never.
int64_t bridge_desktop_due(const BridgeDesktop *desktop);
void bridge_desktop_expire(BridgeDesktop *desktop);
