// SPDX-License-Identifier: Apache-2.0
#pragma once

// The client's end of the input channel ([MS-RDPEI]), by which a Windows from 8 on takes touch. Not
// the library's: that one keeps only the last that a finger did in each 20 ms, so that a tap is
// lost.

#include "channel/window_channel.h"

#include <freerdp/freerdp.h>
#include <glib.h>

// Of the one session: its loop, in which fingers that rest are told of again.
void bridge_touch_channel_use(GMainContext *context);

// What a finger does on the guest's screen. FALSE: the server does not take it.
gboolean bridge_touch_channel_send(const ChanWindowTouch *touch);

// What the library asks for by the channel's name.
PVIRTUALCHANNELENTRY bridge_touch_channel_entry(void);
