// SPDX-License-Identifier: Apache-2.0
#pragma once

// Messages of any size over a connection that others use, too: each goes out in small chunks, and
// only while little waits in the connection, so that what comes after a chunk (input, pixels) is
// not held up by those that are still to come.

#include "channel/span.h"

#include <glib.h>

#define CHAN_PACED_CHUNK 1600
// While so many bytes wait in the connection the next chunk does not go out. Less than the session
// takes for a guest that does not read.
#define CHAN_PACED_AHEAD (24 * 1024)
// Bytes that wait at most, each message with 256 more: a peer that asks and does not read must not
// fill the memory. Two of the largest messages of the clipboard (channel/clip.h).
#define CHAN_PACED_MAX (2u * 130 * 1024 * 1024)

typedef struct ChanPaced ChanPaced;

typedef struct {
    ChanSpan bytes;
    gsize total; // of its message
    gboolean first, last;
} ChanPacedChunk;

typedef struct {
    // FALSE: the connection is broken, nothing more is sent.
    gboolean (*send)(const ChanPacedChunk *chunk, gpointer user);
    // How many bytes the connection has not sent yet.
    gsize (*waiting)(gpointer user);
} ChanPacedOut;

// out is borrowed.
ChanPaced *chan_paced_new(GMainContext *context, const ChanPacedOut *out, gpointer user);
void chan_paced_free(ChanPaced *paced); // what was not sent is dropped
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ChanPaced, chan_paced_free)

// head (copied) and body (a reference is taken; NULL: none) are one message, after those before.
// FALSE: it is dropped, since the connection is broken or too much waits.
gboolean chan_paced_send(ChanPaced *paced, ChanSpan head, GBytes *body);
