// SPDX-License-Identifier: Apache-2.0
#pragma once

// The control pipe from the broker: policy, the table of applications, launches, a new session,
// the end. A broker that dies is called back once (adopt.h).

#include "rdpbridge/x11/view.h"

HostControl *host_control_new(View *view, int take_fd);
void host_control_free(HostControl *control);

// Says that the display is open.
void host_control_ready(HostControl *control);

// Figures changed: they are reported within a second, together.
void host_control_figures_changed(View *view);

// Whether a broker is there.
bool host_control_attached(const View *view);

// The microphone is recorded for the guest, or no more: told at once, and to each broker that
// comes.
void host_control_recording(View *view, bool on);

// Without session and broker there is nothing left to do.
void host_control_session_lost(HostControl *control);
