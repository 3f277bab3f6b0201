// SPDX-License-Identifier: Apache-2.0
#pragma once

// Video over a guest's stream of pixels (channel/tile_stream.h, VIDEO): a decoder for each surface
// that has some, bounded in number, memory and processor time (limits.h). The first picture that
// cannot be decoded, and more than is taken, ends it for good; what takes too much of the processor
// until it is resumed. Meanwhile the guest sends losslessly.

#include "channel/tile_stream.h"
#include "rdpbridge/surface.h"

#include <glib.h>

typedef struct BridgeStreamVideo BridgeStreamVideo;

// Only where bridge_video_available. Times are of the monotonic clock.
BridgeStreamVideo *bridge_stream_video_new(gint64 now_us);
void bridge_stream_video_free(BridgeStreamVideo *video); // NULL-safe

// Whether it has not ended.
gboolean bridge_stream_video_takes(const BridgeStreamVideo *video);
// Takes video again, without the decoders that there were. FALSE: it has ended for good.
gboolean bridge_stream_video_resume(BridgeStreamVideo *video);

// Decodes one picture into where it belongs in the surface, of which a part may be painted when it
// fails. NULL, or why it ended, in words. Before that, nothing was given to a decoder but what was
// checked (video.h).
const char *bridge_stream_video_paint(BridgeStreamVideo *video, BridgeSurface *surface,
                                      const ChanTilesMessage *untrusted_video, gint64 now_us);
// A surface has none any more.
void bridge_stream_video_still(BridgeStreamVideo *video, guint32 untrusted_buffer);
// And all of those that are gone.
void bridge_stream_video_sweep(BridgeStreamVideo *video,
                               gboolean (*is_there)(guint32 buffer, gpointer user), gpointer user);
