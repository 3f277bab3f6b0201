// SPDX-License-Identifier: Apache-2.0
#pragma once

// Sends content of a selection over the view protocol, either way: no further ahead of what the
// other end has taken than the socket holds, so that other messages get through between the pieces.

#include "rdpbridge/viewproto.h"

#include <glib.h>

typedef struct ClipFeed ClipFeed;

typedef struct {
    void (*send)(gconstpointer message, gsize size, gpointer user);
    gsize (*queued)(gpointer user); // bytes that the other end has not taken
} ClipFeedOut;

// out is borrowed.
ClipFeed *clip_feed_new(GMainContext *context, ChanClipSelection selection, const ClipFeedOut *out,
                        gpointer user);
void clip_feed_free(ClipFeed *feed);

// Sends data (a reference is taken; NULL: there is none) as the answer to what was wanted under
// this serial. An answer that is still under way is given up: nobody waits for it any more.
void clip_feed_start(ClipFeed *feed, guint32 serial, GBytes *data);
void clip_feed_stop(ClipFeed *feed);
