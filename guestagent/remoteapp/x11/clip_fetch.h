// SPDX-License-Identifier: Apache-2.0
#pragma once

// Fetches the content that a program of the guest owns in a selection.

#include "guestagent/remoteapp/x11/clip_kinds.h"

typedef struct RaClipFetch RaClipFetch;

// offered: what the owner has. data: the answer to ra_clip_fetch_data, text in UTF-8 as far as its
// owner keeps to what it says; NULL: there is none.
RaClipFetch *ra_clip_fetch_new(const RaClipSide *side);
void ra_clip_fetch_free(RaClipFetch *fetch);

// The selection has another owner, or none (we ourselves are not told of).
void ra_clip_fetch_owner(RaClipFetch *fetch, bool there);
// Whether its list is waited for; side.events.listed tells the end.
bool ra_clip_fetch_listing(const RaClipFetch *fetch);
// One kind; what was asked for before and has not come is not answered then.
void ra_clip_fetch_data(RaClipFetch *fetch, guint32 kind);
void ra_clip_fetch_event(RaClipFetch *fetch, const XEvent *event);
