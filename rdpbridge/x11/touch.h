// SPDX-License-Identifier: Apache-2.0
#pragma once

// Fingers on the guest's windows (XInput 2.2): each belongs to the window that it was put on until
// it goes.

#include "rdpbridge/x11/window.h"

#include <X11/extensions/XInput2.h>

typedef struct HostTouch HostTouch;

HostTouch *host_touch_new(View *view);
void host_touch_free(HostTouch *touch);

// Adds the events of fingers to those wanted of a window, where the server has them.
void host_touch_select(const HostTouch *touch, unsigned char *mask);

// TouchBegin, TouchUpdate or TouchEnd; what the session does not know of yet has been sent before.
void host_touch_event(HostTouch *touch, HostWindow *window, const XIDeviceEvent *event);

// The window with a finger on it, 0: none.
uint32_t host_touch_window(const HostTouch *touch);

// The window is not seen any more: its fingers are gone for it. There is a new session, which knows
// of none.
void host_touch_forget(HostTouch *touch, const HostWindow *window);
void host_touch_has_session(HostTouch *touch);
