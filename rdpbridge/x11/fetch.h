// SPDX-License-Identifier: Apache-2.0
#pragma once

// Reads one of the host's selections (ICCCM 2), whole or in pieces (INCR), up to CHAN_CLIP_MAX
// bytes, with an end to waiting for an owner that does not answer.

#include "channel/clip.h"
#include "rdpbridge/x11/display.h"

typedef struct HostFetch HostFetch;

typedef struct {
    void (*targets)(uint32_t kinds, gpointer user); // ChanClipKind
    void (*data)(GBytes *data, gpointer user);      // borrowed; NULL: there is none
} HostFetchHandler;

HostFetch *host_fetch_new(HostDisplay *x, GMainContext *context, ChanClipSelection selection,
                          const HostFetchHandler *handler, gpointer user);
void host_fetch_free(HostFetch *fetch);

// What the owner has; asking again while under way asks once more after it.
void host_fetch_targets(HostFetch *fetch);

// One kind; what was asked for before and has not come is not answered then. Text comes as UTF-8,
// or not at all.
void host_fetch_data(HostFetch *fetch, uint32_t kind);

// The owner has gone: nothing further will come.
void host_fetch_owner_gone(HostFetch *fetch);

// TRUE: the event was for us.
gboolean host_fetch_event(HostFetch *fetch, const XEvent *event);
