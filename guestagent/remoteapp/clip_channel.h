// SPDX-License-Identifier: Apache-2.0
#pragma once

// Text of the clipboards, both ways, over the CLIPRDR channel ([MS-RDPECLIP]). Each side only says
// that it has text; the text itself travels when somebody pastes it.

#include "guestagent/remoteapp/desktop.h"
#include "guestagent/remoteapp/link.h"

#define RA_CLIP_MAX (16 * 1024 * 1024) // bytes of UTF-8

typedef struct RaClipChannel RaClipChannel;

// NULL when the client did not join the channel.
RaClipChannel *ra_clip_channel_new(RaLink *link, RaDesktop *desktop);
void ra_clip_channel_free(RaClipChannel *clipboard);

// Reads what arrived. False: the client broke the protocol.
bool ra_clip_channel_receive(RaClipChannel *clipboard);

// Events of the desktop.
void ra_clip_channel_offered(RaClipChannel *clipboard, bool text);
void ra_clip_channel_text(RaClipChannel *clipboard, const char *text);
void ra_clip_channel_wanted(RaClipChannel *clipboard);
