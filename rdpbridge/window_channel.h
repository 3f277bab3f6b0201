// SPDX-License-Identifier: Apache-2.0
#pragma once

// The client's end of the window channel (channel/window_channel.h), a dynamic channel that only
// servers of ours open. What cannot be read ends nothing: the channel is no longer listened to.

#include "channel/window_channel.h"

#include <freerdp/freerdp.h>
#include <glib.h>

// One decoded message, within its ranges. context is the connection's.
typedef void (*BridgeWindowChannelSaid)(rdpContext *context, const ChanWindowSaid *said);

// Tells the server how the host shows a window. FALSE: the server has not opened the channel.
gboolean bridge_window_channel_host(guint32 window, const ChanWindowHost *host);
// UTF-8 text for the program with the focus, at most CHAN_WINDOW_TEXT_MAX bytes. FALSE: as above.
gboolean bridge_window_channel_text(ChanSpan text);
void bridge_window_channel_preedit(const ChanWindowPreedit *preedit);
// FALSE: there is none.
gboolean bridge_window_channel_touch(const ChanWindowTouch *touch);
// FALSE: there is none.
gboolean bridge_window_channel_ping(guint32 window, guint32 serial);
gboolean bridge_window_channel_open(void); // whether the guest hears what is said
gboolean bridge_window_channel_settle(guint32 serial);
// Ends a window's program. FALSE: there is none.
gboolean bridge_window_channel_kill(guint32 window, gboolean process);
// How often the host paints a window, and whether it is seen. FALSE: there is none.
gboolean bridge_window_channel_pace(guint32 window, const ChanWindowPace *pace);
gboolean bridge_window_channel_key(const ChanWindowKey *key);
void bridge_window_channel_button(const ChanWindowButton *button);
void bridge_window_channel_motion(const ChanWindowMotion *motion);
// On which of the host's workspaces a window is. FALSE: there is none.
gboolean bridge_window_channel_placed(guint32 window, guint32 workspace);
// The host's workspaces: now, and to each channel that opens later.
void bridge_window_channel_workspaces(const ChanWindowWorkspaces *workspaces);
// The host's clipboard manager: now, and to each channel that opens later.
void bridge_window_channel_keeper(const ChanWindowKeeper *keeper);
// Which stream of pixels is this session's (channel/tile_stream.h): now, and to each channel that
// opens later.
void bridge_window_channel_pixels(guint64 token);
// Whether video is taken over that; FALSE until then.
void bridge_window_channel_video(gboolean taken);
// What the host's keys mean: with the next bridge_window_channel_keys.
void bridge_window_channel_keymap(const ChanWindowKeymap *keymap);
// The host's keyboard map: now, and to each channel that opens later.
void bridge_window_channel_keys(const ChanWindowKeys *keys);

// What the library asks for by the channel's name; said hears from every connection.
PVIRTUALCHANNELENTRY bridge_window_channel_entry(BridgeWindowChannelSaid said);
