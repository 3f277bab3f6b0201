// SPDX-License-Identifier: Apache-2.0
#pragma once

// The guest's clipboard manager (CLIPBOARD_MANAGER, the freedesktop.org specification): there while
// the client's side has one, which keeps what a program of the guest asks to be kept before it
// ends.

#include "channel/window_channel.h"
#include "guestagent/remoteapp/x11/conn.h"

typedef struct RaClipKeeper RaClipKeeper;

// save: what CLIPBOARD has is to be kept; told back by ra_clip_keeper_set.
RaClipKeeper *ra_clip_keeper_new(RaConn *conn, GMainContext *context,
                                 void (*save)(guint32 serial, gpointer user), gpointer user);
void ra_clip_keeper_free(RaClipKeeper *keeper);

void ra_clip_keeper_set(RaClipKeeper *keeper, const ChanWindowKeeper *now);
// Any event; what is not for it is left alone.
void ra_clip_keeper_handle(RaClipKeeper *keeper, const XEvent *event);
