// SPDX-License-Identifier: Apache-2.0
#pragma once

// Reads the CLIPBOARD of a program of the guest: whether it is text, and the text.

#include "guestagent/remoteapp/x11/clipboard.h"

#define RA_CLIP_BYTES_MAX (16u << 20)

typedef struct RaClipFetch RaClipFetch;

// An owner that does not answer is given up after some seconds.
RaClipFetch *ra_clip_fetch_new(RaConn *conn, GMainContext *context, const RaClipboardEvents *events,
                               gpointer user);
void ra_clip_fetch_free(RaClipFetch *fetch);

// The selection has another owner; None: nobody, or we.
void ra_clip_fetch_owner(RaClipFetch *fetch, Window owner);
void ra_clip_fetch_text(RaClipFetch *fetch);
void ra_clip_fetch_notify(RaClipFetch *fetch, const XSelectionEvent *event);
void ra_clip_fetch_property(RaClipFetch *fetch, const XPropertyEvent *event);
