// SPDX-License-Identifier: Apache-2.0
#pragma once

// A window asks for attention (WM_HINTS' urgency, _NET_WM_STATE_DEMANDS_ATTENTION), or no longer.
// Not again within HOST_ATTENTION_APART_MS of no longer: openbox 3.6.1 lets a timer of the first
// time live on then, and ends with a segmentation fault when the window goes. A guest must not be
// able to take the host's window manager away.

#include "rdpbridge/x11/window.h"

#define HOST_ATTENTION_APART_MS 700 // its timer has 600

// Changes what is wanted, at once or when it may be; the caller pushes the window.
void host_attention_set(HostWindow *window, bool asks);

// The window takes over the X window of a former session's, which has asked or has not; the caller
// pushes it.
void host_attention_inherit(HostWindow *window, const HostWindow *former);

// Before the window is freed.
void host_attention_stop(HostWindow *window);
