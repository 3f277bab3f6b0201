// SPDX-License-Identifier: Apache-2.0
#pragma once

// Which windows are covered under a compositor, by what lies above them (sheets.h): looked at once
// a second while the guest paints them, and, while any is, whenever a window of the screen changes
// its place. So it costs nothing where nothing is painted.

#include "rdpbridge/x11/window.h"

HostCover *host_cover_new(View *view);
void host_cover_free(HostCover *cover);

// The guest painted the window.
void host_cover_painted(HostWindow *window);
// Of a window of the root's (SubstructureNotify).
void host_cover_root_event(HostCover *cover);
