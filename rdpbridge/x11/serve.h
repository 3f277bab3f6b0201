// SPDX-License-Identifier: Apache-2.0
#pragma once

// Answers the host's programs that paste from the CLIPBOARD selection while the guest owns it: the
// text is asked for at the first request and given to all that wait, in pieces when it is large.

#include "rdpbridge/x11/display.h"

typedef struct HostServe HostServe;

HostServe *host_serve_new(HostDisplay *x, GMainContext *context, void (*need_text)(gpointer user),
                          gpointer user);
void host_serve_free(HostServe *serve);

// The text has come (valid UTF-8); NULL: there is none. Answers all that wait.
void host_serve_text(HostServe *serve, const char *text);

// TRUE: the event was for us.
gboolean host_serve_event(HostServe *serve, const XEvent *event);
