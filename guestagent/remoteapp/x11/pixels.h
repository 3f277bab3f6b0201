// SPDX-License-Identifier: Apache-2.0
#pragma once

// Damage of the windows, merged, and their pixels. Every mapped window that is told of has an
// XDamage object with delta rectangles, and a name for the pixmap that it is redirected to.

#include "guestagent/remoteapp/x11/state.h"

void ra_pixels_init(RaDesktop *d);
void ra_pixels_clear(RaDesktop *d);

// The window is mapped: watch it; all of it counts as changed.
void ra_pixels_start(RaDesktop *d, RaClient *client);
// It has a new size, and thus a new pixmap.
void ra_pixels_resized(RaDesktop *d, RaClient *client);
// It is about to be unmapped: what it shows stays to be had, as long as it keeps its size.
void ra_pixels_keep(RaDesktop *d, RaClient *client);
void ra_pixels_damaged(RaDesktop *d, const XDamageNotifyEvent *event);
// Whether the message is our own, which says that earlier damage has all been reported.
bool ra_pixels_fence(RaDesktop *d, const XClientMessageEvent *event);
// The events that had come are handled: what they damaged is announced now or soon.
void ra_pixels_drained(RaDesktop *d);
// What holds the window's pixels, borrowed, if all rectangles are within it; else None.
Drawable ra_pixels_pixmap(RaDesktop *d, guint32 id, const RaRect *rects, guint count);
// It could not be read: the window was resized or unmapped, of which events will tell.
void ra_pixels_forget(RaDesktop *d, guint32 id);

// The window is told of now: what changed before may be announced.
void ra_pixels_told(RaDesktop *d, RaClient *client);
