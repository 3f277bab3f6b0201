// SPDX-License-Identifier: Apache-2.0
#pragma once

// H.264 in RDPGFX ([MS-RDPEGFX] 2.2.4.4 to 2.2.4.6): whether the library can decode it here, and
// what is looked at before it does. Decoding itself is the library's.

#include "rdpbridge/sps.h"

#include <freerdp/client/rdpgfx.h>
#include <glib.h>

// Whether the library was built with a decoder that works, in one thread. Takes a millisecond or
// two the first time, and some memory for good.
gboolean bridge_video_available(void);

// The same for one picture by itself, which is to be of that size.
const char *bridge_video_check_picture(BridgeSps *sps, ChanSpan untrusted_stream, guint32 width,
                                       guint32 height);

gboolean bridge_video_is(const RDPGFX_SURFACE_COMMAND *cmd);

// A command for a surface of that size, whose parameter sets so far are in sps, which takes the new
// ones. NULL when it may be decoded, else why not, in words. The library itself checks neither
// rectangles (before 3.24) nor the picture's size and form.
const char *bridge_video_check(BridgeSps *sps, const RDPGFX_SURFACE_COMMAND *cmd, guint32 width,
                               guint32 height);
