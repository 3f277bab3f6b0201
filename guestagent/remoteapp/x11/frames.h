// SPDX-License-Identifier: Apache-2.0
#pragma once

// Frames of programs that say where each begins and ends (_NET_WM_SYNC_REQUEST_COUNTER with two
// counters, wm-spec "Application/window manager synchronization"): such a program draws the next
// one when it has heard that the last is drawn (_NET_WM_FRAME_DRAWN), by how often the client's
// screen shows them (_NET_WM_FRAME_TIMINGS). So its animations follow the client, and go
// on once a second while nobody sees the window.

#include "guestagent/remoteapp/x11/client.h"

typedef struct RaFrames RaFrames;

RaFrames *ra_frames_new(RaDesktop *desktop);
void ra_frames_free(RaFrames *frames);

// The window is there, or has other counters. What it waits for it hears.
void ra_frames_watch(RaFrames *frames, RaClient *client);
// Before the client is freed.
void ra_frames_forget(RaFrames *frames, RaClient *client);

// Whether the event was one of the counters'.
bool ra_frames_event(RaFrames *frames, const XEvent *event);

// How often the client's screen shows the window, and whether it is seen.
void ra_frames_pace(RaFrames *frames, RaClient *client, const ChanWindowPace *pace);
// The client has shown what was sent of the window last, at that time of the monotonic clock; 0: it
// will not show it.
void ra_frames_shown(RaFrames *frames, RaClient *client, gint64 shown_us);
