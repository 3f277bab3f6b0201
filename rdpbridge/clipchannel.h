// SPDX-License-Identifier: Apache-2.0
#pragma once

// The static channel "cliprdr" as whole messages: a plug-in of ours instead of the library's, which
// would take as much memory as a guest announces, and send a large answer in one go while pixels
// and input wait. Data that is too long is taken off the wire and reported as a refusal.

#include "channel/clip.h"

#include <freerdp/freerdp.h>
#include <glib.h>

typedef struct BridgeClipChannel BridgeClipChannel;

typedef struct {
    // A message came whole. body is never NULL, and borrowed.
    void (*message)(ChanClipType type, guint16 flags, GBytes *body, gpointer user);
    // A piece of one came.
    void (*progress)(gpointer user);
} BridgeClipChannelHandler;

// Before the connection: the channel is joined, and given to the handler of channels when it is
// there, as the library's plug-ins are.
gboolean bridge_clip_channel_load(rdpContext *context);

void bridge_clip_channel_use(BridgeClipChannel *channel, GMainContext *context,
                             const BridgeClipChannelHandler *handler, gpointer user);

// body may be NULL.
void bridge_clip_channel_send(BridgeClipChannel *channel, ChanClipType type, guint16 flags,
                              GBytes *body);
