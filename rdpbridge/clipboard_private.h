// SPDX-License-Identifier: Apache-2.0
#pragma once

// Shared by clipboard.c (the channel, and what the guest has) and clipboard_guest.c (what the host
// has, to the guest) only.

#include "rdpbridge/clipboard.h"
#include "rdpbridge/clipconvert.h"

// What the guest asked for; the first is being answered.
typedef struct {
    GQueue formats;       // ChanClipFormat
    guint32 kind, serial; // what the view was asked for
    GByteArray *arriving; // NULL: nothing is asked for, or all has come
    BridgeClipConvert *conversion;
} BridgeClipRequests;

typedef struct {
    guint32 kinds, serial;
} BridgeClipHost;

typedef struct {
    ChanClipList list;
    guint32 serial; // of the offer
    guint32 wanted; // kind that the view waits for; 0: none
    guint32 wanted_serial;
    BridgeClipConvert *conversion;
    ClipFeed *feed;
} BridgeClipGuest;

struct BridgeClipboard {
    GMainContext *context;
    const ClipFeedOut *out;
    gpointer user;
    BridgeClipChannel *channel;
    gboolean to_guest, to_host, view;
    gboolean ready; // the guest's end is
    gboolean ours;  // and of our own making
    gboolean long_names;

    BridgeClipHost host[CHAN_CLIP_SELECTIONS];
    BridgeClipRequests requests;

    BridgeClipGuest guest[CHAN_CLIP_SELECTIONS];
    ChanClipFormat asked; // of the guest, which has not answered; id 0: nothing
    guint32 asked_serial;
    gboolean given_up; // nobody waits for that answer any more
    GSource *patience;
};

// clipboard_guest.c
void bridge_clipboard_announce_host(BridgeClipboard *clipboard, ChanClipSelection selection);
void bridge_clipboard_requested(BridgeClipboard *clipboard, guint32 id);
void bridge_clipboard_refuse_requests(BridgeClipboard *clipboard);
