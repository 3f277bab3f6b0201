// SPDX-License-Identifier: Apache-2.0
#pragma once

// The clipboards of guest and client, both ways, over the CLIPRDR channel ([MS-RDPECLIP],
// channel/clip.h): text, HTML and pictures; with a client of our own the PRIMARY selection, too.
// Each side only says which kinds it has; content travels when somebody pastes it. To a foreign
// client no BMP is offered: it would have to be a DIB, and who has one has a PNG, too.

#include "guestagent/remoteapp/desktop.h"
#include "guestagent/remoteapp/link.h"

typedef struct RaClipChannel RaClipChannel;

// NULL when the client did not join the channel.
RaClipChannel *ra_clip_channel_new(GMainContext *context, RaLink *link, RaDesktop *desktop);
void ra_clip_channel_free(RaClipChannel *clipboard);

// Events of the desktop.
void ra_clip_channel_offered(RaClipChannel *clipboard, ChanClipSelection which, guint32 kinds);
void ra_clip_channel_data(RaClipChannel *clipboard, ChanClipSelection which, GBytes *data);
void ra_clip_channel_wanted(RaClipChannel *clipboard, ChanClipSelection which, guint32 kind);
