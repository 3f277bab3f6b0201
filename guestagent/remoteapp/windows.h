// SPDX-License-Identifier: Apache-2.0
#pragma once

// What one client knows of the guest's windows, and the difference pushed to it: orders, surfaces,
// icons, size limits, application ids, stacking.
//
// Each window has changes that wait. They are pushed at once, but for a new size while a frame of
// the window is on its way: sizes that come faster than the client paints are skipped.

#include "guestagent/remoteapp/graphics.h"
#include "guestagent/remoteapp/rail.h"
#include "guestagent/remoteapp/window_channel.h"

typedef struct RaWindows RaWindows;

RaWindows *ra_windows_new(RaLink *link, RaDesktop *desktop, RaRail *rail, RaGraphics *graphics,
                          RaWindowChannel *channel);
void ra_windows_free(RaWindows *windows);

// The RAIL handshake is done: tells of everything there is.
void ra_windows_announce(RaWindows *windows);

// The graphics channel is there: surfaces for what was announced.
void ra_windows_graphics_ready(RaWindows *windows);

// The window channel is there: what goes over it, of what was announced.
void ra_windows_channel_ready(RaWindows *windows);

// Changes that waited for a frame's acknowledgement.
void ra_windows_continue(RaWindows *windows);

// Events of the desktop.
void ra_windows_new_window(RaWindows *windows, const RaWindow *window);
void ra_windows_changed(RaWindows *windows, const RaWindow *window, RaChange what);
void ra_windows_gone(RaWindows *windows, guint32 id);
void ra_windows_stack(RaWindows *windows, const guint32 *ids, guint count, guint32 active);
// Its program asks for it to be active, which it may be.
void ra_windows_asks_active(RaWindows *windows, guint32 id);

// The client shows the window so already: not to be told back.
void ra_windows_client_moved(RaWindows *windows, guint32 id, const RaRect *rect);
void ra_windows_work_area(RaWindows *windows, const RaRect *area);
