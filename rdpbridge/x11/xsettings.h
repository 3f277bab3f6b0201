// SPDX-License-Identifier: Apache-2.0
#pragma once

// What an XSETTINGS manager (version 0.5) of the host says of scale: where there is one, toolkits
// believe it and not the resources.

#include "rdpbridge/x11/display.h"

#include <stdbool.h>
#include <stdint.h>

// Watches for managers; from then on host_xsettings_event tells of changes.
void host_xsettings_start(HostDisplay *x);
// Whether the event is about the manager, so that everything is to be read again.
bool host_xsettings_event(HostDisplay *x, const XEvent *event);

typedef struct {
    uint32_t dpi;          // Xft/DPI in 1/1024; 0: not said
    uint32_t window_scale; // Gdk/WindowScalingFactor; 0: not said
} HostScaleSettings;

HostScaleSettings host_xsettings_read(HostDisplay *x);
