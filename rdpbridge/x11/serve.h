// SPDX-License-Identifier: Apache-2.0
#pragma once

// Answers the host's programs that paste from a selection while the guest owns it: the content is
// asked for at the first request and given to all that wait, in pieces when it is large.

#include "channel/clip.h"
#include "rdpbridge/x11/display.h"

typedef struct HostServe HostServe;

HostServe *host_serve_new(HostDisplay *x, GMainContext *context, ChanClipSelection selection,
                          void (*need)(uint32_t kind, gpointer user), gpointer user);
void host_serve_free(HostServe *serve);

// The guest has these kinds; who waits for something of before is refused.
void host_serve_offer(HostServe *serve, uint32_t kinds);
// The selection is ours since then, by the server's time.
void host_serve_owned(HostServe *serve, Time since);

// The content has come (text in valid UTF-8); NULL: there is none. Answers all that wait for it.
void host_serve_data(HostServe *serve, uint32_t kind, GBytes *data);
// What else is waited for; 0: nothing.
uint32_t host_serve_waiting(const HostServe *serve);

// TRUE: the event was for us.
gboolean host_serve_event(HostServe *serve, const XEvent *event);
