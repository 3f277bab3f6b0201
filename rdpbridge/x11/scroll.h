// SPDX-License-Identifier: Apache-2.0
#pragma once

// Smooth scrolling: XInput 2.1 scroll axes count for ever, so what was scrolled is the difference
// to the last value of that device, in units of its increment.

#include "rdpbridge/x11/display.h"

#include <X11/extensions/XInput2.h>

typedef struct HostScroll HostScroll;

HostScroll *host_scroll_new(HostDisplay *x);
void host_scroll_free(HostScroll *scroll);

// True when the motion was one of scroll axes alone. dx, dy: 1/120 notches, positive right and up.
bool host_scroll_motion(HostScroll *scroll, const XIDeviceEvent *event, double *dx, double *dy);

// The pointer was elsewhere, and so was what was scrolled: counting starts where the axes are now.
void host_scroll_restart(HostScroll *scroll);

// Devices changed.
void host_scroll_forget(HostScroll *scroll);
