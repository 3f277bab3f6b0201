// SPDX-License-Identifier: Apache-2.0
#pragma once

// The server's end of the window channel (channel/window_channel.h). Only a client of ours is
// asked for it; until it is ready, and for any other client, what is told here goes nowhere.

#include "guestagent/remoteapp/desktop.h"
#include "guestagent/remoteapp/graphics.h"
#include "guestagent/remoteapp/link.h"
#include "guestagent/remoteapp/rail.h"

typedef struct RaWindowChannel RaWindowChannel;

RaWindowChannel *
ra_window_channel_new(RaLink *link, RaDesktop *desktop, RaRail *rail, RaGraphics *graphics);
void ra_window_channel_free(RaWindowChannel *channel);

// What the library received was queued: does what the client says, and asks for the channel when
// that is possible. client_is_ours: its handshake said so. TRUE when the channel has just become
// ready: tell of all windows.
bool ra_window_channel_receive(RaWindowChannel *channel, bool client_is_ours);

// All of a kind, of a window that RAIL has told of. ra_link_send sends it.
void ra_window_channel_props(RaWindowChannel *channel, const RaWindow *window);
void ra_window_channel_names(RaWindowChannel *channel, const RaWindow *window);
void ra_window_channel_monitors(RaWindowChannel *channel, const RaWindow *window);
void ra_window_channel_group(RaWindowChannel *channel, const RaWindow *window);
void ra_window_channel_workspace(RaWindowChannel *channel, const RaWindow *window);
void ra_window_channel_icons(RaWindowChannel *channel, const RaWindow *window);
void ra_window_channel_shapes(RaWindowChannel *channel, const RaWindow *window);
void
ra_window_channel_caret(RaWindowChannel *channel, guint32 window, const ChanWindowCaret *caret);
// The menu of an icon of the tray, encoded (channel/tray_menu.h).
void ra_window_channel_menu(RaWindowChannel *channel, guint32 window, ChanSpan menu);
void ra_window_channel_save(RaWindowChannel *channel, guint32 serial);
void ra_window_channel_lock(RaWindowChannel *channel, guint32 window, bool wanted);
void ra_window_channel_pong(RaWindowChannel *channel, guint32 window, guint32 serial);
// The client's own way of input is there: from now on its SETTLEs are answered.
void ra_window_channel_settle(RaWindowChannel *channel);
bool ra_window_channel_ready(const RaWindowChannel *channel);
// The token of the client's stream of pixels (channel/tile_stream.h); 0: it has told of none.
guint64 ra_window_channel_pixels(const RaWindowChannel *channel);
