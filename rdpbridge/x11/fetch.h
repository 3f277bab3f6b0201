// SPDX-License-Identifier: Apache-2.0
#pragma once

// Reads the host's CLIPBOARD selection as text (ICCCM 2), whole or in pieces (INCR), up to
// VIEW_CLIP_TEXT_MAX bytes, with an end to waiting for an owner that does not answer.

#include "rdpbridge/x11/display.h"

typedef struct HostFetch HostFetch;

typedef struct {
    void (*targets)(bool has_text, gpointer user);
    void (*text)(GString *take_text, gpointer user); // NULL: there is none
} HostFetchHandler;

HostFetch *host_fetch_new(HostDisplay *x, GMainContext *context, const HostFetchHandler *handler,
                          gpointer user);
void host_fetch_free(HostFetch *fetch);

// Each is answered once by the handler; asking again while under way answers once for both.
void host_fetch_targets(HostFetch *fetch);
void host_fetch_text(HostFetch *fetch);

// TRUE: the event was for us.
gboolean host_fetch_event(HostFetch *fetch, const XEvent *event);
