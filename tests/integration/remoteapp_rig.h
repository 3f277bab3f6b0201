// SPDX-License-Identifier: Apache-2.0
#pragma once

// An X server and a casement-remoteapp of the test's own, and windows to show.

#include "tests/integration/remoteapp_client.h"

#include <X11/Xlib.h>
#include <sys/types.h>

typedef struct {
    char *dir; // private; also the guest's folder
    char *display;
    pid_t x_server, remoteapp;
    Display *dpy; // the test's own connection
} Rig;

// The guest display is Xvfb of 1600×1000. extra: further arguments of casement-remoteapp, or NULL.
Rig *rig_new(const char *const *extra);
void rig_free(Rig *rig);

// Ends casement-remoteapp with a signal (SIGTERM: it must end in order), and starts it again.
void rig_kill(Rig *rig, int signal);
void rig_start(Rig *rig, const char *const *extra);

// A stream to the server: one end was handed over on DIR/rdp, the other is the caller's.
int rig_stream(Rig *rig);
// A connection to DIR/open.
int rig_open(Rig *rig);

TestClient *rig_connect(Rig *rig, const TestClientOptions *options);

// A window filled with a colour; shown at once.
Window rig_window(Rig *rig, const char *title, const XRectangle *rect, unsigned long rgb);
void rig_fill(Rig *rig, Window window, const XRectangle *rect, unsigned long rgb);

// Waits until an event of this type arrives at the window, while the client works.
bool rig_wait_event(Rig *rig, TestClient *client, Window window, int type, XEvent *event);

// The path of one of the programs that were built.
char *rig_program(const char *name);
