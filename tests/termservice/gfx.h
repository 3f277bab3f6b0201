// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/termservice/connection.h"
#include "tests/termservice/desk.h"
#include "tests/termservice/video.h"

// The graphics pipeline of one client ([MS-RDPEGFX]): a surface per window, or one for the screen.

typedef struct Gfx Gfx;

// `ready` is called once, when the client's capabilities are confirmed.
Gfx *gfx_new(Connection *connection, const Desk *desk, void (*ready)(gpointer user), gpointer user);
// From now on surfaces are smaller by this fraction than what they show, and mapped scaled to that
// (2.2.2.22, 2.2.2.23). Pictures are of the surface's size.
void gfx_scale(Gfx *gfx, const int scale[2]);
// From now on what would be uncompressed is video, if the client takes that.
void gfx_video(Gfx *gfx, VideoCodec codec);
// The next picture by video is wrong in that way.
void gfx_spoil(Gfx *gfx, const Spoil *spoil);
void gfx_free(Gfx *gfx);

void gfx_receive(Gfx *gfx);

// The functions below do nothing before it is ready.

// Paints all of a window, by a surface of its size that is mapped to it (2.2.2.20 with flags of
// [MS-RDPERP] 3.3.5.1.4): uncompressed (or video) where the seed is even, else planar (2.2.4.2).
void gfx_window(Gfx *gfx, const Window *window);
// Maps its surface anew: mapped width and height, target width and height, as they are (2.2.2.22).
void gfx_map_scaled(Gfx *gfx, guint32 window, const guint32 sides[4]);
void gfx_gone(Gfx *gfx, guint32 window);

// The log-on screen, mapped to the output (2.2.2.15), or its end.
void gfx_screen(Gfx *gfx, bool shown);

// The desktop as a person sees it, or the log-on screen, mapped to the output.
void gfx_desktop(Gfx *gfx, bool logon_screen);

// The desktop has another size: Reset Graphics (2.2.2.14).
void gfx_resized(Gfx *gfx);
