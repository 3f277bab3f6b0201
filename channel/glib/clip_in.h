// SPDX-License-Identifier: Apache-2.0
#pragma once

// Puts the clipboard channel's messages together from the pieces in which a static channel brings
// them, within bounds whatever a peer announces, and without a copy of the whole.

#include "channel/clip.h"

#include <glib.h>

typedef struct {
    guint8 head[CHAN_CLIP_HEADER];
    gsize head_size;
    GByteArray *body; // NULL: between messages, or longer than allowed and dropped
} ChanClipIn;

typedef struct {
    ChanClipType type;
    guint16 flags; // of data that was too long: CHAN_CLIP_FAIL, and body is empty
    GBytes *body;  // never NULL; the caller's
} ChanClipMessage;

void chan_clip_in_clear(ChanClipIn *in);

// A piece, with its chunk's place in the message. TRUE: it was the last, and here is the message.
gboolean chan_clip_in_add(ChanClipIn *in, ChanSpan untrusted_piece, gboolean first, gboolean last,
                          ChanClipMessage *message);
